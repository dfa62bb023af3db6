import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type ArchiveFiles,
  isLadingError,
  type JsonObject,
  type JsonValue,
  type Problem,
  parseArchiveFiles,
  parseBaseArchiveIndex,
  parseDefoldManifest,
} from '@lading/manifest';
import {
  ARCHIVE_FILES_NAME,
  type BaseArchiveEvidence,
  readBundleFolder,
  verifyBaseArchive,
} from '@lading/manifest/node';
import { CliError } from '../cli-error.js';
import { formatBytes } from '../output/byte-size.js';
import { readInput } from '../read-input.js';
import { type FoundPublicKey, inspectManifest } from './inspect-manifest.js';
import type { Inspection, InspectionTable } from './inspection.js';

const MAX_ARCHIVE_BYTES = 2 ** 32;

/** Looks into a bundle folder: an HTML5 bundle's pieces, or `game.arci` with its neighbours. */
export async function inspectBundle(
  dir: string,
  key: FoundPublicKey | undefined,
  signal: AbortSignal,
): Promise<Inspection> {
  const folder = [dir, join(dir, 'archive')].find((path) => existsSync(join(path, ARCHIVE_FILES_NAME)));
  if (folder === undefined) {
    if (existsSync(join(dir, 'game.arci'))) return inspectBaseArchive(join(dir, 'game'), key, signal);
    throw new CliError('ERR_INPUT_UNKNOWN', `${dir} is a folder without ${ARCHIVE_FILES_NAME} and game.arci`, {
      details: { file: dir },
      hint: 'Name a bundle folder, or one file in it. lading verify checks a folder that lading split or publish wrote.',
    });
  }
  const { archiveFiles, files } = await readBundleFolder(folder, { signal });
  const base = await baseInspection(
    files.get('game.arci'),
    files.get('game.arcd'),
    files.get('game.dmanifest'),
    bundleKey(files) ?? key,
  );
  return {
    kind: 'defold-bundle',
    facts: [['files', archiveFiles.files.length], ['total', formatBytes(archiveFiles.totalSizeBytes)], ...base.facts],
    tables: [filesTable(archiveFiles), ...(base.tables ?? [])],
    problems: base.problems,
    json: { archiveFiles: archiveFiles as unknown as JsonObject, ...base.json },
  };
}

/** Looks into `<stem>.arci`, `<stem>.arcd` and, where it is there, `<stem>.dmanifest`. */
export async function inspectBaseArchive(
  stem: string,
  key: FoundPublicKey | undefined,
  signal: AbortSignal,
): Promise<Inspection> {
  const read = (extension: string): Promise<Uint8Array> => readInput(`${stem}${extension}`, MAX_ARCHIVE_BYTES);
  signal.throwIfAborted();
  const manifest = existsSync(`${stem}.dmanifest`) ? await read('.dmanifest') : undefined;
  return {
    kind: 'defold-base-archive',
    ...(await baseInspection(await read('.arci'), await read('.arcd'), manifest, key)),
  };
}

/** Looks into `archive_files.json` alone, and into the bundle where its pieces are beside it. */
export async function inspectArchiveFiles(file: string, bytes: Uint8Array): Promise<Inspection> {
  const archiveFiles = parseArchiveFiles(bytes);
  const hasPieces = archiveFiles.files.every(({ pieces }) =>
    pieces.every(({ name }) => existsSync(join(dirname(file), name))),
  );
  if (hasPieces) return inspectBundle(dirname(file), undefined, new AbortController().signal);
  return {
    kind: 'defold-archive-files',
    facts: [
      ['files', archiveFiles.files.length],
      ['total', formatBytes(archiveFiles.totalSizeBytes)],
    ],
    tables: [filesTable(archiveFiles)],
    problems: [],
    json: archiveFiles as unknown as JsonObject,
  };
}

async function baseInspection(
  arci: Uint8Array | undefined,
  arcd: Uint8Array | undefined,
  manifestBytes: Uint8Array | undefined,
  key: FoundPublicKey | undefined,
): Promise<Omit<Inspection, 'kind'>> {
  if (arci === undefined || arcd === undefined)
    throw new CliError('ERR_INPUT_MISSING', 'the bundle has no game.arci or no game.arcd');
  const manifest = manifestBytes && parseDefoldManifest(manifestBytes);
  const check = checkBase(() => verifyBaseArchive({ arci, arcd, manifest }));
  const index = parseBaseArchiveIndex(arci);
  const inspected = manifestBytes && (await inspectManifest(manifestBytes, key));
  return {
    facts: [
      ['index version', index.version],
      ['blobs', `${index.entries.length}, ${formatBytes(arcd.length)}`],
      [
        'digests',
        check.evidence === undefined ? 'WRONG' : `${check.evidence.blobCount} right, and the MD5 of the index`,
      ],
      ...(inspected?.facts ?? []).map(([name, value]) => [`manifest ${name}`, value] as const),
    ],
    tables: inspected?.tables ?? [],
    problems: [...check.problems, ...(inspected?.problems ?? [])],
    json: {
      index: {
        version: index.version,
        md5: index.md5,
        entries: index.entries.map((entry) => ({ ...entry, compressedSizeBytes: entry.compressedSizeBytes ?? null })),
      },
      digests: check.evidence === undefined ? 'invalid' : 'valid',
      ...(inspected === undefined ? {} : { manifest: inspected.json }),
    },
  };
}

function checkBase(check: () => BaseArchiveEvidence): { evidence?: BaseArchiveEvidence; problems: Problem[] } {
  try {
    return { evidence: check(), problems: [] };
  } catch (error) {
    if (!isLadingError(error, 'ERR_BASE_ARCHIVE_DIGEST')) throw error;
    return { problems: problemsIn(error.details.problems) };
  }
}

function problemsIn(value: JsonValue | undefined): Problem[] {
  return (value as unknown as Problem[] | undefined) ?? [];
}

/** The bundle's own public key, where it has one (until Defold 1.12.3). */
function bundleKey(files: ReadonlyMap<string, Uint8Array>): FoundPublicKey | undefined {
  const der = files.get('game.public.der');
  return der === undefined || der.length === 0 ? undefined : { file: 'game.public.der', der };
}

function filesTable(archiveFiles: ArchiveFiles): InspectionTable {
  const rows = archiveFiles.files.map((file) => [
    file.name,
    formatBytes(file.sizeBytes),
    file.pieces.length,
    file.sha1 ?? '',
  ]);
  return { title: 'Files', header: ['name', 'size', 'pieces', 'sha-1'], rows };
}
