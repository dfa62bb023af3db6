import type { GraphCut } from './closure.js';
import { type CondensedGraph, condense } from './condensed-graph.js';
import type { ResourceGraph } from './resource-graph.js';
import { SetStates } from './set-states.js';

/** The set id of nodes that no root reaches. */
export const NO_CONSUMERS = 0;

/** For each node of a graph the exact set of roots whose closure has it. */
export interface ConsumerSets {
  /** Node ids of the roots, ascending, each once. */
  readonly roots: Uint32Array;
  /** Set id of each node; -1 for nodes of the base, {@link NO_CONSUMERS} for nodes that nothing reaches. */
  readonly setOf: Int32Array;
  /** How many different sets there are, the empty one included. Ids follow the first node that has the set. */
  readonly setCount: number;
  /** The members of a set: ascending indexes into {@link roots}. Made when asked for. */
  membersOf(set: number): Uint32Array;
  /** The members of all sets, by set id, made on first use: as many numbers in all as the sets have members. */
  readonly sets: readonly Uint32Array[];
}

/** Roots that one pass handles: bits of two words, which lie side by side. */
const ROOTS_A_PASS = 64;

/**
 * Finds out for every node which roots need it: the roots whose {@link closureOf} has it.
 *
 * One pass carries 64 roots as a bit each over the condensed graph, in topological order; a node's set is the chain of
 * the words that it got, and equal chains are one state. So the sets are exact, a node with 2^60 paths to it costs no
 * more than one with a single path, and time grows with nodes + edges per 64 roots, however large the sets are.
 */
export function consumerSets(graph: ResourceGraph, cut: GraphCut): ConsumerSets {
  const roots = Uint32Array.from(new Set(cut.roots)).sort();
  const condensed = condense(graph, { roots, base: cut.base });
  const states = new SetStates();
  const stateOf = new Int32Array(condensed.count);
  const masks = new Int32Array(2 * condensed.count);
  for (let first = 0; first < roots.length; first += ROOTS_A_PASS) {
    const passRoots = roots.subarray(first, first + ROOTS_A_PASS);
    const from = sow(condensed, masks, passRoots);
    spread(condensed, masks, from);
    states.beginPass(first);
    collect(states, stateOf, masks, from);
  }
  return nameSets(condensed, stateOf, states, roots);
}

/** Gives each root its bit; returns the first component that has one. */
function sow(condensed: CondensedGraph, masks: Int32Array, roots: Uint32Array): number {
  let from = condensed.count;
  for (const [bit, root] of roots.entries()) {
    const start = condensed.startOf[root] as number;
    const member = condensed.memberOf[root] as number;
    masks[2 * start + (bit >> 5)]! |= 1 << (bit & 31);
    if (member >= 0) masks[2 * member + (bit >> 5)]! |= 1 << (bit & 31);
    from = Math.min(from, start);
  }
  return from;
}

function spread({ edgeStarts, edgeTargets, startCount }: CondensedGraph, masks: Int32Array, from: number): void {
  for (let component = from; component < startCount; component++) {
    const low = masks[2 * component] as number;
    const high = masks[2 * component + 1] as number;
    if ((low | high) === 0) continue;
    const end = edgeStarts[component + 1] as number;
    for (let edge = edgeStarts[component] as number; edge < end; edge++) {
      const target = 2 * (edgeTargets[edge] as number);
      masks[target]! |= low;
      masks[target + 1]! |= high;
    }
  }
}

function collect(states: SetStates, stateOf: Int32Array, masks: Int32Array, from: number): void {
  for (let component = from; component < stateOf.length; component++) {
    const low = masks[2 * component] as number;
    const high = masks[2 * component + 1] as number;
    if ((low | high) === 0) continue;
    stateOf[component] = states.next(stateOf[component] as number, low, high);
    masks[2 * component] = 0;
    masks[2 * component + 1] = 0;
  }
}

function nameSets(condensed: CondensedGraph, stateOf: Int32Array, states: SetStates, roots: Uint32Array): ConsumerSets {
  const setOf = condensed.memberOf.slice();
  const setOfState = new Int32Array(states.count).fill(-1);
  const stateOfSet: number[] = [0];
  setOfState[0] = NO_CONSUMERS;
  for (let node = 0; node < setOf.length; node++) {
    const member = condensed.memberOf[node] as number;
    if (member === -1) continue;
    const state = member < 0 ? 0 : (stateOf[member] as number);
    if (setOfState[state] === -1) setOfState[state] = stateOfSet.push(state) - 1;
    setOf[node] = setOfState[state] as number;
  }
  return new StateSets(setOf, stateOfSet, states, roots);
}

class StateSets implements ConsumerSets {
  readonly setOf: Int32Array;
  readonly roots: Uint32Array;
  readonly #stateOfSet: readonly number[];
  readonly #states: SetStates;
  #sets: readonly Uint32Array[] | undefined;

  constructor(setOf: Int32Array, stateOfSet: readonly number[], states: SetStates, roots: Uint32Array) {
    this.setOf = setOf;
    this.#stateOfSet = stateOfSet;
    this.#states = states;
    this.roots = roots;
  }

  get setCount(): number {
    return this.#stateOfSet.length;
  }

  get sets(): readonly Uint32Array[] {
    this.#sets ??= this.#stateOfSet.map((_, set) => this.membersOf(set));
    return this.#sets;
  }

  membersOf(set: number): Uint32Array {
    const state = this.#stateOfSet[set];
    if (state === undefined) throw new RangeError(`There is no set ${set}; there are ${this.setCount}`);
    return this.#states.membersOf(state);
  }
}
