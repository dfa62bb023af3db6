import { checkAssembly } from './build/check-assembly.js';
import { GraphAssembly } from './build/graph-assembly.js';
import { packGraph } from './build/packed-graph.js';
import { GraphError, graphProblemsError } from './graph-error.js';
import type { GraphSource } from './graph-source.js';
import type { ResourceGraph } from './resource-graph.js';

/** Limits of {@link loadGraph}. */
export interface LoadGraphOptions {
  /** Stops the source; the returned promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** The most nodes that a graph may have. Default 16,777,216. */
  readonly maxNodes?: number | undefined;
  /** The most edges that a source may add, repetitions included. Default 134,217,728. */
  readonly maxEdges?: number | undefined;
}

/** Defaults of {@link LoadGraphOptions}. */
export const LOAD_GRAPH_DEFAULTS: { readonly maxNodes: number; readonly maxEdges: number } = {
  maxNodes: 1 << 24,
  maxEdges: 1 << 27,
};

/**
 * Runs a source and freezes what it finds into a closed {@link ResourceGraph}. Node ids follow the code unit order of
 * the paths, so the order in which the source adds things does not matter. Takes linear time, and memory of about the
 * paths' bytes plus 60 bytes a node and 8 an edge; no step recurses.
 *
 * @throws GraphError with everything that is wrong in `details.problems` (path, problem, code): nodes that are no
 * resource path (`ERR_GRAPH_NODE`), edges that end nowhere (`ERR_GRAPH_CLOSED`), what the source itself reports; its
 * `code` is theirs, or `ERR_GRAPH` where they differ. `ERR_GRAPH_LIMIT` beyond the limits.
 * @example
 * const graph = await loadGraph({
 *   name: 'two files',
 *   async load(builder) {
 *     builder.addNode({ path: '/level.json' });
 *     builder.addNode({ path: '/sky.png' });
 *     builder.addEdge('/level.json', '/sky.png');
 *   },
 * });
 * graph.nodeCount; // → 2
 */
export async function loadGraph(source: GraphSource, options: LoadGraphOptions = {}): Promise<ResourceGraph> {
  const { signal } = options;
  signal?.throwIfAborted();
  const assembly = new GraphAssembly({
    maxNodes: checkedLimit('maxNodes', options.maxNodes),
    maxEdges: checkedLimit('maxEdges', options.maxEdges),
  });
  await source.load(assembly, { signal });
  signal?.throwIfAborted();
  checkAssembly(assembly);
  if (assembly.problemCount > 0)
    throw graphProblemsError(`The graph of ${source.name} is not right`, assembly.problems, assembly.problemCount);
  return packGraph(assembly);
}

function checkedLimit(name: 'maxNodes' | 'maxEdges', value: number | undefined): number {
  const limit = value ?? LOAD_GRAPH_DEFAULTS[name];
  if (Number.isSafeInteger(limit) && limit >= 0 && limit <= LOAD_GRAPH_DEFAULTS[name]) return limit;
  throw new GraphError(
    'ERR_GRAPH_LIMIT',
    `${name} is ${limit}; expected an integer from 0 to ${LOAD_GRAPH_DEFAULTS[name]}`,
  );
}
