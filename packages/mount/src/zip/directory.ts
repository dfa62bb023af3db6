import type { ByteSource, ReadOptions } from '../byte-source.js';
import type { MountErrorCode } from '../mount-error.js';
import { archiveFault, type FaultPlace } from './archive-fault.js';
import type { ResolvedLimits } from './archive-limits.js';
import { readDigestComment } from './digest-comment.js';
import { checkFolders, readExtras, takeName } from './entry-name.js';
import { createEntryTable, type EntryTable, isFolder, KIND_DEFLATED, KIND_DIGEST, nameOfEntry } from './entry-table.js';
import { u16, u32, u64 } from './little-endian.js';

const CENTRAL = 0x02014b50;
const CENTRAL_BYTES = 46;
/** Bytes of the directory in memory at a time, where nobody needs it whole. Most directories are smaller. */
export const DIRECTORY_WINDOW_BYTES: number = 8 * 2 ** 20;
/** Encrypted (bit 0), strongly encrypted (6), masked headers (13). */
const FLAGS_ENCRYPTED = 0x2041;
const FLAG_PATCH = 0x20;
/** No deflate stream gives more bytes for one than this (zlib's manual): a bigger claim is refused before allocation. */
const MAX_DEFLATE_RATIO = 1_032;

/** The directory of an archive: where it stands, how many entries it has, and who looks at its bytes on the way. */
export interface DirectoryRequest {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly entries: number;
  /** Sees every byte once, in order. */
  readonly onBytes?: ((bytes: Uint8Array) => void) | undefined;
}

/** Reads the central directory into a table; every header is checked, and all of them against each other. */
export async function readDirectory(
  source: ByteSource,
  request: DirectoryRequest,
  limits: ResolvedLimits,
  options: ReadOptions,
): Promise<EntryTable> {
  const { offset, sizeBytes, entries } = request;
  checkCounts(source.name, request, limits);
  const isWide = source.sizeBytes > 0xffffffff || limits.maxEntryBytes > 0xffffffff;
  const table = createEntryTable(source.name, entries, isWide);
  const parser: Parser = { table, limits, offset, entry: 0, totalBytes: 0 };
  for (let at = 0; at < sizeBytes; ) {
    const length = Math.min(DIRECTORY_WINDOW_BYTES, sizeBytes - at);
    const bytes = await source.read(offset + at, length, options);
    const used = parseHeaders(parser, bytes, offset + at);
    request.onBytes?.(bytes.subarray(0, used));
    at += used;
  }
  if (parser.entry < entries) fail(parser, 'the directory ends early', { expected: entries, actual: parser.entry });
  checkFolders(table);
  return table;
}

interface Parser {
  readonly table: EntryTable;
  readonly limits: ResolvedLimits;
  /** Where the directory begins: all local entries stand before it. */
  readonly offset: number;
  entry: number;
  totalBytes: number;
}

function checkCounts(archive: string, request: DirectoryRequest, limits: ResolvedLimits): void {
  const { sizeBytes, entries } = request;
  const over = (what: string, most: number, actual: number): never => {
    throw archiveFault('ERR_ARCHIVE_LIMIT', archive, what, { expected: `at most ${most}`, actual });
  };
  if (entries > limits.maxEntries) over('too many entries', limits.maxEntries, entries);
  if (sizeBytes > limits.maxDirectoryBytes) over('the directory is too big', limits.maxDirectoryBytes, sizeBytes);
  if (sizeBytes >= CENTRAL_BYTES * entries) return;
  throw archiveFault('ERR_ARCHIVE_FORMAT', archive, 'the directory is too small for its entries', {
    expected: CENTRAL_BYTES * entries,
    actual: sizeBytes,
  });
}

/** Parses the headers that are whole in `bytes` and gives how many bytes they take; never 0. */
function parseHeaders(parser: Parser, bytes: Uint8Array, fileAt: number): number {
  let at = 0;
  while (at + CENTRAL_BYTES <= bytes.length) {
    const next = at + CENTRAL_BYTES + u16(bytes, at + 28) + u16(bytes, at + 30) + u16(bytes, at + 32);
    if (next > bytes.length) break;
    if (parser.entry === parser.table.count) break;
    parseHeader(parser, bytes, at, fileAt + at);
    parser.entry++;
    at = next;
  }
  if (at > 0) return at;
  const isFull = parser.entry === parser.table.count;
  return fail(parser, isFull ? 'bytes behind the last entry of the directory' : 'a directory header is cut short', {
    offset: fileAt,
  });
}

/**
 * Central header: 0 signature, 4 version made by, 6 version needed, 8 flags, 10 method, 12 time and date, 16 CRC,
 * 20 stored size, 24 size, 28 name length, 30 extra length, 32 comment length, 34 disk, 36 internal attributes,
 * 38 external attributes, 42 local offset, 46 name, extra, comment.
 */
