import {
  bytesToHex,
  type DefoldManifest,
  type DefoldResource,
  type Digest,
  isLadingError,
  parseDefoldManifest,
  RESOURCE_ENCRYPTED,
  type ReleaseArchive,
} from '@lading/manifest';
import type { ByteSource } from './byte-source.js';
import type { ContentOrigin } from './content-origin.js';
import type { FindingList } from './content-report.js';
import { assertMemberName, defoldPayload } from './defold-content.js';
import { findChangedHeader } from './local-header-check.js';
import { MountError } from './mount-error.js';
import type { DecodeDefoldPayload } from './mounted-content.js';
import { findDefoldManifest } from './open-content.js';
import { createSha256 } from './sha256-stream.js';
import { windowSource } from './window-source.js';
import type { Archive } from './zip/archive.js';
import type { ArchiveCodecs } from './zip/codecs.js';
import { openArchive } from './zip/open-archive.js';

/** What the check of an archive needs. */
export interface ArchiveCheck {
  readonly origin: ContentOrigin;
  readonly found: FindingList;
  readonly codecs: ArchiveCodecs;
  readonly decode: DecodeDefoldPayload;
  readonly signal: AbortSignal | undefined;
  readonly onBytes: (checkedBytes: number) => void;
}

/**
 * Checks an archive of a release: size, digest of the whole, strict structure, directory, number of entries, digest of
 * each member, and of each Defold resource its payload. Every byte of the file is under one of these; where the whole
 * is wrong, the member, local header or directory that holds the wrong byte is named.
 *
 * @returns How many members it has.
 */
export async function verifyArchive(archive: ReleaseArchive, check: ArchiveCheck): Promise<number> {
  const { key } = archive;
  const findings = check.found.findings.length;
  let source: ByteSource | undefined;
  try {
    const actual = await digestOfWhole(archive, check);
    source = windowSource(await check.origin.open(key, { sizeBytes: archive.sizeBytes, signal: check.signal }));
    const members = await verifyParts(archive, source, check);
    if (actual !== archive.digest && check.found.findings.length === findings)
      await locate(archive, source, check, actual);
    return members;
  } catch (error) {
    check.signal?.throwIfAborted();
    check.found.add(key, error);
    return 0;
  } finally {
    await source?.close?.();
  }
}

async function digestOfWhole({ key, sizeBytes }: ReleaseArchive, check: ArchiveCheck): Promise<Digest> {
  const hash = check.codecs.createSha256?.() ?? createSha256();
  for await (const chunk of check.origin.stream(key, { offset: 0, sizeBytes, signal: check.signal })) {
    hash.update(chunk);
    check.onBytes(chunk.length);
  }
  return `sha256:${bytesToHex(hash.digest())}`;
}

async function verifyParts(archive: ReleaseArchive, source: ByteSource, check: ArchiveCheck): Promise<number> {
  const { codecs, signal } = check;
  const directory = { ...archive.directory, entries: archive.entries };
  let opened: Archive;
  try {
    opened = await openArchive(source, { directory, codecs, signal });
  } catch (error) {
    check.found.add(archive.key, error, { place: 'directory' });
    return 0;
  }
  await verifyStructure(archive, source, check);
  const manifest = await manifestOf(opened, archive, check);
  const resources = resourcesByMember(manifest);
  for (let index = 0; index < opened.entries; index++) {
    await verifyMember(opened, index, { archive, check, resources });
  }
  return opened.entries;
}

/** Reads the archive as a stranger would: one end record, local entries that tile the file and agree with the directory. */
async function verifyStructure(archive: ReleaseArchive, source: ByteSource, check: ArchiveCheck): Promise<void> {
  try {
    await openArchive(source, { codecs: check.codecs, signal: check.signal });
  } catch (error) {
    const entry = isLadingError(error) ? error.details.entry : undefined;
    const at =
      typeof entry === 'string' ? { place: `local header of ${entry}`, member: entry } : { place: 'directory' };
    check.found.add(archive.key, error, at);
  }
}

async function manifestOf(
  opened: Archive,
  archive: ReleaseArchive,
  check: ArchiveCheck,
): Promise<DefoldManifest | undefined> {
  const index = findDefoldManifest(opened);
  if (index < 0) return undefined;
  let bytes: Uint8Array;
  try {
    bytes = await opened.read(index, { signal: check.signal });
  } catch {
    return undefined; // The walk over all members finds the same and says so.
  }
  try {
    return parseDefoldManifest(bytes);
  } catch (error) {
    const member = opened.nameOf(index);
    check.found.add(archive.key, error, { place: member, member });
    return undefined;
  }
}

/** One member may serve several resources: equal bytes are stored once. */
function resourcesByMember(manifest: DefoldManifest | undefined): ReadonlyMap<string, readonly DefoldResource[]> {
  const byMember = new Map<string, DefoldResource[]>();
  for (const resource of manifest?.resources ?? []) {
    const member = resource.hexDigest.toLowerCase();
    const same = byMember.get(member);
    if (same === undefined) byMember.set(member, [resource]);
    else same.push(resource);
  }
  return byMember;
}

interface MemberCheck {
  readonly archive: ReleaseArchive;
  readonly check: ArchiveCheck;
  readonly resources: ReadonlyMap<string, readonly DefoldResource[]>;
}

async function verifyMember(opened: Archive, index: number, { archive, check, resources }: MemberCheck): Promise<void> {
  const member = opened.nameOf(index);
  try {
    const bytes = await opened.read(index, { signal: check.signal });
    for (const resource of resources.get(member) ?? []) {
      await verifyResource(bytes, resource, { member, check, file: archive.key });
    }
  } catch (error) {
    check.signal?.throwIfAborted();
    // A header that disagrees was named by the structure check already.
    if (isLadingError(error, 'ERR_ARCHIVE_FORMAT') && check.found.has(archive.key)) return;
    check.found.add(archive.key, error, { place: member, member });
  }
}

async function verifyResource(
  bytes: Uint8Array,
  resource: DefoldResource,
  { member, check, file }: { readonly member: string; readonly check: ArchiveCheck; readonly file: string },
): Promise<void> {
  const payload = await defoldPayload(bytes, { member, digest: undefined });
  await assertMemberName(payload, member);
  const expected = resource.compressedSizeBytes ?? resource.sizeBytes;
  if (payload.length !== expected) {
    throw new MountError('ERR_MOUNT_PAYLOAD', `Payload has ${payload.length} bytes, the manifest says ${expected}`, {
      details: { member, expected, actual: payload.length },
    });
  }
  try {
    check.decode(payload, resource);
  } catch (error) {
    // The bytes are the right ones; a game with an encryption key of its own brings its own decoder.
    if ((resource.flags & RESOURCE_ENCRYPTED) === 0 || !isLadingError(error)) throw error;
    check.found.warn(file, error);
  }
}

/** The whole is wrong though every part that a reader looks at is right: the byte is one that readers skip. */
async function locate(archive: ReleaseArchive, source: ByteSource, check: ArchiveCheck, actual: Digest): Promise<void> {
  const expected = archive.digest;
  const error = new MountError('ERR_VERIFY_DIGEST', `The archive has digest ${actual}, the release says ${expected}`, {
    details: { expected, actual },
  });
  const member = await findChangedHeader(source, archive, check.signal);
  if (member === undefined) check.found.add(archive.key, error);
  else check.found.add(archive.key, error, { place: `local header of ${member}`, member });
}
