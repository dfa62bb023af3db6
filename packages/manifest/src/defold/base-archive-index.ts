import { bytesToHex } from '../hex.js';
import { ManifestError } from '../manifest-error.js';
import { NOT_COMPRESSED } from './manifest-schema.js';
import { ProblemList } from './problem-list.js';

/** The most bytes of an `.arci` that are read: 80 bytes an entry, 2^20 entries. */
export const MAX_BASE_ARCHIVE_INDEX_BYTES = 83_886_128;

/** The blob is XTEA-CTR encrypted. */
export const BLOB_ENCRYPTED = 1;
/** The blob is an LZ4 block. Not set in version 4: there only the compressed size tells. */
export const BLOB_COMPRESSED = 2;

/** One stored blob of a base archive. Several resources of the manifest may share it. */
export interface BaseArchiveEntry {
  /** Digest of the stored bytes, lower-case hex. */
  readonly hexDigest: string;
  /** Where the blob starts in the `.arcd`. */
  readonly offset: number;
  /** Size of the resource as the game sees it. */
  readonly sizeBytes: number;
  /** Size of the LZ4 block; `undefined` where the resource is stored as it is. */
  readonly compressedSizeBytes: number | undefined;
  /** {@link BLOB_ENCRYPTED}, {@link BLOB_COMPRESSED}. */
  readonly flags: number;
}

/** The index of a base archive (`game.arci`). */
export interface BaseArchiveIndex {
  /** 5, or 4 before Defold 1.4.8. */
  readonly version: 4 | 5;
  /** MD5 of everything after the header, hex: equal to the manifest's `archiveIdentifier`. */
  readonly md5: string;
  /** In the order of the file: ascending by digest, which the engine's binary search relies on. */
  readonly entries: readonly BaseArchiveEntry[];
}

const HEADER_BYTES = 48;
const DIGEST_SLOT_BYTES = 64;
const ENTRY_BYTES = 16;
const DIGEST_SIZES: readonly number[] = [16, 20, 32, 64];

/** The index's header: all integers are big-endian. */
interface Header {
  readonly version: number;
  readonly entryCount: number;
  readonly entryOffset: number;
  readonly hashOffset: number;
  readonly hashLength: number;
  readonly md5: string;
}

/**
 * Parses the index of a base archive (`game.arci`, version 5 or 4), strictly: the tables lie where and as long as the
 * header says with nothing between or after, digests ascend, their padding is zero; one that comes twice (as Bob 1.6 wrote)
 * has the same sizes and flags.
 *
 * The MD5 is read, not computed, and blobs are not looked at: see `verifyBaseArchive` in `@lading/manifest/node`.
 *
 * @throws ManifestError `ERR_BASE_ARCHIVE` with all problems, `ERR_TOO_LARGE` above 2^20 entries.
 */
export function parseBaseArchiveIndex(arci: Uint8Array): BaseArchiveIndex {
  if (arci.length > MAX_BASE_ARCHIVE_INDEX_BYTES) {
    throw new ManifestError('ERR_TOO_LARGE', `Archive index has ${arci.length} bytes; the limit is 80 MiB`, {
      details: { sizeBytes: arci.length, maxBytes: MAX_BASE_ARCHIVE_INDEX_BYTES },
    });
  }
  const problems = new ProblemList();
  if (arci.length < HEADER_BYTES) problems.add('', `has ${arci.length} bytes; its header alone has ${HEADER_BYTES}`);
  problems.throwIfAny('ERR_BASE_ARCHIVE', 'Archive index is refused');
  const view = new DataView(arci.buffer, arci.byteOffset, arci.byteLength);
  const header = readHeader(arci, view);
  checkHeader(header, arci.length, problems);
  problems.throwIfAny('ERR_BASE_ARCHIVE', 'Archive index is refused');
  const entries = Array.from({ length: header.entryCount }, (_, i) => readEntry(arci, view, header, i, problems));
  checkOrder(entries, problems);
  problems.throwIfAny('ERR_BASE_ARCHIVE', 'Archive index is refused');
  return { version: header.version === 4 ? 4 : 5, md5: header.md5, entries };
}

/** Stored size of a blob: that of its LZ4 block, or of the resource itself. */
export function storedSizeBytes(entry: Pick<BaseArchiveEntry, 'sizeBytes' | 'compressedSizeBytes'>): number {
  return entry.compressedSizeBytes ?? entry.sizeBytes;
}

