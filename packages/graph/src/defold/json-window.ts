import { GraphError } from '../graph-error.js';

/** Zero bytes behind the text, so that a scanner may read a few bytes ahead; a zero is never part of a JSON text. */
const PADDING = 8;
const FIRST_CAPACITY = 1 << 20;
/** The longest piece of text that is scanned as a whole (one node). */
export const MAX_WINDOW_BYTES: number = 1 << 28;

/** Thrown when the text read so far ends inside a value; scanning starts again at the last checkpoint with more text. */
export const NEED_MORE: unique symbol = Symbol('more text is needed');

/**
 * The part of a text that is being scanned: bytes come in at the end, and go once they are scanned. Only the unscanned
 * rest is ever copied, and where that rest is long, scanning waits until the text has doubled: linear time in all.
 */
export class JsonWindow {
  bytes: Uint8Array = new Uint8Array(FIRST_CAPACITY + PADDING);
  view: DataView = new DataView(this.bytes.buffer);
  /** End of the text in {@link bytes}; behind it stand zeros. */
  end = 0;
  /** No more text follows. */
  isLast = false;
  /** Bytes of the text before {@link bytes}. */
  #gone = 0;

  /** Drops the text before `start` and adds a piece. */
  append(piece: Uint8Array, start: number): void {
    const rest = this.end - start;
    const length = rest + piece.length;
    if (length > MAX_WINDOW_BYTES)
      throw new GraphError('ERR_GRAPH_LIMIT', `One node of the graph is longer than ${MAX_WINDOW_BYTES} bytes`);
    const target =
      length + PADDING > this.bytes.length ? new Uint8Array(Math.max(length, 2 * rest) + PADDING) : this.bytes;
    target.set(this.bytes.subarray(start, this.end), 0);
    target.set(piece, rest);
    target.fill(0, length, length + PADDING);
    if (target !== this.bytes) {
      this.bytes = target;
      this.view = new DataView(target.buffer);
    }
    this.#gone += start;
    this.end = length;
  }

  /** Offset in the whole text of a place in {@link bytes}. */
  offsetOf(at: number): number {
    return this.#gone + at;
  }

  /** Says that the text is wrong at a place, or that there is too little of it to tell. */
  fail(at: number, problem: string): never {
    if (at >= this.end && !this.isLast) throw NEED_MORE;
    const what = at >= this.end ? 'the text ends too early' : problem;
    const offset = this.offsetOf(Math.min(at, this.end));
    throw new GraphError('ERR_GRAPH_JSON', `The graph is not JSON: at byte ${offset}, ${what}`, {
      details: { offset, problem: what },
    });
  }
}
