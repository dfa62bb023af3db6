import type { ResourceGraph } from './resource-graph.js';
import type { SearchRules } from './shortest-path.js';

/** An edge of the graph by node ids. */
export interface GraphEdge {
  readonly from: number;
  readonly to: number;
}

/**
 * Finds a smallest set of edges without which no start reaches a target: maximum flow with one unit an edge (Ford and
 * Fulkerson, breadth first), stopped after `maxEdges` units.
 *
 * @returns The edges nearest to the starts, by node id; `undefined` where more than `maxEdges` would have to go, or where
 * the target is a start itself.
 */
export function minimumCut(
  graph: ResourceGraph,
  starts: readonly number[],
  target: number,
  rules: SearchRules & { readonly maxEdges: number },
): GraphEdge[] | undefined {
  if (starts.includes(target)) return undefined;
  const flow = new UnitFlow(graph, starts, target, rules);
  for (let units = 0; flow.augment(); units++) if (units === rules.maxEdges) return undefined;
  return flow.cutEdges();
}

const UNSEEN = -2;
const START = -1;

class UnitFlow {
  readonly #graph: ResourceGraph;
  readonly #starts: ReadonlySet<number>;
  readonly #target: number;
  readonly #rules: SearchRules;
  /** 1 where an edge carries its unit. */
  readonly #isUsed: Uint8Array;
  /** For each node the edges that carry a unit into it: the ways back of the residual graph. */
  readonly #usedInto: Map<number, Set<number>> = new Map();
  readonly #cameFrom: Int32Array;
  readonly #byEdge: Int32Array;

  constructor(graph: ResourceGraph, starts: readonly number[], target: number, rules: SearchRules) {
    this.#graph = graph;
    this.#starts = new Set(starts);
    this.#target = target;
    this.#rules = rules;
    this.#isUsed = new Uint8Array(graph.edgeCount);
    this.#cameFrom = new Int32Array(graph.nodeCount);
    this.#byEdge = new Int32Array(graph.nodeCount);
  }

  /** Sends one more unit to the target; false where none gets through. */
  augment(): boolean {
    this.#search();
    if (this.#cameFrom[this.#target] === UNSEEN) return false;
    for (let node = this.#target; this.#cameFrom[node] !== START; node = this.#cameFrom[node] as number)
      this.#turn(node);
    return true;
  }

  /** Edges from what the last search reached to what it did not: all carry a unit, and there are as many as units. */
  cutEdges(): GraphEdge[] {
    const { edgeStarts, edgeTargets, nodeCount } = this.#graph;
    const edges: GraphEdge[] = [];
    for (let from = 0; from < nodeCount; from++) {
      if (this.#cameFrom[from] === UNSEEN) continue;
      for (let edge = edgeStarts[from] as number; edge < (edgeStarts[from + 1] as number); edge++) {
        const to = edgeTargets[edge] as number;
        if (this.#isUsed[edge] === 1 && this.#cameFrom[to] === UNSEEN) edges.push({ from, to });
      }
    }
    return edges;
  }

  #search(): void {
    this.#cameFrom.fill(UNSEEN);
    const queue = [...this.#starts];
    for (const start of queue) this.#cameFrom[start] = START;
    for (let head = 0; head < queue.length && this.#cameFrom[this.#target] === UNSEEN; head++) {
      const node = queue[head] as number;
      if (this.#starts.has(node) || this.#rules.descends(node)) this.#forward(node, queue);
      for (const edge of this.#usedInto.get(node) ?? []) this.#reach(this.#sourceOf(edge), node, edge, queue);
    }
  }

  #forward(node: number, queue: number[]): void {
    const { edgeStarts, edgeTargets } = this.#graph;
    for (let edge = edgeStarts[node] as number; edge < (edgeStarts[node + 1] as number); edge++) {
      const next = edgeTargets[edge] as number;
      if (this.#isUsed[edge] === 0 && this.#rules.enters(next)) this.#reach(next, node, edge, queue);
    }
  }

  #reach(node: number, from: number, edge: number, queue: number[]): void {
    if (this.#cameFrom[node] !== UNSEEN) return;
    this.#cameFrom[node] = from;
    this.#byEdge[node] = edge;
    queue.push(node);
  }

  /** Uses the edge over which the search reached a node, or gives its unit back where it was walked backward. */
  #turn(node: number): void {
    const edge = this.#byEdge[node] as number;
    const end = this.#graph.edgeTargets[edge] as number;
    const into = this.#usedInto.get(end) ?? new Set();
    this.#usedInto.set(end, into);
    if (this.#isUsed[edge] === 1) into.delete(edge);
    else into.add(edge);
    this.#isUsed[edge] = this.#isUsed[edge] === 1 ? 0 : 1;
  }

  #sourceOf(edge: number): number {
    const { edgeStarts, nodeCount } = this.#graph;
    let [low, high] = [0, nodeCount];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((edgeStarts[middle + 1] as number) <= edge) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