/**
 * Gives the stored bytes of one blob of a base archive's data (`game.arcd`), as a view.
 *
 * @throws ManifestError `ERR_BASE_ARCHIVE` where the entry reaches past the data.
 */
export function readBaseArchiveResource(arcd: Uint8Array, entry: BaseArchiveEntry): Uint8Array {
  const end = entry.offset + storedSizeBytes(entry);
  if (end <= arcd.length) return arcd.subarray(entry.offset, end);
  throw new ManifestError('ERR_BASE_ARCHIVE', `Blob ${entry.hexDigest} ends at byte ${end} of ${arcd.length}`, {
    details: { hexDigest: entry.hexDigest, expected: end, actual: arcd.length },
    hint: 'The .arcd is cut off, or belongs to another .arci.',
  });
}

function readHeader(arci: Uint8Array, view: DataView): Header {
  return {
    version: view.getUint32(0), // offset 0, 4 bytes. Offsets 4 to 15: padding and user data, of no meaning
    entryCount: view.getUint32(16), // offset 16, 4 bytes
    entryOffset: view.getUint32(20), // offset 20, 4 bytes
    hashOffset: view.getUint32(24), // offset 24, 4 bytes
    hashLength: view.getUint32(28), // offset 28, 4 bytes
    md5: bytesToHex(arci.subarray(32, 48)), // offset 32, 16 bytes
  };
}

function checkHeader(header: Header, sizeBytes: number, problems: ProblemList): void {
  const { version, entryCount, entryOffset, hashOffset, hashLength } = header;
  const expectedEntryOffset = HEADER_BYTES + DIGEST_SLOT_BYTES * entryCount;
  const expectedSize = expectedEntryOffset + ENTRY_BYTES * entryCount;
  if (version !== 4 && version !== 5) problems.add('/version', `is ${version}; expected 5 or 4`);
  if (hashOffset !== HEADER_BYTES) problems.add('/hashOffset', `is ${hashOffset}; expected ${HEADER_BYTES}`);
  if (entryOffset !== expectedEntryOffset) {
    problems.add('/entryOffset', `is ${entryOffset}; expected ${expectedEntryOffset} for ${entryCount} entries`);
  }
  if (!DIGEST_SIZES.includes(hashLength)) problems.add('/hashLength', `is ${hashLength}, which no digest has`);
  if (sizeBytes !== expectedSize) {
    problems.add('', `has ${sizeBytes} bytes; expected ${expectedSize} for ${entryCount} entries`);
  }
}

function readEntry(
  arci: Uint8Array,
  view: DataView,
  { entryOffset, hashOffset, hashLength }: Header,
  index: number,
  problems: ProblemList,
): BaseArchiveEntry {
  const slot = arci.subarray(hashOffset + DIGEST_SLOT_BYTES * index, hashOffset + DIGEST_SLOT_BYTES * (index + 1));
  if (slot.subarray(hashLength).some((byte) => byte !== 0)) {
    problems.add(`/entries/${index}/hexDigest`, 'is not padded with zeros');
  }
  const at = entryOffset + ENTRY_BYTES * index;
  const compressedSize = view.getUint32(at + 8); // offset 8, 4 bytes
  return {
    hexDigest: bytesToHex(slot.subarray(0, hashLength)),
    offset: view.getUint32(at), // offset 0, 4 bytes
    sizeBytes: view.getUint32(at + 4), // offset 4, 4 bytes
    compressedSizeBytes: compressedSize === NOT_COMPRESSED ? undefined : compressedSize,
    flags: view.getUint32(at + 12), // offset 12, 4 bytes
  };
}

/** A digest may come twice (Bob 1.6 wrote such): the search finds one or the other, which are the same bytes. */
function checkOrder(entries: readonly BaseArchiveEntry[], problems: ProblemList): void {
  entries.forEach((entry, index) => {
    const before = entries[index - 1];
    const path = `/entries/${index}/hexDigest`;
    if (before === undefined || before.hexDigest < entry.hexDigest) return;
    if (before.hexDigest > entry.hexDigest) problems.add(path, 'is out of order: the engine would not find it');
    else if (!isSameBlob(before, entry)) problems.add(path, 'comes twice, with other sizes or flags');
  });
}

function isSameBlob(a: BaseArchiveEntry, b: BaseArchiveEntry): boolean {
  return a.sizeBytes === b.sizeBytes && a.compressedSizeBytes === b.compressedSizeBytes && a.flags === b.flags;
}
