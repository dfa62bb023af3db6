import { type GraphCut, isEntered } from '../closure.js';
import { markNodes } from '../mark-nodes.js';
import type { ResourceGraph } from '../resource-graph.js';

/** What roots reach, and through what. */
export interface DominatorTree {
  /** Reached nodes in an order in which a dominator comes before what it dominates. */
  readonly order: Int32Array;
  /** By node: the last resource that every way from any root to it passes; -1 where there is none, or it is not reached. */
  readonly parentOf: Int32Array;
}

/**
 * Finds for each resource outside the base the one through which every way from every root leads. Roots are what ways
 * begin at, so no root is a dominator.
 *
 * @see Lengauer and Tarjan, "A fast algorithm for finding dominators in a flowgraph", 1979, the simple version:
 *   O(edges * log nodes), here without recursion.
 */
export function findDominators(graph: ResourceGraph, cut: GraphCut): DominatorTree {
  const walk = walkDepthFirst(graph, cut);
  const { nodeAt, parents } = walk;
  const count = nodeAt.length;
  const semi = Int32Array.from({ length: count }, (_, number) => number);
  const dominators = new Int32Array(count);
  const forest = new LinkedForest(semi);
  const bucketHeads = new Int32Array(count).fill(-1);
  const bucketNext = new Int32Array(count).fill(-1);
  const into = incoming(graph, walk);
  for (let w = count - 1; w > 0; w--) {
    for (let i = into.starts[w] as number; i < (into.starts[w + 1] as number); i++) {
      const u = forest.best(into.sources[i] as number);
      if ((semi[u] as number) < (semi[w] as number)) semi[w] = semi[u] as number;
    }
    const s = semi[w] as number;
    bucketNext[w] = bucketHeads[s] as number;
    bucketHeads[s] = w;
    const parent = parents[w] as number;
    forest.link(parent, w);
    for (let v = bucketHeads[parent] as number; v >= 0; v = bucketNext[v] as number) {
      const u = forest.best(v);
      dominators[v] = (semi[u] as number) < (semi[v] as number) ? u : parent;
    }
    bucketHeads[parent] = -1;
  }
  const parentOf = new Int32Array(graph.nodeCount).fill(-1);
  for (let w = 1; w < count; w++) {
    if (dominators[w] !== semi[w]) dominators[w] = dominators[dominators[w] as number] as number;
    const dominator = dominators[w] as number;
    if (dominator > 0) parentOf[nodeAt[w] as number] = nodeAt[dominator] as number;
  }
  return { order: nodeAt.subarray(1), parentOf };
}

/** A depth-first walk from a start (number 0) that leads to everything that a root names. */
interface Walk {
  /** By number; -1 for the start. */
  readonly nodeAt: Int32Array;
  /** By node: its number, or -1. */
  readonly numberOf: Int32Array;
  /** By number: the number that it was reached from. */
  readonly parents: Int32Array;
  readonly isRoot: Uint8Array;
  readonly isTarget: (node: number) => boolean;
}

function walkDepthFirst(graph: ResourceGraph, cut: GraphCut): Walk {
  const isRoot = markNodes(graph, cut.roots);
  const isTarget = (node: number): boolean => isRoot[node] === 0 && isEntered(graph, cut.base, isRoot, node);
  const numberOf = new Int32Array(graph.nodeCount).fill(-1);
  const nodeAt: number[] = [-1];
  const parents: number[] = [0];
  const nextEdge = graph.edgeStarts.slice();
  for (const root of cut.roots) {
    const open = [root];
    for (let node = open.at(-1); node !== undefined; node = open.at(-1)) {
      const edge = nextEdge[node] as number;
      if (edge === (graph.edgeStarts[node + 1] as number)) {
        open.pop();
        continue;
      }
      nextEdge[node] = edge + 1;
      const target = graph.edgeTargets[edge] as number;
      if (numberOf[target] !== -1 || !isTarget(target)) continue;
      numberOf[target] = nodeAt.push(target) - 1;
      parents.push(isRoot[node] === 1 ? 0 : (numberOf[node] as number));
      open.push(target);
    }
  }
  return { nodeAt: Int32Array.from(nodeAt), numberOf, parents: Int32Array.from(parents), isRoot, isTarget };
}

/** For each number the numbers that lead to it; edges of roots come from the start. */
function incoming(
  graph: ResourceGraph,
  { nodeAt, numberOf, isRoot, isTarget }: Walk,
): { readonly starts: Int32Array; readonly sources: Int32Array } {
  const starts = new Int32Array(nodeAt.length + 1);
  const each = (visit: (from: number, to: number) => void): void => {
    for (let node = 0; node < graph.nodeCount; node++) {
      const from = isRoot[node] === 1 ? 0 : (numberOf[node] as number);
      if (from < 0) continue;
      for (let edge = graph.edgeStarts[node] as number; edge < (graph.edgeStarts[node + 1] as number); edge++) {
        const target = graph.edgeTargets[edge] as number;
        if (isTarget(target)) visit(from, numberOf[target] as number);
      }
    }
  };
  each((_, to) => {
    starts[to + 1]!++;
  });
  for (let number = 0; number < nodeAt.length; number++) starts[number + 1]! += starts[number] as number;
  const next = starts.slice();
  const sources = new Int32Array(starts[nodeAt.length] as number);
  each((from, to) => {
    sources[next[to]!++] = from;
  });
  return { starts, sources };
}

/** The forest of the algorithm: `best(v)` is the number with the least semidominator on the way up from `v`. */
class LinkedForest {
  readonly #semi: Int32Array;
  readonly #ancestors: Int32Array;
  readonly #labels: Int32Array;
  readonly #path: number[] = [];

  constructor(semi: Int32Array) {
    this.#semi = semi;
    this.#ancestors = new Int32Array(semi.length).fill(-1);
    this.#labels = Int32Array.from(semi);
  }

  link(parent: number, child: number): void {
    this.#ancestors[child] = parent;
  }

  best(v: number): number {
    if ((this.#ancestors[v] as number) < 0) return v;
    const path = this.#path;
    for (
      let at = v;
      (this.#ancestors[this.#ancestors[at] as number] as number) >= 0;
      at = this.#ancestors[at] as number
    ) {
      path.push(at);
    }
    for (let at = path.pop(); at !== undefined; at = path.pop()) {
      const above = this.#ancestors[at] as number;
      const [mine, theirs] = [this.#labels[at] as number, this.#labels[above] as number];
      if ((this.#semi[theirs] as number) < (this.#semi[mine] as number)) this.#labels[at] = theirs;
      this.#ancestors[at] = this.#ancestors[above] as number;
    }
    return this.#labels[v] as number;
  }
}
