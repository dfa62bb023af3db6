import type { ByteSource, ReadOptions } from '../byte-source.js';
import { archiveFault } from './archive-fault.js';
import { type EntryTable, nameOfEntry } from './entry-table.js';
import { checkDescriptor, checkLocalHeader, descriptorLength, LOCAL_BYTES } from './local-entry.js';

/** Bytes read at a time while walking over local headers. */
const WINDOW_BYTES = 256 * 1024;
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

/** Checks every local header and data descriptor of an archive against its directory. */
export async function checkLocalEntries(
  source: ByteSource,
  table: EntryTable,
  order: Uint32Array,
  end: number,
  options: ReadOptions,
): Promise<void> {
  const window = new HeaderWindow(source, end, options);
  for (const entry of order) {
    const offset = table.localOffsets[entry]!;
    const overhead = table.overheads[entry]!;
    const span = overhead + table.storedSizes[entry]!;
    // Header and descriptor of a small entry come with its neighbours; a big one's data is not read.
    const reach = span > WINDOW_BYTES ? overhead : WINDOW_BYTES;
    if (!window.holds(offset, overhead)) await window.load(offset, Math.max(overhead, reach));
    const local = checkLocalHeader(table, entry, window.view(offset, overhead));
    const tailLength = descriptorLength(table, entry, local);
    const tailAt = offset + span - tailLength;
    if (tailLength > 0 && !window.holds(tailAt, tailLength)) await window.load(tailAt, Math.max(tailLength, reach));
    checkDescriptor(table, entry, local, tailLength > 0 ? window.view(tailAt, tailLength) : NO_BYTES);
  }
}

const NO_BYTES = new Uint8Array();

/** The piece of the archive that is in memory while its headers are walked in order. */
class HeaderWindow {
  readonly #source: ByteSource;
  readonly #end: number;
  readonly #options: ReadOptions;
  #from = 0;
  #bytes: Uint8Array = NO_BYTES;

  constructor(source: ByteSource, end: number, options: ReadOptions) {
    this.#source = source;
    this.#end = end;
    this.#options = options;
  }

  holds(from: number, length: number): boolean {
    return from >= this.#from && from + length <= this.#from + this.#bytes.length;
  }

  async load(from: number, length: number): Promise<void> {
    this.#bytes = await this.#source.read(from, Math.min(length, this.#end - from), this.#options);
    this.#from = from;
  }

  view(from: number, length: number): Uint8Array {
    return this.#bytes.subarray(from - this.#from, from - this.#from + length);
  }
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
