import { isResourcePath } from '@lading/manifest';
import type { Entry, LocalFileHeader } from 'yauzl';
import { printable, SplitError, type SplitErrorCode } from '../split-error.js';

/** One file of a zip that others wrote, as its directory states it. */
export interface ForeignZipEntry {
  /** A safe relative name, `/` separated. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Size of the bytes in the zip. */
  readonly storedSizeBytes: number;
  readonly method: 'stored' | 'deflated';
  readonly crc32: number;
  /** Canonical archives keep `sha256:<hex>` of the stored bytes here. */
  readonly comment: string;
}

const LOCAL_HEADER_BYTES = 30;
const FLAG_ENCRYPTED = 0x0001;
const FLAG_PATCH = 0x0020;
const FLAG_STRONG_ENCRYPTION = 0x0040;
const FLAG_UTF8 = 0x0800;
const FLAG_LATE_SIZES = 0x0008;
const FLAGS_COMPARED = FLAG_ENCRYPTED | FLAG_PATCH | FLAG_STRONG_ENCRYPTION | FLAG_LATE_SIZES;
/** The size itself stands in the zip64 extra field, which yauzl compares with nothing but uses nowhere either. */
const ZIP64_SIZE = 0xffffffff;
const MADE_BY_UNIX = 3;
const MODE_TYPE = 0xf000;
const MODE_FILE = 0x8000;
const MODE_FOLDER = 0x4000;

interface Limits {
  readonly zip: string;
  readonly maxEntryBytes: number;
}

/**
 * Checks all entries of a directory against each other and against the rules, and returns the files.
 *
 * @throws SplitError `ERR_FOREIGN_ZIP_NAME`, `_METHOD`, `_LIMIT` or `_FORMAT` with the member's name.
 * @internal
 */
export function checkForeignEntries(entries: readonly Entry[], limits: Limits): Entry[] {
  const names = new Set<string>();
  for (const entry of entries) {
    checkEntry(entry, limits);
    const name = entry.fileName.replace(/\/$/, '');
    if (names.has(name)) throw entryError('ERR_FOREIGN_ZIP_NAME', at(entry, limits), 'is there twice');
    names.add(name);
  }
  const files = entries.filter((entry) => !isFolder(entry));
  checkFolders(files, limits);
  checkOverlap(entries, limits);
  return files;
}

/** What callers see of an entry. @internal */
export function foreignEntry(entry: Entry): ForeignZipEntry {
  return {
    name: entry.fileName,
    sizeBytes: entry.uncompressedSize,
    storedSizeBytes: entry.compressedSize,
    method: entry.compressionMethod === 0 ? 'stored' : 'deflated',
    crc32: entry.crc32,
    comment: entry.fileComment,
  };
}

/** An error about one member. @internal */
export function entryError(
  code: SplitErrorCode,
  { zip, member }: { readonly zip: string; readonly member: string },
  problem: string,
  cause?: unknown,
): SplitError {
  return new SplitError(code, `${printable(zip)}: member ${JSON.stringify(printable(member))} ${printable(problem)}`, {
    cause,
    details: { file: printable(zip), member: printable(member), problem: printable(problem) },
  });
}

function checkEntry(entry: Entry, limits: Limits): void {
  const place = at(entry, limits);
  checkName(entry, place);
  if ((entry.generalPurposeBitFlag & (FLAG_ENCRYPTED | FLAG_STRONG_ENCRYPTION | FLAG_PATCH)) !== 0) {
    throw entryError('ERR_FOREIGN_ZIP_METHOD', place, 'is encrypted or a patch');
  }
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) {
    const problem = `has compression method ${entry.compressionMethod}; only 0 (stored) and 8 (deflated) are read`;
    throw entryError('ERR_FOREIGN_ZIP_METHOD', place, problem);
  }
  const largest = Math.max(entry.uncompressedSize, entry.compressedSize);
  if (largest > limits.maxEntryBytes) {
    throw entryError('ERR_FOREIGN_ZIP_LIMIT', place, `has ${largest} bytes, over the limit of ${limits.maxEntryBytes}`);
  }
  if (isFolder(entry) && largest > 0) throw entryError('ERR_FOREIGN_ZIP_FORMAT', place, 'is a folder with content');
  const type = entry.versionMadeBy >>> 8 === MADE_BY_UNIX ? (entry.externalFileAttributes >>> 16) & MODE_TYPE : 0;
  if (type !== 0 && type !== (isFolder(entry) ? MODE_FOLDER : MODE_FILE)) {
    throw entryError('ERR_FOREIGN_ZIP_FORMAT', place, 'is a link or a device');
  }
}

