import { grown } from '../build/growable.js';
import { finishHash, HASH_START, MAX_PATH_WORDS, mixWord, type PathTable } from '../build/path-table.js';
import { skipString } from './json-grammar.js';
import type { JsonWindow } from './json-window.js';

// Four bytes at a time: a byte of a word is x where (word ^ xxxx) has a zero byte, and (v - 0x01010101) & ~v has the
// high bit of the lowest zero byte of v set (higher bytes may follow falsely, never lower ones).
const ONES = 0x01010101;
const HIGHS = 0x80808080 | 0;
const QUOTES = 0x22222222;
const BACKSLASHES = 0x5c5c5c5c;
const SPACES = 0x20202020;
const QUOTE = 0x22;
const FIRST_CAPACITY = 1 << 10;

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The paths of some nodes, as places in the window, to be turned into numbers together by {@link resolve}: look-ups in
 * a large table wait for memory, and many of them side by side wait once. One pass over the bytes finds the closing
 * quote and computes the hash; strings with escapes or characters outside ASCII take a slower way to the same result.
 */
export class PathBatch {
  count = 0;
  /** After {@link resolve}: numbers of the paths; -1 where a string cannot be a path (too long, a lone surrogate). */
  numbers: Int32Array = new Int32Array(FIRST_CAPACITY);
  #starts: Int32Array = new Int32Array(FIRST_CAPACITY);
  #lengths: Int32Array = new Int32Array(FIRST_CAPACITY);
  #hashes: Int32Array = new Int32Array(FIRST_CAPACITY);
  readonly #paths: PathTable;

  constructor(paths: PathTable) {
    this.#paths = paths;
  }

  /** Reads the rest of a string whose opening quote is before `at`; returns the place behind its closing quote. */
  read(window: JsonWindow, at: number): number {
    const { view } = window;
    let hash = HASH_START;
    let i = at;
    for (let words = 0; words < MAX_PATH_WORDS; words++) {
      const word = view.getInt32(i, true);
      const quotes = word ^ QUOTES;
      const backslashes = word ^ BACKSLASHES;
      const special =
        (((quotes - ONES) & ~quotes) | ((backslashes - ONES) & ~backslashes) | ((word - SPACES) & ~word) | word) &
        HIGHS;
      if (special === 0) {
        hash = mixWord(hash, word);
        i += 4;
        continue;
      }
      const tailBytes = (31 - Math.clz32(special & -special)) >> 3;
      if (window.bytes[i + tailBytes] !== QUOTE) break;
      if (tailBytes > 0) hash = mixWord(hash, word & ((1 << (tailBytes << 3)) - 1));
      const byteLength = i + tailBytes - at;
      this.#push(at, byteLength, finishHash(hash, byteLength));
      return i + tailBytes + 1;
    }
    return this.#readSlowly(window, at);
  }

  /** Adds a place for something that is no path. */
  pushNone(): void {
    this.#push(-1, 0, -1);
  }

  /** True where the last string cannot be a path. */
  get isLastRefused(): boolean {
    return this.#starts[this.count - 1] === -1 && this.#hashes[this.count - 1] === -1;
  }

  /** Turns all places into {@link numbers}. The window must not have moved since they were read. */
  resolve(window: JsonWindow): void {
    this.#paths.internPlaces(window.view, this.#starts, this.#lengths, this.#hashes, this.count, this.numbers);
  }

  #readSlowly(window: JsonWindow, at: number): number {
    const end = skipString(window, at);
    // A number instead of a hash: the text of the string is not what stands in the window.
    this.#push(-1, 0, this.#paths.internText(textOfString(window, at, end)));
    return end;
  }

  #push(start: number, length: number, hash: number): void {
    const index = this.count++;
    if (index === this.#starts.length) this.#grow();
    this.#starts[index] = start;
    this.#lengths[index] = length;
    this.#hashes[index] = hash;
  }

  #grow(): void {
    const capacity = 2 * this.#starts.length;
    this.#starts = grown(this.#starts, capacity);
    this.#lengths = grown(this.#lengths, capacity);
    this.#hashes = grown(this.#hashes, capacity);
    this.numbers = new Int32Array(this.#starts.length);
  }
}

/** The text of a checked string that stands from `at` (behind its opening quote) to `end` (behind its closing one). */
export function textOfString(window: JsonWindow, at: number, end: number): string {
  return JSON.parse(DECODER.decode(window.bytes.subarray(at - 1, end)));
}
