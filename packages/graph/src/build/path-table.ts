import { MAX_RESOURCE_PATH_BYTES } from '@lading/manifest';
import { GraphError } from '../graph-error.js';
import { grown, reserved } from './growable.js';

/** Words that hold the longest path. */
export const MAX_PATH_WORDS: number = (MAX_RESOURCE_PATH_BYTES + 3) >> 2;
/** Probes after which a look-up gives up: honest paths stay far below, only made ones collide like this. */
const MAX_PROBES = 1_024;
const HASH_SEED = 0x2545f491;
const HEADER_WORDS = 2;

/** One step of the hash of a path: mixes the next four bytes in. */
export function mixWord(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

/** Ends the hash of a path of `byteLength` bytes. */
export function finishHash(hash: number, byteLength: number): number {
  const mixed = Math.imul(hash ^ byteLength ^ (hash >>> 16), 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}

/** Where the hash of a path begins. */
export const HASH_START: number = HASH_SEED;

/**
 * Gives each different path a number, 0 upward, and keeps the paths as UTF-8 bytes: one arena of little-endian words
 * (number, byte length, bytes padded with zeros) and an open-addressing table of (hash, arena offset). A path costs its
 * bytes and 28 more; strings are made on request only.
 *
 * A caller writes a path's words into {@link scratch}, with the rest of the last word zero, and interns it.
 */
export class PathTable {
  /** How many paths there are. */
  count = 0;
  /** Where a caller puts the words of the path that it is about to intern or to find. */
  readonly scratch: Int32Array = new Int32Array(MAX_PATH_WORDS + 1);
  /** The same memory as bytes. */
  readonly scratchBytes: Uint8Array;
  #arena: Int32Array = new Int32Array(1 << 14);
  #bytes: Uint8Array;
  #end = 1;
  #slots: Int32Array = new Int32Array(1 << 11);
  #offsets: Int32Array = new Int32Array(1 << 10);

  readonly #maxPaths: number;

  /** @throws GraphError `ERR_GRAPH_LIMIT` on a big-endian processor; so does `intern` beyond `maxPaths`. */
  constructor(maxPaths: number) {
    this.#maxPaths = maxPaths;
    this.scratchBytes = new Uint8Array(this.scratch.buffer);
    this.#bytes = new Uint8Array(this.#arena.buffer);
    if (new Uint8Array(Int32Array.of(1).buffer)[0] !== 1)
      throw new GraphError('ERR_GRAPH_LIMIT', 'Graphs need a little-endian processor, and this one is big-endian');
  }

  /** Makes room for about so many paths of so many bytes in all. */
  reserve(paths: number, pathBytes: number): void {
    this.#offsets = reserved(this.#offsets, paths);
    this.#arena = reserved(this.#arena, (pathBytes >> 2) + paths * (HEADER_WORDS + 1) + MAX_PATH_WORDS);
    this.#bytes = new Uint8Array(this.#arena.buffer);
  }

  /** The number of the path in {@link scratch}; new ones are added. */
  intern(wordCount: number, byteLength: number, hash: number): number {
    const slot = this.#slotOf(wordCount, byteLength, hash);
    const record = this.#slots[slot + 1] as number;
    return record === 0 ? this.#insert(slot, wordCount, byteLength, hash) : (this.#arena[record] as number);
  }

  /**
   * Interns many paths that stand in a text: `numbers[i]` becomes the number of the one at `starts[i]`, `lengths[i]`
   * bytes long, with hash `hashes[i]`. Where `starts[i]` is -1, `hashes[i]` is the number already.
   */
  internPlaces(
    text: DataView,
    starts: Int32Array,
    lengths: Int32Array,
    hashes: Int32Array,
    count: number,
    numbers: Int32Array,
  ): void {
    this.#touchSlots(hashes, count);
    this.#findRecords(hashes, count, numbers);
    this.#touchRecords(lengths, count, numbers);
    for (let i = 0; i < count; i++) {
      const start = starts[i] as number;
      const length = lengths[i] as number;
      const record = numbers[i] as number;
      if (start < 0) numbers[i] = hashes[i] as number;
      else if (record !== 0 && this.#standsAt(record, text, start, length)) numbers[i] = this.#arena[record] as number;
      else numbers[i] = this.intern(this.#copyToScratch(text, start, length), length, hashes[i] as number);
    }
  }

  // What follows are loops of loads that do not depend on each other, without branches: the processor waits for memory
  // once for many of them. Looked up one by one, paths of a large graph cost three times as much.

  #touchSlots(hashes: Int32Array, count: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let touched = 0;
    for (let i = 0; i < count; i++) touched ^= slots[((hashes[i] as number) << 1) & mask] as number;
    this.#keep(touched);
  }

  /** For each hash the first record with that hash, or 0. */
  #findRecords(hashes: Int32Array, count: number, records: Int32Array): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let i = 0; i < count; i++) {
      const hash = hashes[i] as number;
      let slot = (hash << 1) & mask;
      while (slots[slot] !== hash && slots[slot + 1] !== 0) slot = (slot + 2) & mask;
      records[i] = slots[slot + 1] as number;
    }
  }

  /** Both ends of each record, as long as the path would be. */
  #touchRecords(lengths: Int32Array, count: number, records: Int32Array): void {
    const arena = this.#arena;
    let touched = 0;
    for (let i = 0; i < count; i++) {
      const record = records[i] as number;
      touched ^= (arena[record] as number) ^ (arena[record + 1 + ((lengths[i] as number) >> 2)] as number);
    }
    this.#keep(touched);
  }

  /** Keeps loads from being optimised away: the last word of the scratch is never part of a path. */
  #keep(touched: number): void {
    this.scratch[MAX_PATH_WORDS] = touched;
  }

  #standsAt(record: number, text: DataView, start: number, length: number): boolean {
    const arena = this.#arena;
    if (arena[record + 1] !== length) return false;
    const wholeWords = length >> 2;
    const first = record + HEADER_WORDS;
    for (let word = 0; word < wholeWords; word++) {
      if (arena[first + word] !== text.getInt32(start + (word << 2), true)) return false;
    }
    return (length & 3) === 0 || arena[first + wholeWords] === tailWord(text, start, length);
  }

  #copyToScratch(text: DataView, start: number, length: number): number {
    const wholeWords = length >> 2;
    for (let word = 0; word < wholeWords; word++) this.scratch[word] = text.getInt32(start + (word << 2), true);
    if ((length & 3) === 0) return wholeWords;
    this.scratch[wholeWords] = tailWord(text, start, length);
    return wholeWords + 1;
  }

  /** The number of a path given as text, which may be any; new ones are added. -1 where it cannot be kept. */
  internText(path: string): number {
    const byteLength = this.#writeScratch(path);
    return byteLength < 0 ? -1 : this.intern((byteLength + 3) >> 2, byteLength, this.#hashScratch(byteLength));
  }

  /** The number of a path given as text, or -1. */
  find(path: string): number {
    const byteLength = this.#writeScratch(path);
    if (byteLength < 0) return -1;
    const slot = this.#slotOf((byteLength + 3) >> 2, byteLength, this.#hashScratch(byteLength));
    const record = this.#slots[slot + 1] as number;
    return record === 0 ? -1 : (this.#arena[record] as number);
  }

  /** The path of a number. */
  textOf(number: number): string {
    const offset = this.offsetOf(number);
    const start = (offset + HEADER_WORDS) << 2;
    return TEXT.decode(this.#bytes.subarray(start, start + (this.#arena[offset + 1] as number)));
  }

  /** Where the record of a number stands in {@link arena}. */
  offsetOf(number: number): number {
    return this.#offsets[number] as number;
  }

  /** The words of all paths; a record is (number, byte length, words). Replaced when the table grows. */
  get arena(): Int32Array {
    return this.#arena;
  }

  /** The bytes of {@link arena}. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  #slotOf(wordCount: number, byteLength: number, hash: number): number {
    const slots = this.#slots;
    const arena = this.#arena;
    const mask = slots.length - 1;
    let slot = (hash << 1) & mask;
    for (let probes = 0; probes < MAX_PROBES; probes++) {
      const record = slots[slot + 1] as number;
      if (record === 0) return slot;
      if (slots[slot] === hash && arena[record + 1] === byteLength && this.#equals(record, wordCount)) return slot;
      slot = (slot + 2) & mask;
    }
    throw new GraphError(
      'ERR_GRAPH_LIMIT',
      `More than ${MAX_PROBES} paths have the same hash: they were made to collide`,
    );
  }

  #equals(record: number, wordCount: number): boolean {
    const arena = this.#arena;
    const scratch = this.scratch;
    const first = record + HEADER_WORDS;
    for (let word = 0; word < wordCount; word++) {
      if (arena[first + word] !== scratch[word]) return false;
    }
    return true;
  }

  #insert(slot: number, wordCount: number, byteLength: number, hash: number): number {
    if (this.count >= this.#maxPaths)
      throw new GraphError('ERR_GRAPH_LIMIT', `The graph has more than ${this.#maxPaths} nodes`);
    const record = this.#end;
    const end = record + HEADER_WORDS + wordCount;
    // Room for a guess that reads behind the last record.
    if (end + MAX_PATH_WORDS > this.#arena.length) this.#growArena(end + MAX_PATH_WORDS);
    const arena = this.#arena;
    const number = this.count++;
    arena[record] = number;
    arena[record + 1] = byteLength;
    for (let word = 0; word < wordCount; word++) arena[record + HEADER_WORDS + word] = this.scratch[word] as number;
    this.#end = end;
    this.#offsets = grown(this.#offsets, number + 1);
    this.#offsets[number] = record;
    this.#slots[slot] = hash;
    this.#slots[slot + 1] = record;
    if (this.count * 4 > this.#slots.length) this.#growSlots();
    return number;
  }

  #growArena(length: number): void {
    this.#arena = grown(this.#arena, length);
    this.#bytes = new Uint8Array(this.#arena.buffer);
  }

  #growSlots(): void {
    const old = this.#slots;
    const slots = new Int32Array(old.length * 2);
    const mask = slots.length - 1;
    for (let from = 0; from < old.length; from += 2) {
      if (old[from + 1] === 0) continue;
      let slot = ((old[from] as number) << 1) & mask;
      while (slots[slot + 1] !== 0) slot = (slot + 2) & mask;
      slots[slot] = old[from] as number;
      slots[slot + 1] = old[from + 1] as number;
    }
    this.#slots = slots;
  }

  /** Returns the byte length, or -1 where the text is too long or has no UTF-8 (a lone surrogate). */
  #writeScratch(path: string): number {
    if (path.length > MAX_RESOURCE_PATH_BYTES || LONE_SURROGATE.test(path)) return -1;
    const { read, written } = ENCODER.encodeInto(path, this.scratchBytes);
    if (read < path.length || written > MAX_RESOURCE_PATH_BYTES) return -1;
    this.scratchBytes.fill(0, written, (written + 3) & ~3);
    return written;
  }

  #hashScratch(byteLength: number): number {
    let hash = HASH_START;
    const wordCount = (byteLength + 3) >> 2;
    for (let word = 0; word < wordCount; word++) hash = mixWord(hash, this.scratch[word] as number);
    return finishHash(hash, byteLength);
  }
}

/** The last, partial word of a path; at least three bytes stand behind the text. */
function tailWord(text: DataView, start: number, length: number): number {
  return text.getInt32(start + (length & ~3), true) & ((1 << ((length & 3) << 3)) - 1);
}

const ENCODER = new TextEncoder();
// A path may begin with U+FEFF, which a decoder drops unless told not to.
const TEXT = new TextDecoder('utf-8', { ignoreBOM: true });
const LONE_SURROGATE = /\p{Surrogate}/u;
