import { bytesToHex, subtleCrypto } from '@lading/manifest/client';
import {
  type DefoldManifest,
  decodeResourcePayload,
  hashResourcePath,
  MANIFEST_MEMBER,
  parseDefoldManifest,
  RESOURCE_HEADER_BYTES,
} from '@lading/manifest/defold';
import { archiveMembers, plainEntry } from './archive-content.js';
import type { ReadOptions } from './byte-source.js';
import { MountError } from './mount-error.js';
import type { ContentEntry, ContentKey, DecodeDefoldPayload, MountedContent } from './mounted-content.js';
import type { OpenContentOptions } from './open-content.js';
import { printableName } from './source-name.js';
import type { Archive } from './zip/archive.js';

/** Marks a resource without compressed size in the column of compressed sizes. */
const NOT_COMPRESSED = 0xffffffff;

/** Version of the manifests that current engines mount from. */
const MOUNTED_VERSION = 5;

/**
 * Opens the content of an archive whose member `index` is a Defold manifest.
 *
 * @throws ManifestError `ERR_MANIFEST*`; MountError `ERR_MOUNT_PAYLOAD` for a version that engines do not mount.
 */
export async function openDefoldContent(
  archive: Archive,
  index: number,
  { decode = decodeResourcePayload, signal }: OpenContentOptions,
): Promise<MountedContent> {
  const manifest = parseDefoldManifest(await archive.read(index, { signal }));
  if (manifest.version !== MOUNTED_VERSION) throw versionError(archive.nameOf(index), manifest.version);
  return defoldContent(archive, { manifest, decode });
}

function versionError(member: string, version: number): MountError {
  return new MountError('ERR_MOUNT_PAYLOAD', `${member} has version ${version}, mounts need ${MOUNTED_VERSION}`, {
    details: { member, expected: MOUNTED_VERSION, actual: version },
    hint: 'Build the content with a Defold of version 1.4.8 or later.',
  });
}

/**
 * The resources of a Defold archive: a path leads through its hash to an entry of the manifest, to the member with the
 * entry's digest, to its payload. Members that no entry claims are plain files, and win over an entry at the same path.
 *
 * @see https://defold.com/manuals/live-update/
 */
export function defoldContent(
  archive: Archive,
  { manifest, decode }: { readonly manifest: DefoldManifest; readonly decode: DecodeDefoldPayload },
): MountedContent {
  const index = indexResources(archive, manifest);
  const find = (path: string): ContentEntry | undefined => {
    const plain = plainEntry(archive, path);
    if (plain !== undefined && index.claimed[plain.index] !== 1) return plain;
    return entryAt(archive, index, rowOf(index, hashResourcePath(path)));
  };
  return {
    sizeBytes: archive.sizeBytes,
    entries: index.hashes.length + archive.entries - index.claimedCount,
    find,
    read: async (entry, options = {}) => {
      const stored = await archive.read(entry.index, options);
      return entry.payload === undefined ? stored : decodeEntry(stored, entry, { decode, options });
    },
    *keys(): Iterable<ContentKey> {
      for (const hash of index.hashes) yield { hash, path: undefined };
      for (const member of archiveMembers(archive)) {
        const isManifest = member.name.toLowerCase() === MANIFEST_MEMBER; // Every Defold archive has one.
        if (index.claimed[member.index] === 1 || isManifest) continue;
        const path = `/${member.name}`;
        yield { hash: hashResourcePath(path), path };
      }
    },
    close: () => archive.close(),
  };
}

/** Columns over the resources whose bytes are in the archive, sorted by hash: 28 bytes a resource. */
interface ResourceIndex {
  readonly hashes: BigUint64Array;
  readonly members: Uint32Array;
  readonly sizes: Uint32Array;
  readonly compressedSizes: Uint32Array;
  readonly flags: Uint32Array;
  /** 1 for members that an entry claims. */
  readonly claimed: Uint8Array;
  readonly claimedCount: number;
}

