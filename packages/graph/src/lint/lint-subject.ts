import type { GraphCut } from '../closure.js';
import { type ConsumerSets, consumerSets } from '../consumer-sets.js';
import { NODE_VIRTUAL, type ResourceGraph } from '../resource-graph.js';
import type { LintFinding, LintThresholds } from './lint-finding.js';

/** What the rules look at: made once, read by all. */
export interface LintSubject {
  readonly graph: ResourceGraph;
  readonly cut: GraphCut;
  readonly limits: LintThresholds;
  readonly digestOf: (node: number) => string | undefined;
  readonly isPlaced: (path: string) => boolean;
  readonly keptApart: readonly (readonly string[])[];
  /** Consumers outside the base. */
  readonly consumers: ConsumerSets;
  /** Consumers of all that roots reach, as if nothing shipped with the app. */
  readonly reach: ConsumerSets;
}

/** Prepares a graph for the rules. */
export function lintSubject(
  graph: ResourceGraph,
  cut: GraphCut,
  rest: Pick<LintSubject, 'limits' | 'digestOf' | 'isPlaced' | 'keptApart'>,
): LintSubject {
  const consumers = consumerSets(graph, cut);
  const isBaseEmpty = !cut.base.includes(1);
  const reach = isBaseEmpty
    ? consumers
    : consumerSets(graph, { roots: cut.roots, base: new Uint8Array(graph.nodeCount) });
  return { graph, cut, consumers, reach, ...rest };
}

/** Size of a node, or 0 where it is not known. */
export function bytesOf(graph: ResourceGraph, node: number): number {
  return Math.max(0, graph.sizesBytes[node] ?? 0);
}

/** Tells whether a node stands for content. */
export function isContent(graph: ResourceGraph, node: number): boolean {
  return ((graph.flags[node] ?? 0) & NODE_VIRTUAL) === 0;
}

/** The sum of the sizes of each consumer set's nodes, by set id; nodes that `counts` refuses are left out. */
export function setWeights(
  graph: ResourceGraph,
  { setOf, setCount }: ConsumerSets,
  counts: (node: number) => boolean = () => true,
): Float64Array {
  const weights = new Float64Array(setCount);
  for (let node = 0; node < setOf.length; node++) {
    const set = setOf[node] ?? -1;
    if (set >= 0 && counts(node)) weights[set] = (weights[set] ?? 0) + bytesOf(graph, node);
  }
  return weights;
}

/** The sum of the weights of all sets that each root is in, by index of the root. */
export function rootWeights(consumers: ConsumerSets, weights: Float64Array): Float64Array {
  const sums = new Float64Array(consumers.roots.length);
  for (let set = 0; set < consumers.setCount; set++) {
    const weight = weights[set] ?? 0;
    if (weight === 0) continue;
    for (const root of consumers.membersOf(set)) sums[root] = (sums[root] ?? 0) + weight;
  }
  return sums;
}

/** Completes a finding with its paths, cut to the limit. */
export function findingOf(
  { graph, limits }: LintSubject,
  nodes: readonly number[],
  finding: Omit<LintFinding, 'paths' | 'pathCount'>,
): LintFinding {
  const paths = nodes.slice(0, limits.maxPaths).map((node) => graph.pathOf(node));
  return { ...finding, paths, pathCount: nodes.length };
}
