import type { PathTable } from './path-table.js';

const INSERTION_LIMIT = 8;
/** Up to this size numbers are sorted by insertion: below, a call of the native sort costs more than the sorting. */
const NUMBER_LIMIT = 64;
/** Below this size a group is sorted by number sort at once; above, first tried for few different words. */
const BUCKET_LIMIT = 1 << 9;
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
  // Room for one group at work: its order, the words by which it is ordered, and how it was before.
  readonly #sources: Int32Array;
  readonly #words: Uint32Array;
  readonly #oldOrder: Int32Array;
  readonly #oldFirsts: Int32Array;
  readonly #buckets = new WordBuckets();
  /** Groups still to sort: (from, to, depth in words). */
  readonly #groups: number[] = [];

  constructor(table: PathTable, order: Int32Array) {
    this.#order = order;
    this.#arena = table.arena;
    this.#firsts = new Int32Array(order.length);
    for (let i = 0; i < order.length; i++) this.#firsts[i] = table.offsetOf(i) + HEADER_WORDS;
    this.#keys = new Float64Array(Math.min(order.length, RADIX_LIMIT));
    this.#sources = new Int32Array(order.length);
    this.#words = new Uint32Array(order.length);
    this.#oldOrder = new Int32Array(order.length);
    this.#oldFirsts = new Int32Array(order.length);
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
    if (to - from <= INSERTION_LIMIT) {
      this.#insertionSort(from, to, depth);
      return;
    }
    const common = this.#skipCommon(from, to, depth);
    if (to - from >= BUCKET_LIMIT && this.#bucketSplit(from, to, common)) return;
    if (to - from >= RADIX_LIMIT) this.#radixSplit(from, to, common);
    else this.#keySplit(from, to, common);
  }

  /** The first depth at which the paths of a group differ. They do: all paths are different. */
  #skipCommon(from: number, to: number, depth: number): number {
    const pivot = this.#firsts[from] as number;
    let common = 1 << 30;
    for (let i = from + 1; i < to && common > depth; i++) {
      const first = this.#firsts[i] as number;
      let at = depth;
      while (at < common && this.#word(first, at) === this.#word(pivot, at)) at++;
      common = at;
    }
    return common;
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
    if (count <= NUMBER_LIMIT) insertionSortNumbers(keys);
    else keys.sort();
    for (let i = 0; i < count; i++) {
      const source = (keys[i] as number) % RADIX_LIMIT;
      this.#sources[i] = source;
      this.#words[i] = ((keys[i] as number) - source) / RADIX_LIMIT;
    }
    this.#regroup(from, count, depth, this.#words);
  }

  /** One counting pass where the group has few different words, as folders' names give; false where it has many. */
  #bucketSplit(from: number, to: number, depth: number): boolean {
    const count = to - from;
    const buckets = this.#buckets;
    const bucketOf = new Uint16Array(count);
    buckets.clear();
    for (let i = 0; i < count; i++) {
      const bucket = buckets.of(this.#word(this.#firsts[from + i] as number, depth));
      if (bucket < 0) return false;
      bucketOf[i] = bucket;
    }
    const next = buckets.rankedStarts(bucketOf);
    for (let i = 0; i < count; i++) {
      const bucket = bucketOf[i] as number;
      const place = next[bucket]!++;
      this.#sources[place] = i;
      this.#words[place] = bucket;
    }
    this.#regroup(from, count, depth, this.#words);
    return true;
  }

  /** Two stable counting passes over the halves of the key. */
  #radixSplit(from: number, to: number, depth: number): void {
    const count = to - from;
    const keys = new Uint32Array(count);
    for (let i = 0; i < count; i++) keys[i] = sortKey(this.#word(this.#firsts[from + i] as number, depth));
    this.#sources.set(countingPass(keys, countingPass(keys, undefined, 0), 16));
    for (let i = 0; i < count; i++) this.#words[i] = keys[this.#sources[i] as number] as number;
    this.#regroup(from, count, depth, this.#words);
  }

  /** Puts a group into the order of `#sources`, and remembers its parts whose words (in that order) are the same. */
  #regroup(from: number, count: number, depth: number, words: Uint32Array): void {
    const sources = this.#sources;
    const order = this.#order;
    const firsts = this.#firsts;
    for (let i = 0; i < count; i++) {
      this.#oldOrder[i] = order[from + i] as number;
      this.#oldFirsts[i] = firsts[from + i] as number;
    }
    let start = 0;
    for (let i = 0; i < count; i++) {
      order[from + i] = this.#oldOrder[sources[i] as number] as number;
      firsts[from + i] = this.#oldFirsts[sources[i] as number] as number;
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

const MAX_BUCKETS = 256;
const BUCKET_SLOTS = 1 << 10;

/** Numbers up to {@link MAX_BUCKETS} different words in the order in which they come. */
class WordBuckets {
  readonly #words = new Int32Array(MAX_BUCKETS);
  /** 1 + number of a word; 0 is an empty slot. */
  readonly #slots = new Uint16Array(BUCKET_SLOTS);
  #count = 0;

  clear(): void {
    this.#slots.fill(0);
    this.#count = 0;
  }

  /** The number of a word, or -1 where there are too many different ones. */
  of(word: number): number {
    let slot = (Math.imul(word, 0x9e3779b1) >>> 22) & (BUCKET_SLOTS - 1);
    for (;;) {
      const bucket = (this.#slots[slot] as number) - 1;
      if (bucket >= 0 && this.#words[bucket] === word) return bucket;
      if (bucket < 0) break;
      slot = (slot + 1) & (BUCKET_SLOTS - 1);
    }
    if (this.#count === MAX_BUCKETS) return -1;
    this.#words[this.#count] = word;
    this.#slots[slot] = ++this.#count;
    return this.#count - 1;
  }

  /** Where the items of each bucket begin when the buckets are in order of their words. */
  rankedStarts(bucketOf: Uint16Array): Int32Array {
    const sizes = new Int32Array(this.#count);
    for (const bucket of bucketOf) sizes[bucket]!++;
    const words = this.#words;
    const ranked = Array.from(sizes.keys()).sort((a, b) => sortKey(words[a] as number) - sortKey(words[b] as number));
    const starts = new Int32Array(this.#count);
    let start = 0;
    for (const bucket of ranked) {
      starts[bucket] = start;
      start += sizes[bucket] as number;
    }
    return starts;
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

function insertionSortNumbers(numbers: Float64Array): void {
  for (let i = 1; i < numbers.length; i++) {
    const number = numbers[i] as number;
    let hole = i;
    while (hole > 0 && (numbers[hole - 1] as number) > number) {
      numbers[hole] = numbers[hole - 1] as number;
      hole--;
    }
    numbers[hole] = number;
  }
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
