import type { EntryTable } from './entry-table.js';

/** Neighbours are read together across a hole of up to this many bytes: a request costs more. */
export const COALESCE_GAP_BYTES: number = 64 * 1024;
/** Reads are not merged beyond this, so that no wanted entry waits long for its neighbours. */
export const COALESCE_MAX_BYTES: number = 1024 * 1024;

/** One read of the source and the entries in it, by offset. */
export interface ReadGroup {
  readonly offset: number;
  readonly length: number;
  readonly entries: readonly number[];
}

/** Merges the spans of entries into few reads. An entry asked for twice comes once. */
export function planReads(table: EntryTable, entries: readonly number[]): ReadGroup[] {
  const wanted = [...new Set(entries)].sort((a, b) => table.localOffsets[a]! - table.localOffsets[b]!);
  const groups: { offset: number; length: number; entries: number[] }[] = [];
  for (const entry of wanted) {
    const from = table.localOffsets[entry]!;
    const to = from + table.overheads[entry]! + table.storedSizes[entry]!;
    const last = groups.at(-1);
    const fits = last !== undefined && from - (last.offset + last.length) <= COALESCE_GAP_BYTES;
    if (fits && to - last.offset <= COALESCE_MAX_BYTES) {
      last.entries.push(entry);
      last.length = to - last.offset;
    } else groups.push({ offset: from, length: to - from, entries: [entry] });
  }
  return groups;
}
