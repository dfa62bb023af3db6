import { grown } from './build/growable.js';

/**
 * Sets of small numbers, each known by a state: the empty set is state 0, and a state and a word of 32 further members
 * give the next state. The same words always give the same state, and different ones never do.
 */
export class SetStates {
  count = 1;
  #parents: Int32Array = new Int32Array(64);
  #masks: Int32Array = new Int32Array(64);
  #firsts: Int32Array = new Int32Array(64);
  #first = 0;
  /** States made in this pass by (parent, mask): open addressing over their numbers; 0 is an empty slot. */
  #slots: Int32Array = new Int32Array(256);
  #used = 0;

  /** Begins a pass: bit `b` of its words stands for member `first + b`. Passes come in ascending order. */
  beginPass(first: number): void {
    this.#first = first;
    this.#slots.fill(0);
    this.#used = 0;
  }

  /** The state of a set and the members of a word, which is not 0. */
  next(parent: number, mask: number): number {
    let slot = this.#slotOf(parent, mask);
    const known = this.#slots[slot] as number;
    if (known !== 0) return known;
    if (2 * ++this.#used > this.#slots.length) {
      this.#growSlots();
      slot = this.#slotOf(parent, mask);
    }
    const state = this.#push(parent, mask);
    this.#slots[slot] = state;
    return state;
  }

  /** The members of a state, ascending. */
  membersOf(state: number): Uint32Array {
    const members: number[] = [];
    for (let at = state; at !== 0; at = this.#parents[at] as number) {
      const mask = this.#masks[at] as number;
      for (let bit = 31; bit >= 0; bit--)
        if ((mask & (1 << bit)) !== 0) members.push((this.#firsts[at] as number) + bit);
    }
    return Uint32Array.from(members.reverse());
  }

  #slotOf(parent: number, mask: number): number {
    const last = this.#slots.length - 1;
    let hash = Math.imul(parent ^ Math.imul(mask, 0x9e3779b1), 0x85ebca6b);
    hash ^= hash >>> 15;
    for (let slot = hash & last; ; slot = (slot + 1) & last) {
      const state = this.#slots[slot] as number;
      if (state === 0 || (this.#parents[state] === parent && this.#masks[state] === mask)) return slot;
    }
  }

  #push(parent: number, mask: number): number {
    const state = this.count++;
    this.#parents = grown(this.#parents, state + 1);
    this.#masks = grown(this.#masks, state + 1);
    this.#firsts = grown(this.#firsts, state + 1);
    this.#parents[state] = parent;
    this.#masks[state] = mask;
    this.#firsts[state] = this.#first;
    return state;
  }

  #growSlots(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(2 * old.length);
    for (const state of old) {
      if (state !== 0) this.#slots[this.#slotOf(this.#parents[state] as number, this.#masks[state] as number)] = state;
    }
  }
}
