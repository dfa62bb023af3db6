import {
  bytesToHex,
  type DefoldManifest,
  type DefoldResource,
  decodeResourcePayload,
  isDigest,
  isLadingError,
  type JsonObject,
  MANIFEST_MEMBER,
  type Problem,
  parseDefoldManifest,
  RESOURCE_HEADER_BYTES,
  subtleCrypto,
} from '@lading/manifest';
import { type Archive, openArchive } from '@lading/mount';
import { fileSource, nodeCodecs } from '@lading/mount/node';
import { formatBytes } from '../output/byte-size.js';
import { type FoundPublicKey, inspectManifest } from './inspect-manifest.js';
import type { Inspection, InspectionTable } from './inspection.js';

interface ZipFacts {
  readonly archive: Archive;
  readonly manifest: DefoldManifest | undefined;
  readonly manifestInspection: Inspection | undefined;
  readonly problems: Problem[];
}

/** Looks into a zip under the strict rules: every entry is read, every CRC, digest and Defold payload is checked. */
export async function inspectZip(
  file: string,
  key: FoundPublicKey | undefined,
  signal: AbortSignal,
): Promise<Inspection> {
  const source = await fileSource(file, { signal });
  try {
    const archive = await openArchive(source, { codecs: nodeCodecs, signal });
    const problems: Problem[] = [];
    const manifestBytes = await readManifestMember(archive, signal);
    const facts: ZipFacts = {
      archive,
      manifest: manifestBytes && parseDefoldManifest(manifestBytes),
      manifestInspection: manifestBytes && (await inspectManifest(manifestBytes, key)),
      problems,
    };
    await checkEntries(facts, signal);
    return zipInspection(facts);
  } finally {
    await source.close?.();
  }
}

/** The engine takes the first member of that name, whatever its case. */
async function readManifestMember(archive: Archive, signal: AbortSignal): Promise<Uint8Array | undefined> {
  for (let entry = 0; entry < archive.entries; entry++) {
    if (archive.nameOf(entry).toLowerCase() === MANIFEST_MEMBER) return archive.read(entry, { signal });
  }
  return undefined;
}

async function checkEntries({ archive, manifest, problems }: ZipFacts, signal: AbortSignal): Promise<void> {
  const byDigest = resourcesByDigest(manifest);
  for (let entry = 0; entry < archive.entries; entry++) {
    const name = archive.nameOf(entry);
    try {
      const bytes = await archive.read(entry, { signal });
      for (const resource of byDigest.get(name) ?? []) await checkMember(name, bytes, resource, problems);
    } catch (error) {
      if (!isLadingError(error)) throw error;
      problems.push({ path: name, problem: `${error.code}: ${error.message}` });
    }
  }
}

function resourcesByDigest(manifest: DefoldManifest | undefined): ReadonlyMap<string, readonly DefoldResource[]> {
  const map = new Map<string, DefoldResource[]>();
  for (const resource of manifest?.resources ?? []) {
    const same = map.get(resource.hexDigest);
    if (same === undefined) map.set(resource.hexDigest, [resource]);
    else same.push(resource);
  }
  return map;
}

/** A member named by its digest: SHA-1 of what follows the header, and it must unpack as the manifest says. */
async function checkMember(
  name: string,
  bytes: Uint8Array,
  resource: DefoldResource,
  problems: Problem[],
): Promise<void> {
  const payload = bytes.subarray(RESOURCE_HEADER_BYTES) as Uint8Array<ArrayBuffer>;
  const hexDigest = bytesToHex(new Uint8Array(await subtleCrypto().digest('SHA-1', payload)));
  if (name.length === 40 && hexDigest !== name) {
    problems.push({ path: name, problem: `has digest ${hexDigest}, which is not its name` });
    return;
  }
  // Manifests before version 5 state no sizes: nothing to decode against.
  if (resource.sizeBytes > 0) decodeResourcePayload(payload, resource);
}

function zipInspection({ archive, manifest, manifestInspection, problems }: ZipFacts): Inspection {
  const entries = Array.from({ length: archive.entries }, (_, entry) => archive.infoOf(entry));
  const contentBytes = entries.reduce((sum, entry) => sum + entry.sizeBytes, 0);
  const canonical = entries.length > 0 && entries.every((entry) => isDigest(entry.digest));
  const members = manifest && memberCounts(manifest, new Set(entries.map((entry) => entry.name)));
  return {
    kind: manifest === undefined ? 'zip' : 'defold-zip',
    facts: [
      ['entries', archive.entries],
      ['file', formatBytes(archive.sizeBytes)],
      ['content', formatBytes(contentBytes)],
      [
        'members',
        `${entries.filter((e) => e.method === 'stored').length} stored, ${entries.filter((e) => e.method === 'deflated').length} deflated`,
      ],
      ['digests in the directory', canonical ? 'of every member' : 'none'],
      ['in the manifest', members && `${members.present} here, ${members.absent} elsewhere`],
      ...(manifestInspection?.facts ?? []).map(([name, value]) => [`manifest ${name}`, value] as const),
    ],
    tables: [entryTable(entries), ...(manifestInspection?.tables ?? [])],
    problems: [
      ...(manifestInspection?.problems ?? []).map((p) => ({ ...p, path: `${MANIFEST_MEMBER}${p.path}` })),
      ...problems,
    ],
    json: {
      sizeBytes: archive.sizeBytes,
      contentBytes,
      directory: { ...archive.directory },
      entries: entries.map((entry) => ({ ...entry, digest: entry.digest ?? null })) as unknown as JsonObject[],
      ...(manifestInspection === undefined ? {} : { manifest: manifestInspection.json, members: { ...members } }),
    },
  };
}

function memberCounts(manifest: DefoldManifest, names: ReadonlySet<string>): { present: number; absent: number } {
  const present = manifest.resources.filter((resource) => names.has(resource.hexDigest)).length;
  return { present, absent: manifest.resources.length - present };
}

function entryTable(entries: readonly ReturnType<Archive['infoOf']>[]): InspectionTable {
  const rows = entries.map((e) => [
    e.name,
    e.method,
    formatBytes(e.sizeBytes),
    formatBytes(e.storedSizeBytes),
    e.crc32.toString(16).padStart(8, '0'),
  ]);
  return { title: 'Entries', header: ['name', 'method', 'size', 'stored', 'crc-32'], rows };
}
