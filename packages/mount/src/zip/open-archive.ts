import type { Digest } from '@lading/manifest/client';
import { bytesToHex, loadPart } from '@lading/manifest/client';
import type { ByteSource, ReadOptions } from '../byte-source.js';
import type { Archive } from './archive.js';
import { archiveFault } from './archive-fault.js';
import { type ArchiveLimits, type ResolvedLimits, resolveLimits } from './archive-limits.js';
import { archiveOf } from './archive-reader.js';
import { type ArchiveCodecs, type Sha256Stream, WEB_CODECS } from './codecs.js';
import { DIRECTORY_WINDOW_BYTES, readDirectory } from './directory.js';
import { type DirectoryPlace, readEndRecord } from './end-record.js';
import { type EntryTable, isFolder, KIND_DIGEST, nameOfEntry } from './entry-table.js';
import { tileEntries } from './local-tiling.js';

/**
 * Where a signed document says that the directory stands, and what it is: all bytes from the first header of the central
 * directory to the end of the archive, end records included.
 */
export interface TrustedDirectory {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly digest: Digest;
  /** Number of entries, where the document states it. */
  readonly entries?: number | undefined;
}

/** Options of {@link openArchive}. */
export interface OpenArchiveOptions extends ReadOptions {
  /** From a verified release: one read opens the archive, its members' digests verify the rest. Default: none. */
  readonly directory?: TrustedDirectory | undefined;
  readonly limits?: ArchiveLimits | undefined;
  /** Default {@link WEB_CODECS}. */
  readonly codecs?: ArchiveCodecs | undefined;
}

/**
 * Opens a zip archive under one rule: it has one meaning, or it is refused.
 *
 * Without `directory` the archive is a stranger: the one end record must end at the last byte, the directory where the
 * end record begins, and the local entries, every header of which is read, must account for all bytes before it. With
 * `directory` one range is read and must have the digest; each member states its own digest, and its local header is
 * checked together with its data when it is read.
 *
 * @throws MountError `ERR_ARCHIVE_FORMAT`, `ERR_ARCHIVE_NAME`, `ERR_ARCHIVE_METHOD`, `ERR_ARCHIVE_DATA`;
 * `ERR_ARCHIVE_LIMIT` before anything too big is allocated; `ERR_VERIFY_DIGEST` where the directory is not the trusted
 * one or a member has no digest; `ERR_VERIFY_SIZE` and `ERR_VERIFY_ENTRIES` for another size or number of entries;
 * `ERR_SOURCE_*`.
 * @see READING.md of this package
 * @example
 * const archive = await openArchive(memorySource(zipBytes, 'level-1.zip'));
 * const content = await archive.read(archive.find('a.txt'));
 */
export async function openArchive(source: ByteSource, options: OpenArchiveOptions = {}): Promise<Archive> {
  const limits = resolveLimits(options.limits);
  const codecs = options.codecs ?? WEB_CODECS;
  const { directory, signal } = options;
  if (directory === undefined) {
    const place = await readEndRecord(source, { signal });
    const table = await readDirectory(source, place, limits, { signal });
    const order = tileEntries(table, place.offset);
    const { checkLocalEntries } = await loadPart(() => import('./local-walk.js'));
    await checkLocalEntries(source, table, order, place.offset, { signal });
    return archiveOf(source, table, { directoryOffset: place.offset, codecs, isSigned: false });
  }
  const table = await readTrustedDirectory(source, directory, limits, codecs, { signal });
  tileEntries(table, directory.offset);
  requireDigests(table);
  return archiveOf(source, table, { directoryOffset: directory.offset, codecs, isSigned: true });
}

/**
 * Opens an archive and reads every entry, so that nothing in it is left unchecked.
 *
 * @returns The open archive.
 * @throws MountError What {@link openArchive} and reads throw; the source is not closed then.
 */
export async function checkArchive(source: ByteSource, options: OpenArchiveOptions = {}): Promise<Archive> {
  const archive = await openArchive(source, options);
  const all = Array.from({ length: archive.entries }, (_, entry) => entry);
  for await (const { entry } of archive.readMany(all, { signal: options.signal })) void entry;
  return archive;
}

