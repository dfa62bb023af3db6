import { archiveFault } from './archive-fault.js';
import { type EntryTable, nameOfEntry } from './entry-table.js';
import { LOCAL_BYTES } from './local-entry.js';

/** Extra fields and the widest data descriptor: an entry has at most so much beside header, name and data. */
const MAX_LOOSE_BYTES = 0xffff + 24;

/**
 * Checks, from the directory alone, that the local entries lie one behind the other over `[0, end)`, and notes how many
 * bytes each has beside its data. Gaps too wide for extra fields and overlaps (the mark of a bomb) are refused here; the
 * local headers must account for every byte of the rest.
 *
 * @returns The entries by offset.
 */
export function tileEntries(table: EntryTable, end: number): Uint32Array {
  const { localOffsets, storedSizes, nameStarts, overheads } = table;
  const order = entriesByOffset(table);
  let expected = 0;
  for (let k = 0; k < order.length; k++) {
    const entry = order[k]!;
    const offset = localOffsets[entry]!;
    const next = k + 1 < order.length ? localOffsets[order[k + 1]!]! : end;
    const loose = next - offset - storedSizes[entry]! - LOCAL_BYTES - (nameStarts[entry + 1]! - nameStarts[entry]!);
    if (offset !== expected || loose < 0 || loose > MAX_LOOSE_BYTES) failTiling(table, entry, loose < 0);
    overheads[entry] = next - offset - storedSizes[entry]!;
    expected = next;
  }
  if (expected !== end)
    throw archiveFault('ERR_ARCHIVE_FORMAT', table.archive, 'bytes before the directory', { offset: 0 });
  return order;
}

function entriesByOffset(table: EntryTable): Uint32Array {
  const { localOffsets, count } = table;
  const order = new Uint32Array(count);
  let isSorted = true;
  for (let entry = 0; entry < count; entry++) {
    order[entry] = entry;
    if (entry > 0 && localOffsets[entry]! < localOffsets[entry - 1]!) isSorted = false;
  }
  return isSorted ? order : order.sort((a, b) => localOffsets[a]! - localOffsets[b]! || a - b);
}

function failTiling(table: EntryTable, entry: number, isOverlap: boolean): never {
  const what = isOverlap ? 'the entry overlaps the next one' : 'a gap before or behind the entry';
  const place = { entry: nameOfEntry(table, entry), offset: table.localOffsets[entry] };
  throw archiveFault('ERR_ARCHIVE_FORMAT', table.archive, what, place);
}
