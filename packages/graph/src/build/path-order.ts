import type { PathTable } from './path-table.js';

const INSERTION_LIMIT = 12;
const RADIX_LIMIT = 1 << 16;
const HEADER_WORDS = 2;
const NON_ASCII = 0x80808080 | 0;

/**
 * Sorts all paths of a table by UTF-16 code unit, as JavaScript's `<` does, without making strings: groups of paths
 * that agree so far are split by their next four bytes, the biggest by counting, the others by native number sort.
 *
 * @returns Numbers of the paths in order.
 */
export function sortPaths(table: PathTable): Int32Array {
  const order = new Int32Array(table.count);
  for (let number = 0; number < order.length; number++) order[number] = number;
  new PathSort(table, order).run();
  return order;
}

class PathSort {
  readonly #order: Int32Array;
  readonly #arena: Int32Array;
  /** Where each path's words begin, in the order of `#order`, so that a pass reads one array in sequence. */
  readonly #firsts: Int32Array;
  readonly #keys: Float64Array;
  /** Groups still to sort: (from, to, depth in words). */
  readonly #groups: number[] = [];

  constructor(table: PathTable, order: Int32Array) {
    this.#order = order;
    this.#arena = table.arena;
    this.#firsts = new Int32Array(order.length);
    for (let i = 0; i < order.length; i++) this.#firsts[i] = table.offsetOf(i) + HEADER_WORDS;
    this.#keys = new Float64Array(Math.min(order.length, RADIX_LIMIT));
  }

  run(): void {
    this.#groups.push(0, this.#order.length, 0);
    while (this.#groups.length > 0) {
      const depth = this.#groups.pop() as number;
      const to = this.#groups.pop() as number;
      const from = this.#groups.pop() as number;
      this.#sortGroup(from, to, depth);
    }
  }

  #sortGroup(from: number, to: number, depth: number): void {
    if (to - from < 2) return;
    if (to - from <= INSERTION_LIMIT) return this.#insertionSort(from, to, depth);
    const common = this.#skipCommon(from, to, depth);
    if (to - from >= RADIX_LIMIT) this.#radixSplit(from, to, common);
    else this.#keySplit(from, to, common);
  }

  /** The first depth at which the paths of a group differ. They do: all paths are different. */
  #skipCommon(from: number, to: number, depth: number): number {
    const arena = this.#arena;
    const firsts = this.#firsts;
    for (let at = depth; ; at++) {
      const word = this.#word(firsts[from] as number, at);
      for (let i = from + 1; i < to; i++) {
        const first = firsts[i] as number;
        const other = at << 2 < (arena[first - 1] as number) ? (arena[first + at] as number) : 0;
        if (other !== word) return at;
      }
    }
  }

  /** The words behind a path's end count as zero, and no path has a zero byte; so the shorter of two comes first. */
  #word(first: number, depth: number): number {
    return depth << 2 < (this.#arena[first - 1] as number) ? (this.#arena[first + depth] as number) : 0;
  }

  #keySplit(from: number, to: number, depth: number): void {
    const count = to - from;
    const keys = this.#keys.subarray(0, count);
    for (let i = 0; i < count; i++) {
      keys[i] = sortKey(this.#word(this.#firsts[from + i] as number, depth)) * RADIX_LIMIT + i;
    }
    keys.sort();
    const words = new Uint32Array(count);
    const sources = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      const source = (keys[i] as number) % RADIX_LIMIT;
      sources[i] = source;
      words[i] = ((keys[i] as number) - source) / RADIX_LIMIT;
    }
    this.#regroup(from, depth, sources, words);
  }

  /** Two stable counting passes over the halves of the key. */
  #radixSplit(from: number, to: number, depth: number): void {
    const count = to - from;
    const keys = new Uint32Array(count);
    for (let i = 0; i < count; i++) keys[i] = sortKey(this.#word(this.#firsts[from + i] as number, depth));
    const sources = countingPass(keys, countingPass(keys, undefined, 0), 16);
    this.#regroup(from, depth, sources, keys.map((_, i) => keys[sources[i] as number] as number));
  }

  /** Puts a group into the order of `sources`, and remembers its parts that agree in the word at `depth`. */
  #regroup(from: number, depth: number, sources: Int32Array, words: Uint32Array): void {
    const count = sources.length;
    const order = this.#order.slice(from, from + count);
    const firsts = this.#firsts.slice(from, from + count);
    let start = 0;
    for (let i = 0; i < count; i++) {
      this.#order[from + i] = order[sources[i] as number] as number;
      this.#firsts[from + i] = firsts[sources[i] as number] as number;
      if (words[i] === words[start]) continue;
      if (i - start > 1) this.#groups.push(from + start, from + i, depth + 1);
      start = i;
    }
    if (count - start > 1) this.#groups.push(from + start, from + count, depth + 1);
  }

  #insertionSort(from: number, to: number, depth: number): void {
    for (let i = from + 1; i < to; i++) {
      const number = this.#order[i] as number;
      const first = this.#firsts[i] as number;
      let hole = i;
      while (hole > from && this.#isBefore(first, this.#firsts[hole - 1] as number, depth)) {
        this.#order[hole] = this.#order[hole - 1] as number;
        this.#firsts[hole] = this.#firsts[hole - 1] as number;
        hole--;
      }
      this.#order[hole] = number;
      this.#firsts[hole] = first;
    }
  }

  #isBefore(a: number, b: number, depth: number): boolean {
    for (let at = depth; ; at++) {
      const left = this.#word(a, at);
      const right = this.#word(b, at);
      if (left !== right) return sortKey(left) < sortKey(right);
    }
  }
}

/** Turns four little-endian bytes into a number that sorts as their code units do. */
function sortKey(word: number): number {
  const w = (word & NON_ASCII) === 0 ? word : rankLeadBytes(word);
  return (((w & 0xff) << 24) | ((w & 0xff00) << 8) | ((w >>> 8) & 0xff00) | (w >>> 24)) >>> 0;
}

/**
 * Puts lead bytes into UTF-16 order: U+10000 and up (F0…F4) are surrogate pairs, which sort before U+E000 (EE, EF). So
 * EE and EF become F5 and F6, which UTF-8 never uses.
 */
function rankLeadBytes(word: number): number {
  let ranked = 0;
  for (let shift = 0; shift < 32; shift += 8) {
    const byte = (word >>> shift) & 0xff;
    ranked |= (byte === 0xee || byte === 0xef ? byte + 7 : byte) << shift;
  }
  return ranked;
}

function countingPass(keys: Uint32Array, order: Int32Array | undefined, shift: number): Int32Array {
  const starts = new Int32Array(0x10000 + 1);
  for (let i = 0; i < keys.length; i++) starts[(((keys[i] as number) >>> shift) & 0xffff) + 1]!++;
  for (let digit = 0; digit < 0x10000; digit++) starts[digit + 1]! += starts[digit] as number;
  const sorted = new Int32Array(keys.length);
  for (let i = 0; i < keys.length; i++) {
    const item = order === undefined ? i : (order[i] as number);
    sorted[starts[((keys[item] as number) >>> shift) & 0xffff]!++] = item;
  }
  return sorted;
}