async function readTrustedDirectory(
  source: ByteSource,
  trusted: TrustedDirectory,
  limits: ResolvedLimits,
  codecs: ArchiveCodecs,
  options: ReadOptions,
): Promise<EntryTable> {
  checkTrustedSize(source, trusted, limits);
  const { offset, sizeBytes } = trusted;
  const hash = sizeBytes > DIRECTORY_WINDOW_BYTES ? codecs.createSha256?.() : undefined;
  if (hash !== undefined) return readInWindows(source, trusted, limits, hash, options);
  const bytes = await source.read(offset, sizeBytes, options);
  requireDigest(source.name, trusted, await codecs.sha256(bytes));
  const tail = tailSource(source, offset, bytes);
  const place = await readEndRecord(tail, { notBefore: offset });
  requirePlace(source.name, place, trusted);
  return readDirectory(tail, place, limits, options);
}

/** A directory too big to stand in memory whole is hashed while it is parsed; nothing of it is used before its digest. */
async function readInWindows(
  source: ByteSource,
  trusted: TrustedDirectory,
  limits: ResolvedLimits,
  hash: Sha256Stream,
  options: ReadOptions,
): Promise<EntryTable> {
  const place = await readEndRecord(source, { ...options, notBefore: trusted.offset });
  requirePlace(source.name, place, trusted);
  const table = await readDirectory(source, { ...place, onBytes: (bytes) => hash.update(bytes) }, limits, options);
  const end = place.offset + place.sizeBytes;
  hash.update(await source.read(end, source.sizeBytes - end, options));
  requireDigest(source.name, trusted, hash.digest());
  return table;
}

function checkTrustedSize(source: ByteSource, trusted: TrustedDirectory, limits: ResolvedLimits): void {
  const { offset, sizeBytes } = trusted;
  if (offset + sizeBytes !== source.sizeBytes) {
    const place = { expected: offset + sizeBytes, actual: source.sizeBytes };
    throw archiveFault('ERR_VERIFY_SIZE', source.name, 'not as big as signed', place);
  }
  if (sizeBytes <= limits.maxDirectoryBytes) return;
  const place = { expected: `at most ${limits.maxDirectoryBytes}`, actual: sizeBytes };
  throw archiveFault('ERR_ARCHIVE_LIMIT', source.name, 'the directory is too big', place);
}

function requirePlace(archive: string, place: DirectoryPlace, trusted: TrustedDirectory): void {
  if (place.offset !== trusted.offset) {
    const where = { expected: trusted.offset, actual: place.offset };
    throw archiveFault('ERR_ARCHIVE_FORMAT', archive, 'the directory begins elsewhere than signed', where);
  }
  if (trusted.entries === undefined || trusted.entries === place.entries) return;
  const count = { expected: trusted.entries, actual: place.entries };
  throw archiveFault('ERR_VERIFY_ENTRIES', archive, 'another number of entries than signed', count);
}

/** The end of a source that is in memory already, at its own offsets. */
function tailSource(source: ByteSource, from: number, bytes: Uint8Array<ArrayBuffer>): ByteSource {
  return {
    name: source.name,
    sizeBytes: source.sizeBytes,
    async read(offset, length) {
      if (offset >= from) return bytes.subarray(offset - from, offset - from + length);
      throw archiveFault('ERR_ARCHIVE_FORMAT', source.name, 'a record stands before the directory', { offset });
    },
  };
}

function requireDigest(archive: string, trusted: TrustedDirectory, hash: Uint8Array): void {
  const actual = `sha256:${bytesToHex(hash)}`;
  if (actual === trusted.digest) return;
  const place = { offset: trusted.offset, expected: trusted.digest, actual };
  throw archiveFault('ERR_VERIFY_DIGEST', archive, 'the directory is not the signed one', place);
}

function requireDigests(table: EntryTable): void {
  for (let entry = 0; entry < table.count; entry++) {
    if ((table.kinds[entry]! & KIND_DIGEST) !== 0 || isFolder(table, entry)) continue;
    const place = { entry: nameOfEntry(table, entry) };
    throw archiveFault(
      'ERR_VERIFY_DIGEST',
      table.archive,
      'the signed directory states no digest for the entry',
      place,
    );
  }
}
