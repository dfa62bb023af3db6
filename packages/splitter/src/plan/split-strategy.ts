import type { ResourceGraph } from '@lading/graph';
import type { JsonObject } from '@lading/manifest';
import type { PlacementRule } from './split-plan.js';
import type { SplitRules } from './split-rules.js';

/**
 * Decides which resources go together. It says nothing of the size cap, of names for parts or of load order: `planSplit`
 * sees to these, and checks what it gets.
 *
 * `assign` is pure and synchronous: equal input gives an equal assignment, in whatever order; it changes neither graph nor
 * rules. The suite `splitStrategyConformance` of `@lading/conformance` checks it.
 *
 * @example
 * const onePack: SplitStrategy = {
 *   name: 'one-pack',
 *   assign: ({ nodes }) => ({ groups: [{ rule: 'strategy', name: 'content', nodes }] }),
 * };
 */
export interface SplitStrategy {
  /** What messages call it. */
  readonly name: string;
  assign(graph: SplitGraph, rules: SplitRules): Assignment;
}

/** What a strategy sees: the resource graph, what is to be placed in it, and who needs it. */
export interface SplitGraph {
  readonly graph: ResourceGraph;
  /** Node ids of the roots, ascending. */
  readonly roots: Uint32Array;
  /** What has to be placed: neither in the base, nor virtual, nor left out by the rules. Node ids, ascending. */
  readonly nodes: readonly number[];
  /** Per node the index of its set of consumers in `sets`; -1 in the base. */
  readonly setOf: Int32Array;
  /** Sets of roots, as ascending node ids. The set of what no root needs is empty. */
  readonly sets: readonly Uint32Array[];
  /**
   * Per node the smallest node of what the rules keep together with it, or itself. The size cap never parts what is kept
   * together and is in one group; that it is in one is up to the strategy.
   */
  readonly unitOf: Int32Array;
  /** Stored size of a node in bytes; -1 where nobody knows it. */
  sizeOf(node: number): number;
}

/** Where every node goes. */
export interface Assignment {
  /** In any order; each node of {@link SplitGraph.nodes} is in exactly one. A group without nodes is allowed, and makes no archive. */
  readonly groups: readonly AssignedGroup[];
}

/** Resources that go into one archive, or into several where they are over the size cap. */
export interface AssignedGroup {
  /** Why these are together. Strategies of your own use `strategy`. */
  readonly rule: PlacementRule;
  /**
   * Name of the archive: `[a-z0-9][a-z0-9._-]{0,63}`, unique. Default: a name made from the roots that need the group;
   * then no other group without a name may be needed by the same roots.
   */
  readonly name?: string | undefined;
  /** Node ids, in any order. */
  readonly nodes: readonly number[];
  /** Why these are together, for people: it stands in the plan. Default none. */
  readonly reason?: string | undefined;
  /** Mount priority, 0 or more. Default: that of the rules. */
  readonly priority?: number | undefined;
  readonly meta?: JsonObject | undefined;
}
