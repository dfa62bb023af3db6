import { grown } from './build/growable.js';

/**
 * Sets of small numbers, each known by a state: the empty set is state 0, and a state and two words, 64 further members,
 * give the next state. The same words always give the same state, and different ones never do.
 */
export class SetStates {
  count = 1;
  #parents: Int32Array = new Int32Array(64);
  #lows: Int32Array = new Int32Array(64);
  #highs: Int32Array = new Int32Array(64);
  #firsts: Int32Array = new Int32Array(64);
  #first = 0;
  /** States made in this pass by (parent, words): open addressing over their numbers; 0 is an empty slot. */
  #slots: Int32Array = new Int32Array(256);
  #used = 0;

  /** Begins a pass: bit `b` of its 64 stands for member `first + b`. Passes come in ascending order. */
  beginPass(first: number): void {
    this.#first = first;
    this.#slots.fill(0);
    this.#used = 0;
  }

  /** The state of a set and the members of two words, of which one is not 0. */
  next(parent: number, low: number, high: number): number {
    let slot = this.#slotOf(parent, low, high);
    const known = this.#slots[slot] as number;
    if (known !== 0) return known;
    if (2 * ++this.#used > this.#slots.length) {
      this.#growSlots();
      slot = this.#slotOf(parent, low, high);
    }
    const state = this.#push(parent, low, high);
    this.#slots[slot] = state;
    return state;
  }

  /** The members of a state, ascending. */
  membersOf(state: number): Uint32Array {
    const members: number[] = [];
    for (let at = state; at !== 0; at = this.#parents[at] as number) {
      const first = this.#firsts[at] as number;
      pushBits(members, first + 32, this.#highs[at] as number);
      pushBits(members, first, this.#lows[at] as number);
    }
    return Uint32Array.from(members.reverse());
  }

  #slotOf(parent: number, low: number, high: number): number {
    const last = this.#slots.length - 1;
    let hash = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0xc2b2ae35);
    hash = Math.imul(parent ^ hash ^ (hash >>> 15), 0x85ebca6b);
    hash ^= hash >>> 13;
    for (let slot = hash & last; ; slot = (slot + 1) & last) {
      const state = this.#slots[slot] as number;
      if (state === 0) return slot;
      if (this.#parents[state] === parent && this.#lows[state] === low && this.#highs[state] === high) return slot;
    }
  }

  #push(parent: number, low: number, high: number): number {
    const state = this.count++;
    this.#parents = grown(this.#parents, state + 1);
    this.#lows = grown(this.#lows, state + 1);
    this.#highs = grown(this.#highs, state + 1);
    this.#firsts = grown(this.#firsts, state + 1);
    this.#parents[state] = parent;
    this.#lows[state] = low;
    this.#highs[state] = high;
    this.#firsts[state] = this.#first;
    return state;
  }

  #growSlots(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(2 * old.length);
    for (const state of old) {
      if (state === 0) continue;
      const slot = this.#slotOf(
        this.#parents[state] as number,
        this.#lows[state] as number,
        this.#highs[state] as number,
      );
      this.#slots[slot] = state;
    }
  }
}

/** Adds the members of a word, highest first. */
function pushBits(members: number[], first: number, word: number): void {
  for (let bit = 31; bit >= 0; bit--) if ((word & (1 << bit)) !== 0) members.push(first + bit);
}