function indexResources(archive: Archive, manifest: DefoldManifest): ResourceIndex {
  // Entries without their bytes here are in another archive of the set: the engine skips them too.
  const present = manifest.resources
    .map((resource) => ({ resource, member: archive.find(resource.hexDigest.toLowerCase()) }))
    .filter(({ member }) => member >= 0)
    .sort((a, b) => (a.resource.urlHash < b.resource.urlHash ? -1 : a.resource.urlHash > b.resource.urlHash ? 1 : 0));
  const claimed = new Uint8Array(archive.entries);
  for (const { member } of present) claimed[member] = 1;
  return {
    hashes: BigUint64Array.from(present, ({ resource }) => resource.urlHash),
    members: Uint32Array.from(present, ({ member }) => member),
    sizes: Uint32Array.from(present, ({ resource }) => resource.sizeBytes),
    compressedSizes: Uint32Array.from(present, ({ resource }) => resource.compressedSizeBytes ?? NOT_COMPRESSED),
    flags: Uint32Array.from(present, ({ resource }) => resource.flags),
    claimed,
    claimedCount: claimed.reduce((sum, one) => sum + one, 0),
  };
}

function rowOf({ hashes }: ResourceIndex, hash: bigint): number {
  let low = 0;
  let high = hashes.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = hashes[middle] ?? 0n;
    if (found === hash) return middle;
    if (found < hash) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

function entryAt(archive: Archive, index: ResourceIndex, row: number): ContentEntry | undefined {
  const member = index.members[row];
  if (member === undefined) return undefined;
  const { name, storedSizeBytes, digest } = archive.infoOf(member);
  const sizeBytes = index.sizes[row] ?? 0;
  const compressed = index.compressedSizes[row];
  const compressedSizeBytes = compressed === NOT_COMPRESSED ? undefined : compressed;
  const payload = { sizeBytes, compressedSizeBytes, flags: index.flags[row] ?? 0 };
  return { index: member, member: name, sizeBytes, storedSizeBytes, digest, payload };
}

async function decodeEntry(
  stored: Uint8Array,
  entry: ContentEntry,
  { decode, options }: { readonly decode: DecodeDefoldPayload; readonly options: ReadOptions },
): Promise<Uint8Array<ArrayBuffer>> {
  if (entry.payload === undefined) throw new Error('unreachable: a plain member is not decoded');
  const payload = await defoldPayload(stored, entry);
  options.signal?.throwIfAborted();
  try {
    const bytes = decode(payload, entry.payload);
    return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : bytes.slice();
  } catch (cause) {
    throw payloadError(entry, 'cannot be decoded', cause);
  }
}

/**
 * The payload of a Defold member: what follows the 16-byte header. Where the archive states no digest of the member
 * (Defold's own zips), its name, the SHA-1 of the payload, is checked.
 *
 * @throws MountError `ERR_MOUNT_PAYLOAD`, `ERR_VERIFY_DIGEST`
 */
export async function defoldPayload(
  stored: Uint8Array,
  entry: Pick<ContentEntry, 'member' | 'digest'>,
): Promise<Uint8Array> {
  if (stored.length < RESOURCE_HEADER_BYTES) throw payloadError(entry, 'is shorter than its 16-byte header');
  const payload = stored.subarray(RESOURCE_HEADER_BYTES);
  if (entry.digest === undefined) await assertMemberName(payload, entry.member);
  return payload;
}

/** Throws `ERR_VERIFY_DIGEST` unless a Defold member is named by the SHA-1 of its payload. */
export async function assertMemberName(payload: Uint8Array, member: string): Promise<void> {
  const hash = await subtleCrypto().digest('SHA-1', payload as Uint8Array<ArrayBuffer>);
  const actual = bytesToHex(new Uint8Array(hash));
  if (actual === member.toLowerCase()) return;
  throw new MountError('ERR_VERIFY_DIGEST', `Member ${printableName(member)} holds a payload with SHA-1 ${actual}`, {
    details: { member: printableName(member), expected: printableName(member), actual },
  });
}

function payloadError(entry: Pick<ContentEntry, 'member'>, problem: string, cause?: unknown): MountError {
  return new MountError('ERR_MOUNT_PAYLOAD', `Member ${printableName(entry.member)} ${problem}`, {
    cause,
    details: { member: printableName(entry.member) },
  });
}
