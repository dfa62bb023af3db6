import { closureOf, type GraphCut, isEntered } from './closure.js';
import { GraphError } from './graph-error.js';
import { markNodes } from './mark-nodes.js';
import { minimumCut } from './minimum-cut.js';
import { quoted } from './quoted.js';
import { NODE_ENTRY, type ResourceGraph } from './resource-graph.js';
import { type SearchRules, shortestPath } from './shortest-path.js';

/** Options of {@link explain}. */
export interface ExplainOptions extends GraphCut {
  /** The resource that is asked about. */
  readonly path: string;
  /** The most edges that each `freedBy` lists. Default 16. */
  readonly maxFreedBy?: number | undefined;
}

/** Defaults of {@link ExplainOptions}. */
export const EXPLAIN_DEFAULTS: { readonly maxFreedBy: number } = { maxFreedBy: 16 };

/** Why a resource is where it is. Plain JSON. */
export interface Explanation {
  readonly path: string;
  /** Size of its stored content in bytes; -1 where the graph does not know it. */
  readonly sizeBytes: number;
  /** It ships with the app. */
  readonly isInBase: boolean;
  /** It is a root itself. */
  readonly isRoot: boolean;
  /** A shortest chain of needs from an entry of the app, both ends included; `undefined` outside the base. */
  readonly fromBase: readonly string[] | undefined;
  /**
   * A smallest set of edges without which it would not be in the base; `undefined` outside the base, for an entry, and
   * where it would take more than `maxFreedBy`.
   */
  readonly freedBy: readonly ExplainedEdge[] | undefined;
  /** The roots whose closure has it, sorted by path. */
  readonly consumers: readonly ConsumerExplanation[];
}

/** How one root needs a resource. */
export interface ConsumerExplanation {
  readonly root: string;
  /** A shortest chain of needs from the root, both ends included. */
  readonly path: readonly string[];
  /** Stored bytes of everything in the root's closure, as far as sizes are known. */
  readonly closureBytes: number;
  /** Stored bytes that the root would not need without this resource: its own, and what only it leads to. */
  readonly costBytes: number;
  /**
   * A smallest set of edges without which this root would not need it; `undefined` for the root itself and where it would take
   * more than `maxFreedBy`. A resource leaves a shared archive for that of one root when the others are freed of it.
   */
  readonly freedBy: readonly ExplainedEdge[] | undefined;
}

/** An edge by the paths of its ends: `from` needs `to`. */
export interface ExplainedEdge {
  readonly from: string;
  readonly to: string;
}

/**
 * Explains why a resource is where it is: the shortest chain of needs from the app and from each root that needs it,
 * what it costs each of them, and which edges keep it in the base.
 *
 * @throws GraphError `ERR_GRAPH_NOT_FOUND` where the graph has no such resource.
 * @example
 * const roots = selectRoots(graph);
 * explain(graph, { roots, base: findBase(graph, roots), path: '/sky.png' }).consumers.map((c) => c.root);
 */
export function explain(graph: ResourceGraph, options: ExplainOptions): Explanation {
  const node = graph.nodeOf(options.path);
  if (node < 0) {
    throw new GraphError('ERR_GRAPH_NOT_FOUND', `The graph has no resource ${quoted(options.path)}`, {
      details: { path: options.path.slice(0, 1_100) },
      hint: 'Paths are absolute and case-sensitive, and Defold names compiled resources (.collectionc, .texturec).',
    });
  }
  const isRoot = markNodes(graph, options.roots);
  return {
    path: options.path,
    sizeBytes: graph.sizesBytes[node] as number,
    isInBase: options.base[node] === 1,
    isRoot: isRoot[node] === 1,
    ...explainBase(graph, options, isRoot, node),
    consumers: [...options.roots]
      .map((root) => explainConsumer(graph, options, isRoot, root, node))
      .filter((consumer) => consumer !== undefined),
  };
}

function explainBase(
  graph: ResourceGraph,
  options: ExplainOptions,
  isRoot: Uint8Array,
  node: number,
): Pick<Explanation, 'fromBase' | 'freedBy'> {
  if (options.base[node] !== 1) return { fromBase: undefined, freedBy: undefined };
  const entries: number[] = [];
  for (let entry = 0; entry < graph.nodeCount; entry++) {
    if (((graph.flags[entry] as number) & NODE_ENTRY) !== 0 && options.base[entry] === 1) entries.push(entry);
  }
  const rules: SearchRules = {
    enters: (next) => options.base[next] === 1,
    descends: (next) => isRoot[next] === 0,
  };
  // A proxy root is not descended even where it is an entry.
  const starts = entries.filter((entry) => entry === node || isRoot[entry] === 0);
  return {
    fromBase: shortestPath(graph, starts, node, rules)?.map((at) => graph.pathOf(at)),
    freedBy: freeingEdges(graph, starts, node, { ...rules, ...options }),
  };
}

function freeingEdges(
  graph: ResourceGraph,
  starts: readonly number[],
  node: number,
  { maxFreedBy = EXPLAIN_DEFAULTS.maxFreedBy, ...rules }: SearchRules & Pick<ExplainOptions, 'maxFreedBy'>,
): readonly ExplainedEdge[] | undefined {
  const cut = minimumCut(graph, starts, node, { ...rules, maxEdges: maxFreedBy });
  return cut?.map(({ from, to }) => ({ from: graph.pathOf(from), to: graph.pathOf(to) }));
}

function explainConsumer(
  graph: ResourceGraph,
  options: ExplainOptions,
  isRoot: Uint8Array,
  root: number,
  node: number,
): ConsumerExplanation | undefined {
  if (options.base[node] === 1) return undefined;
  const rules: SearchRules = {
    enters: (next) => isEntered(graph, options.base, isRoot, next),
    descends: (next) => isRoot[next] === 0,
  };
  const path = shortestPath(graph, [root], node, rules);
  if (path === undefined) return undefined;
  const closureBytes = knownBytes(graph, closureOf(graph, root, options));
  return {
    root: graph.pathOf(root),
    path: path.map((at) => graph.pathOf(at)),
    closureBytes,
    costBytes: closureBytes - bytesWithout(graph, options, root, node),
    freedBy: freeingEdges(graph, [root], node, { ...rules, maxFreedBy: options.maxFreedBy }),
  };
}

/** What a root would still need if a resource were gone: as if the base held it and it led nowhere. */
function bytesWithout(graph: ResourceGraph, cut: GraphCut, root: number, node: number): number {
  if (root === node) return 0;
  const base = cut.base.slice();
  base[node] = 1;
  return knownBytes(graph, closureOf(graph, root, { roots: cut.roots, base }));
}

function knownBytes(graph: ResourceGraph, nodes: Uint32Array): number {
  let bytes = 0;
  for (const node of nodes) bytes += Math.max(0, graph.sizesBytes[node] as number);
  return bytes;
}