function parseHeader(parser: Parser, bytes: Uint8Array, at: number, fileAt: number): void {
  const { table, entry, limits } = parser;
  if (u32(bytes, at) !== CENTRAL) fail(parser, 'no directory header', { offset: fileAt });
  const nameLength = u16(bytes, at + 28);
  const extraLength = u16(bytes, at + 30);
  if (nameLength > limits.maxNameBytes) {
    const expected = `at most ${limits.maxNameBytes} bytes`;
    fail(parser, 'a name is too long', { offset: fileAt, expected, actual: nameLength }, 'ERR_ARCHIVE_LIMIT');
  }
  table.flags[entry] = u16(bytes, at + 8);
  table.stamps[entry] = u32(bytes, at + 12);
  table.crcs[entry] = u32(bytes, at + 16);
  const nameAt = at + CENTRAL_BYTES;
  takeName(table, entry, bytes, nameAt, nameLength);
  takeMethod(parser, u16(bytes, at + 10), u16(bytes, at + 34));
  if (extraLength === 0) takeSizes(parser, u32(bytes, at + 24), u32(bytes, at + 20), u32(bytes, at + 42), undefined);
  else {
    const name = bytes.subarray(nameAt, nameAt + nameLength);
    const extraAt = nameAt + nameLength;
    const zip64 = readExtras(bytes, extraAt, extraAt + extraLength, name, (what) => failEntry(parser, what));
    takeSizes(parser, u32(bytes, at + 24), u32(bytes, at + 20), u32(bytes, at + 42), zip64 && bytes.subarray(...zip64));
  }
  checkFileType(parser, bytes[at + 5]!, u32(bytes, at + 38));
  const commentAt = nameAt + nameLength + extraLength;
  if (readDigestComment(table, entry, bytes, commentAt, u16(bytes, at + 32))) table.kinds[entry]! |= KIND_DIGEST;
}

function takeMethod(parser: Parser, method: number, disk: number): void {
  const { table, entry } = parser;
  const flags = table.flags[entry]!;
  if (disk !== 0) failEntry(parser, 'the entry starts on another disk');
  if ((flags & FLAGS_ENCRYPTED) !== 0) failEntry(parser, 'the entry is encrypted', {}, 'ERR_ARCHIVE_METHOD');
  if ((flags & FLAG_PATCH) !== 0) failEntry(parser, 'the entry holds patch data', {}, 'ERR_ARCHIVE_METHOD');
  if (method === 8) table.kinds[entry]! |= KIND_DEFLATED;
  else if (method !== 0) {
    failEntry(
      parser,
      'unknown method',
      { expected: '0 (stored) or 8 (deflated)', actual: method },
      'ERR_ARCHIVE_METHOD',
    );
  }
}

/** Size, stored size and local offset stand in the zip64 field, in this order, where the header says all ones. */
function widen(parser: Parser, plain: number, wide: { bytes: Uint8Array; at: number } | undefined): number {
  if (plain !== 0xffffffff) return plain;
  if (wide === undefined || wide.at + 8 > wide.bytes.length) {
    return failEntry(parser, 'a size or offset is missing in the zip64 extra field');
  }
  wide.at += 8;
  return u64(wide.bytes, wide.at - 8);
}

function takeSizes(
  parser: Parser,
  plainSize: number,
  plainStored: number,
  plainOffset: number,
  zip64: Uint8Array | undefined,
): void {
  const { table, entry, limits } = parser;
  const wide = zip64 && { bytes: zip64, at: 0 };
  const size = widen(parser, plainSize, wide);
  const stored = widen(parser, plainStored, wide);
  const localOffset = widen(parser, plainOffset, wide);
  const isDeflated = (table.kinds[entry]! & KIND_DEFLATED) !== 0;
  if (!(localOffset + stored <= parser.offset))
    failEntry(parser, 'the entry passes the directory', { actual: localOffset });
  if (!isDeflated && size !== stored) failEntry(parser, 'stored with two sizes', { expected: size, actual: stored });
  if (isFolder(table, entry) && size !== 0) failEntry(parser, 'a folder has data', { actual: size });
  const biggest = Math.max(size, stored);
  if (biggest > limits.maxEntryBytes) {
    const expected = `at most ${limits.maxEntryBytes} bytes`;
    failEntry(parser, 'the entry is too big', { expected, actual: biggest }, 'ERR_ARCHIVE_LIMIT');
  }
  if (isDeflated && size > MAX_DEFLATE_RATIO * stored) {
    const expected = `at most ${MAX_DEFLATE_RATIO * stored} bytes`;
    failEntry(parser, 'no deflate stream gives so much', { expected, actual: size }, 'ERR_ARCHIVE_DATA');
  }
  parser.totalBytes += size;
  if (parser.totalBytes > limits.maxTotalBytes) {
    failEntry(parser, 'the entries together are too big', { expected: limits.maxTotalBytes }, 'ERR_ARCHIVE_LIMIT');
  }
  table.sizes[entry] = size;
  table.storedSizes[entry] = stored;
  table.localOffsets[entry] = localOffset;
}

/** Unix types of made-by 3 (Unix) and 19 (macOS): a pipe, a device, a block device, a link, a socket is no resource. */
function checkFileType(parser: Parser, madeBy: number, attributes: number): void {
  const { table, entry } = parser;
  const type = madeBy === 3 || madeBy === 19 ? attributes >>> 28 : 0;
  if (type === 1 || type === 2 || type === 6 || type === 0xa || type === 0xc) {
    failEntry(parser, 'the entry is a link or a device', { actual: type }, 'ERR_ARCHIVE_METHOD');
  }
  if (isFolder(table, entry)) return;
  const isDosFolder = (attributes & 0x10) !== 0 && table.sizes[entry] !== 0;
  if (type === 4 || isDosFolder) failEntry(parser, 'a file has the attribute of a folder');
}

function failEntry(parser: Parser, what: string, place: FaultPlace = {}, code?: MountErrorCode): never {
  return fail(parser, what, { entry: nameOfEntry(parser.table, parser.entry), ...place }, code);
}

function fail(parser: Parser, what: string, place: FaultPlace, code: MountErrorCode = 'ERR_ARCHIVE_FORMAT'): never {
  throw archiveFault(code, parser.table.archive, what, place);
}
