import { archiveFault, type FaultPlace } from './archive-fault.js';
import { FLAG_UTF8, readExtras } from './entry-name.js';
import { type EntryTable, KIND_DEFLATED, nameOfEntry } from './entry-table.js';
import { u16, u32, u64 } from './little-endian.js';

/** Bytes of a local header without its name and extra fields. */
export const LOCAL_BYTES = 30;

const LOCAL = 0x04034b50;
const DESCRIPTOR = 0x08074b50;
/** CRC and sizes follow the data. */
const FLAG_DESCRIPTOR = 8;
/** Bits 1 and 2 only say how hard the writer tried. */
const FLAGS_FREE = 6;

/** What a local header says beyond what the directory says. */
export interface LocalEntry {
  /** Where the data begins, from the local header's first byte. */
  readonly dataStart: number;
  /** The descriptor's sizes are eight bytes wide first of all, not four. */
  readonly isZip64: boolean;
}

/**
 * Checks the local header at the start of `head` against the directory: name bytes, method, flags, time, CRC, sizes.
 * Zero is allowed for CRC and sizes under bit 3; the descriptor then decides, and the caller checks it.
 *
 * Local header: 0 signature, 4 version needed, 6 flags, 8 method, 10 time and date, 14 CRC, 18 stored size, 22 size,
 * 26 name length, 28 extra length, 30 name, extra.
 */
export function checkLocalHeader(table: EntryTable, entry: number, head: Uint8Array): LocalEntry {
  const fail = (what: string, place: FaultPlace = {}): never => failLocal(table, entry, what, place);
  if (head.length < LOCAL_BYTES || u32(head, 0) !== LOCAL) fail('no local header');
  const extraAt = LOCAL_BYTES + u16(head, 26);
  const dataStart = extraAt + u16(head, 28);
  if (dataStart > table.overheads[entry]!) fail('the local header passes the next entry');
  const name = head.subarray(LOCAL_BYTES, extraAt);
  if (!hasName(table, entry, name)) fail('the local header has another name');
  const method = (table.kinds[entry]! & KIND_DEFLATED) === 0 ? 0 : 8;
  const flags = table.flags[entry]!;
  if (u16(head, 8) !== method) fail('the local header has another method', { expected: method, actual: u16(head, 8) });
  const differing = (u16(head, 6) ^ flags) & ~FLAGS_FREE;
  const isFlagFree = differing === FLAG_UTF8 && name.every((byte) => byte < 128);
  if (differing !== 0 && !isFlagFree)
    fail('the local header has other flags', { expected: flags, actual: u16(head, 6) });
  if (u32(head, 10) !== table.stamps[entry]) fail('the local header has another date');
  const zip64 = dataStart === extraAt ? undefined : readExtras(head, extraAt, dataStart, name, fail);
  checkLocalSizes(table, entry, head, zip64, fail);
  return { dataStart, isZip64: zip64 !== undefined };
}

function checkLocalSizes(
  table: EntryTable,
  entry: number,
  head: Uint8Array,
  zip64: readonly [number, number] | undefined,
  fail: (what: string, place?: FaultPlace) => never,
): void {
  let [from, to] = zip64 ?? [0, 0];
  const widen = (value: number): number => {
    if (value !== 0xffffffff) return value;
    if (from + 8 > to) fail('a size is missing in the zip64 extra field of the local header');
    from += 8;
    return u64(head, from - 8);
  };
  const mayBeZero = (table.flags[entry]! & FLAG_DESCRIPTOR) !== 0;
  const check = (what: string, actual: number, expected: number): void => {
    if (actual === expected || (mayBeZero && actual === 0)) return;
    fail(`the local header has another ${what}`, { expected, actual });
  };
  check('CRC', u32(head, 14), table.crcs[entry]!);
  check('size', widen(u32(head, 22)), table.sizes[entry]!);
  check('stored size', widen(u32(head, 18)), table.storedSizes[entry]!);
}

/** Bytes that must stand between the entry's data and the next entry: those of its descriptor, or none. */
export function descriptorLength(table: EntryTable, entry: number, local: LocalEntry): number {
  return table.overheads[entry]! - local.dataStart;
}

/**
 * Checks the data descriptor, which must be exactly the bytes between the data and the next entry: an optional
 * signature, CRC, stored size, size. A reader that goes forward takes the first form that fits, so that one must end
 * where the next entry begins.
 */
export function checkDescriptor(table: EntryTable, entry: number, local: LocalEntry, tail: Uint8Array): void {
  if ((table.flags[entry]! & FLAG_DESCRIPTOR) === 0) {
    if (tail.length !== 0) failLocal(table, entry, 'bytes between the entry and the next', { actual: tail.length });
    return;
  }
  const widths = local.isZip64 ? [8, 4] : [4, 8];
  for (const signature of [4, 0]) {
    for (const width of widths) {
      if (!isDescriptor(table, entry, tail, signature, width)) continue;
      if (signature + 4 + 2 * width === tail.length) return;
      failLocal(table, entry, 'bytes between the data descriptor and the next entry');
    }
  }
  failLocal(table, entry, 'the data descriptor disagrees with the directory');
}

function isDescriptor(table: EntryTable, entry: number, tail: Uint8Array, signature: number, width: number): boolean {
  if (tail.length < signature + 4 + 2 * width) return false;
  if (signature === 4 && u32(tail, 0) !== DESCRIPTOR) return false;
  const read = width === 8 ? u64 : u32;
  return (
    u32(tail, signature) === table.crcs[entry] &&
    read(tail, signature + 4) === table.storedSizes[entry] &&
    read(tail, signature + 4 + width) === table.sizes[entry]
  );
}

function hasName(table: EntryTable, entry: number, name: Uint8Array): boolean {
  const start = table.nameStarts[entry]!;
  if (name.length !== table.nameStarts[entry + 1]! - start) return false;
  for (let i = 0; i < name.length; i++) if (table.names[start + i] !== name[i]) return false;
  return true;
}

function failLocal(table: EntryTable, entry: number, what: string, place: FaultPlace = {}): never {
  const offset = table.localOffsets[entry];
  throw archiveFault('ERR_ARCHIVE_FORMAT', table.archive, what, { entry: nameOfEntry(table, entry), offset, ...place });
}
