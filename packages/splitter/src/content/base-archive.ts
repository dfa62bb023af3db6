import { hash } from 'node:crypto';
import { join } from 'node:path';
import {
  type ArchiveFiles,
  type BaseArchiveEntry,
  BLOB_ENCRYPTED,
  bytesToHex,
  MAX_ARCHIVE_FILES_BYTES,
  MAX_BASE_ARCHIVE_INDEX_BYTES,
  MAX_MANIFEST_BYTES,
  parseArchiveFiles,
  parseBaseArchiveIndex,
  RESOURCE_COMPRESSED,
  RESOURCE_ENCRYPTED,
  RESOURCE_HEADER_BYTES,
  storedSizeBytes,
  writeResourceHeader,
} from '@lading/manifest';
import { printable, SplitError } from '../split-error.js';
import { blobContent, withHeader } from './blob-content.js';
import { missingContent } from './content-errors.js';
import type { ContentOptions, ContentSource } from './content-source.js';
import { indexDefoldManifest } from './defold-index.js';
import { type FilePiece, openPiecedFile, type PiecedFile } from './pieced-file.js';
import { readWholeFile } from './publisher-folder.js';

/** Paths of the three files of a base archive. */
export interface BaseArchiveFiles {
  readonly arci: string;
  readonly arcd: string;
  readonly manifest: string;
}

interface OpenFiles {
  readonly name: string;
  readonly arci: PiecedFile;
  readonly arcd: PiecedFile;
  readonly manifest: PiecedFile;
}

/**
 * Opens what ships with a Defold game as content: the files `game.arci`, `game.arcd` and `game.dmanifest`, or the folder of
 * an HTML5 bundle with its `archive_files.json` and the pieces that it names. Every blob that it gives has the right SHA-1
 * and begins with the 16-byte resource header that Live Update content has and base archives have not.
 *
 * @throws SplitError `ERR_CONTENT_FORMAT` where a file is missing from the bundle's list, `ERR_CONTENT_VERSION`,
 *   `ERR_CONTENT_MISSING`, `ERR_CONTENT_CORRUPT`; ManifestError for an index or a list that is broken.
 */
export async function baseArchive(
  source: BaseArchiveFiles | string,
  options: ContentOptions = {},
): Promise<ContentSource> {
  const files =
    typeof source === 'string'
      ? await openBundle(source, options)
      : await openFiles(source.arci, {
          arci: [{ file: source.arci, offset: 0 }],
          arcd: [{ file: source.arcd, offset: 0 }],
          manifest: [{ file: source.manifest, offset: 0 }],
        });
  try {
    return await archiveContent(files);
  } catch (error) {
    await closeFiles(files);
    throw error;
  }
}

async function archiveContent(files: OpenFiles): Promise<ContentSource> {
  const { name, arcd } = files;
  const manifest = await readLimited(files.manifest, MAX_MANIFEST_BYTES, name);
  const index = indexDefoldManifest(manifest, name);
  const arci = await readLimited(files.arci, MAX_BASE_ARCHIVE_INDEX_BYTES, name);
  const { entries, md5 } = parseBaseArchiveIndex(arci);
  const actual = hash('md5', arci.subarray(48), 'hex');
  const { archiveIdentifier } = index.manifest;
  if (actual !== md5)
    throw mismatch(name, 'The index of the base archive has another MD5 than its header says', md5, actual);
  if (archiveIdentifier !== undefined && bytesToHex(archiveIdentifier) !== md5) {
    throw mismatch(name, 'The manifest belongs to another base archive', bytesToHex(archiveIdentifier), md5);
  }
  const blobs = new Map(entries.map((entry) => [entry.hexDigest, entry]));
  return blobContent({
    name,
    manifest,
    index,
    statBlob: async (hexDigest) => {
      const entry = blobs.get(hexDigest);
      return entry === undefined ? undefined : RESOURCE_HEADER_BYTES + storedSizeBytes(entry);
    },
    readBlob: async (hexDigest, { signal }) => {
      const entry = blobs.get(hexDigest);
      if (entry === undefined) throw missingContent(name, { path: `/${hexDigest}`, hexDigest });
      signal?.throwIfAborted();
      return withHeader(headerOf(entry), await arcd.read(entry.offset, storedSizeBytes(entry)));
    },
    close: () => closeFiles(files),
  });
}

function headerOf(entry: BaseArchiveEntry): Uint8Array {
  const encrypted = (entry.flags & BLOB_ENCRYPTED) === 0 ? 0 : RESOURCE_ENCRYPTED;
  const compressed = entry.compressedSizeBytes === undefined ? 0 : RESOURCE_COMPRESSED;
  return writeResourceHeader({ sizeBytes: entry.sizeBytes, flags: encrypted | compressed });
}

async function openBundle(folder: string, options: ContentOptions): Promise<OpenFiles> {
  const listFile = join(folder, 'archive_files.json');
  const list = parseArchiveFiles(await readWholeFile(listFile, { maxBytes: MAX_ARCHIVE_FILES_BYTES, ...options }));
  return openFiles(folder, {
    arci: piecesOf(list, 'game.arci', folder),
    arcd: piecesOf(list, 'game.arcd', folder),
    manifest: piecesOf(list, 'game.dmanifest', folder),
  });
}

function piecesOf(list: ArchiveFiles, name: string, folder: string): FilePiece[] {
  const file = list.files.find((candidate) => candidate.name === name);
  if (file === undefined) {
    throw new SplitError('ERR_CONTENT_FORMAT', `archive_files.json of ${printable(folder)} names no ${name}`, {
      details: { folder: printable(folder), expected: name },
    });
  }
  return file.pieces.map((piece) => ({
    file: join(folder, piece.name),
    offset: piece.offset,
    sizeBytes: piece.sizeBytes,
  }));
}

async function openFiles(
  name: string,
  pieces: Readonly<Record<'arci' | 'arcd' | 'manifest', readonly FilePiece[]>>,
): Promise<OpenFiles> {
  const opened: PiecedFile[] = [];
  try {
    for (const part of [pieces.arci, pieces.arcd, pieces.manifest]) opened.push(await openPiecedFile(part));
  } catch (error) {
    for (const file of opened) await file.close();
    throw error;
  }
  const [arci, arcd, manifest] = opened as [PiecedFile, PiecedFile, PiecedFile];
  return { name, arci, arcd, manifest };
}

async function closeFiles({ arci, arcd, manifest }: OpenFiles): Promise<void> {
  for (const file of [arci, arcd, manifest]) await file.close();
}

async function readLimited(file: PiecedFile, maxBytes: number, name: string): Promise<Uint8Array> {
  if (file.sizeBytes <= maxBytes) return file.read(0, file.sizeBytes);
  throw new SplitError(
    'ERR_CONTENT_TOO_LARGE',
    `${printable(name)}: a file has ${file.sizeBytes} bytes, at most ${maxBytes}`,
    {
      details: { source: printable(name), expected: maxBytes, actual: file.sizeBytes },
    },
  );
}

function mismatch(name: string, message: string, expected: string, actual: string): SplitError {
  return new SplitError('ERR_CONTENT_CORRUPT', `${printable(name)}: ${message}: expected ${expected}, got ${actual}`, {
    details: { source: printable(name), expected, actual },
    hint: 'The files must come from one build.',
  });
}
