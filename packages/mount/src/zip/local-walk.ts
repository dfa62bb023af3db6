import type { ByteSource, ReadOptions } from '../byte-source.js';
import type { EntryTable } from './entry-table.js';
import { checkDescriptor, checkLocalHeader, descriptorLength } from './local-entry.js';

/** Bytes read at a time while walking over local headers. */
const WINDOW_BYTES = 256 * 1024;

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
