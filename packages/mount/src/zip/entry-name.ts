import { archiveFault } from './archive-fault.js';
import { crc32 } from './crc32.js';
import {
  type EntryTable,
  findEntry,
  HASH_START,
  hashStep,
  insertEntry,
  isFolder,
  KIND_FOLDER,
  nameOfEntry,
  reserveName,
  spreadHash,
} from './entry-table.js';
import { u32 } from './little-endian.js';

/** Bit 11 of the flags: the name is UTF-8. */
export const FLAG_UTF8 = 0x800;

const SLASH = 47;
const DOT = 46;
const BYTE_SLASH = 1;
const BYTE_WIDE = 2;
const BYTE_CONTROL = 3;
const BYTE_FORBIDDEN = 4;
const STRICT_UTF8 = new TextDecoder('utf-8', { fatal: true });

/** What a byte of a name needs beside being hashed; 0: nothing. */
const BYTE_KINDS: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === SLASH) return BYTE_SLASH;
  if (byte < 32 || byte === 127) return BYTE_CONTROL;
  if (byte === 92 || byte === 58) return BYTE_FORBIDDEN;
  return byte >= 128 ? BYTE_WIDE : 0;
});

/**
 * Takes the name of entry `entry` into the table: relative, `/` separated, no empty, `.` or `..` segment, no control
 * character, backslash or colon; ASCII, or UTF-8 under bit 11; not there yet. One pass over the bytes does it all.
 */
export function takeName(table: EntryTable, entry: number, bytes: Uint8Array, at: number, length: number): void {
  const start = table.nameStarts[entry]!;
  reserveName(table, start, length);
  table.nameStarts[entry + 1] = start + length;
  const { names } = table;
  let hash = HASH_START;
  let keyHash = hash;
  let segmentAt = 0;
  let isWide = false;
  let problem = length === 0 ? 'is empty' : bytes[at] === SLASH ? 'is absolute' : undefined;
  for (let i = 0; i < length; i++) {
    const byte = bytes[at + i]!;
    const kind = BYTE_KINDS[byte]!;
    names[start + i] = byte;
    if (kind !== 0) {
      if (kind === BYTE_SLASH) {
        problem ??= segmentProblem(bytes, at + segmentAt, at + i);
        segmentAt = i + 1;
        keyHash = hash;
      } else if (kind === BYTE_WIDE) isWide = true;
      else problem ??= kind === BYTE_CONTROL ? 'has a control character' : 'has a backslash or a colon';
    }
    hash = hashStep(hash, byte);
  }
  const isFolderName = segmentAt === length;
  if (!isFolderName) problem ??= segmentProblem(bytes, at + segmentAt, at + length);
  if (isWide) problem ??= utf8Problem(table.flags[entry]!, bytes.subarray(at, at + length));
  if (problem !== undefined) {
    throw archiveFault('ERR_ARCHIVE_NAME', table.archive, `the name ${problem}`, { entry: nameOfEntry(table, entry) });
  }
  if (isFolderName) table.kinds[entry]! |= KIND_FOLDER;
  insertEntry(table, entry, isFolderName ? length - 1 : length, spreadHash(isFolderName ? keyHash : hash));
}

function segmentProblem(bytes: Uint8Array, from: number, to: number): string | undefined {
  if (from === to) return 'has an empty segment';
  const isDots = to - from <= 2 && bytes[from] === DOT && bytes[to - 1] === DOT;
  return isDots ? 'has a . or .. segment' : undefined;
}

function utf8Problem(flags: number, name: Uint8Array): string | undefined {
  if ((flags & FLAG_UTF8) === 0) return 'is not ASCII and has no UTF-8 flag';
  try {
    STRICT_UTF8.decode(name);
    return undefined;
  } catch {
    return 'is not UTF-8';
  }
}

/** Refuses a file that is also a folder: no name may stand under a file's name. Runs once all names are in. */
export function checkFolders(table: EntryTable): void {
  const { names, nameStarts } = table;
  let before = 0;
  let checked = 0;
  for (let entry = 0; entry < table.count; entry++) {
    const start = nameStarts[entry]!;
    let end = nameStarts[entry + 1]! - (isFolder(table, entry) ? 1 : 0);
    while (end > start && names[end - 1] !== SLASH) end--;
    // Folders that the entry before has too were looked up with it.
    const shared = commonLength(names, before, checked, start, end);
    let hash = HASH_START;
    for (let i = start; i < end && shared < end - start; i++) {
      if (names[i] === SLASH && i - start >= shared) checkFolder(table, entry, start, i, spreadHash(hash));
      hash = hashStep(hash, names[i]!);
    }
    before = start;
    checked = end - start;
  }
}

function checkFolder(table: EntryTable, entry: number, from: number, to: number, hash: number): void {
  const found = findEntry(table, table.names, from, to, hash);
  if (found === -1 || isFolder(table, found)) return;
  throw archiveFault('ERR_ARCHIVE_NAME', table.archive, 'the name stands under a file', {
    entry: nameOfEntry(table, entry),
    actual: nameOfEntry(table, found),
  });
}

function commonLength(names: Uint8Array, a: number, aLength: number, b: number, bEnd: number): number {
  const most = Math.min(aLength, bEnd - b);
  let length = 0;
  while (length < most && names[a + length] === names[b + length]) length++;
  return length;
}

/**
 * Checks extra fields `[from, to)`: whole, with neither zip64 (0x0001) nor unicode path (0x7075) twice. A unicode path
 * that speaks of this name (version 1, its CRC) must repeat it, else two readers see two names.
 *
 * @returns Where the zip64 field's data stands: start and end, or `undefined`.
 */
export function readExtras(
  bytes: Uint8Array,
  from: number,
  to: number,
  name: Uint8Array,
  fail: (what: string) => never,
): readonly [number, number] | undefined {
  let zip64: readonly [number, number] | undefined;
  let hasUnicodePath = false;
  for (let at = from; at < to; ) {
    if (to - at < 4) fail('stray bytes in the extra fields');
    const id = bytes[at]! | (bytes[at + 1]! << 8);
    const end = at + 4 + (bytes[at + 2]! | (bytes[at + 3]! << 8));
    if (end > to) fail('an extra field is longer than the extra fields');
    if (id === 1) {
      if (zip64 !== undefined) fail('two zip64 extra fields');
      zip64 = [at + 4, end];
    } else if (id === 0x7075) {
      if (hasUnicodePath) fail('two unicode path extra fields');
      hasUnicodePath = true;
      if (!repeatsName(bytes.subarray(at + 4, end), name)) fail('the unicode path extra field has another name');
    }
    at = end;
  }
  return zip64;
}

function repeatsName(field: Uint8Array, name: Uint8Array): boolean {
  const speaksOfName = field.length >= 5 && field[0] === 1 && u32(field, 1) === crc32(name);
  if (!speaksOfName) return true;
  return field.length - 5 === name.length && name.every((byte, i) => byte === field[5 + i]);
}