/**
 * One name or none: yauzl shows control bytes of code page 437 as signs and lets an extra field replace the name, so the raw
 * bytes decide.
 */
function checkName(entry: Entry, place: { readonly zip: string; readonly member: string }): void {
  const raw = decodeUtf8(entry.fileNameRaw);
  if (raw === undefined || !isResourcePath(`/${raw.replace(/\/$/, '')}`)) {
    throw entryError('ERR_FOREIGN_ZIP_NAME', place, 'has a name that is not safe');
  }
  if ((entry.generalPurposeBitFlag & FLAG_UTF8) === 0 && entry.fileNameRaw.some((byte) => byte >= 0x80)) {
    throw entryError('ERR_FOREIGN_ZIP_NAME', place, 'has a name that is neither ASCII nor marked as UTF-8');
  }
  if (raw !== entry.fileName) throw entryError('ERR_FOREIGN_ZIP_NAME', place, 'has a second name in an extra field');
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // The only thing that a fatal decoder throws for is that the bytes are not UTF-8.
    return undefined;
  }
}

/** Tells whether a local header says what the directory says; sizes and CRC may be zero where they come behind the data. @internal */
export function agrees(local: LocalFileHeader, entry: Entry): boolean {
  const isLate = (entry.generalPurposeBitFlag & FLAG_LATE_SIZES) !== 0;
  const same = (stated: number, expected: number): boolean =>
    stated === expected || stated === ZIP64_SIZE || (isLate && stated === 0);
  return (
    local.fileName.equals(entry.fileNameRaw) &&
    local.compressionMethod === entry.compressionMethod &&
    (local.generalPurposeBitFlag & FLAGS_COMPARED) === (entry.generalPurposeBitFlag & FLAGS_COMPARED) &&
    (local.crc32 === entry.crc32 || (isLate && local.crc32 === 0)) &&
    same(local.compressedSize, entry.compressedSize) &&
    same(local.uncompressedSize, entry.uncompressedSize)
  );
}

function checkFolders(files: readonly Entry[], limits: Limits): void {
  const names = new Set(files.map(({ fileName }) => fileName));
  for (const entry of files) {
    for (let slash = entry.fileName.indexOf('/'); slash > 0; slash = entry.fileName.indexOf('/', slash + 1)) {
      if (!names.has(entry.fileName.slice(0, slash))) continue;
      throw entryError('ERR_FOREIGN_ZIP_NAME', at(entry, limits), 'is below a member that is a file');
    }
  }
}

/** Members that share bytes are how a small zip becomes a huge one. */
function checkOverlap(entries: readonly Entry[], limits: Limits): void {
  const sorted = [...entries].sort((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader);
  let end = 0;
  for (const entry of sorted) {
    const { relativeOffsetOfLocalHeader: start, fileNameRaw, compressedSize } = entry;
    if (start < end) throw entryError('ERR_FOREIGN_ZIP_FORMAT', at(entry, limits), 'overlaps another member');
    end = start + LOCAL_HEADER_BYTES + fileNameRaw.length + compressedSize;
  }
}

function isFolder(entry: Entry): boolean {
  return entry.fileName.endsWith('/');
}

function at(entry: Entry, { zip }: Limits): { zip: string; member: string } {
  return { zip, member: entry.fileName };
}
