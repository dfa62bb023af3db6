import type { ResourceGraph } from './resource-graph.js';

/** Strongly connected components of a part of a graph, numbered so that edges between them lead to lower numbers. */
export interface Components {
  readonly count: number;
  /** Component of each node; -1 for nodes outside the part. */
  readonly of: Int32Array;
}

/**
 * Finds the strongly connected components of what some nodes reach: Tarjan's algorithm in the form of D. Pearce (*A
 * space-efficient algorithm for finding strongly connected components*, 2016), with stacks of its own instead of
 * recursion, so that any depth takes linear time.
 *
 * @param blocked - 1 for nodes that no edge leads into. All starts are such nodes, each a component of its own.
 */
export function findComponents(graph: ResourceGraph, starts: Iterable<number>, blocked: Uint8Array): Components {
  const walk = new ComponentWalk(graph, blocked);
  for (const start of starts) walk.from(start);
  return { count: walk.count, of: walk.of };
}

/** Higher than any visit number, so that it never lowers one. */
const CLOSED = 0x7fffffff;

class ComponentWalk {
  count = 0;
  readonly of: Int32Array;
  readonly #graph: ResourceGraph;
  /**
   * The lowest visit number that a node is known to reach; 0 for nodes not visited, {@link CLOSED} for those whose
   * component is complete and for blocked ones. All that an edge has to ask of its target is in this one place.
   */
  readonly #low: Int32Array;
  /** 1 while no earlier node is known to be reachable. */
  readonly #isTop: Uint8Array;
  readonly #nextEdge: Uint32Array;
  /** Nodes being visited, each reached from the one before. */
  readonly #path: Int32Array;
  #pathLength = 0;
  /** Nodes left behind whose component is still open. */
  readonly #waiting: Int32Array;
  #waitingCount = 0;
  #visits = 0;

  constructor(graph: ResourceGraph, blocked: Uint8Array) {
    const { nodeCount } = graph;
    this.#graph = graph;
    this.of = new Int32Array(nodeCount).fill(-1);
    this.#low = new Int32Array(nodeCount);
    for (let node = 0; node < nodeCount; node++) if (blocked[node] === 1) this.#low[node] = CLOSED;
    this.#isTop = new Uint8Array(nodeCount);
    this.#nextEdge = new Uint32Array(nodeCount);
    this.#path = new Int32Array(nodeCount);
    this.#waiting = new Int32Array(nodeCount);
  }

  /** Walks what a start reaches, and then closes the start: a component of its own, because nothing leads into it. */
  from(start: number): void {
    if (this.of[start] !== -1) return;
    const { edgeStarts, edgeTargets } = this.#graph;
    const end = edgeStarts[start + 1] as number;
    for (let edge = edgeStarts[start] as number; edge < end; edge++) {
      const target = edgeTargets[edge] as number;
      if (this.#low[target] === 0) this.#walk(target);
    }
    this.of[start] = this.count++;
  }

  #walk(first: number): void {
    this.#enter(first);
    while (this.#pathLength > 0) {
      const node = this.#path[this.#pathLength - 1] as number;
      const child = this.#nextChild(node);
      if (child >= 0) this.#enter(child);
      else this.#leave(node);
    }
  }

  #enter(node: number): void {
    this.#low[node] = ++this.#visits;
    this.#isTop[node] = 1;
    this.#nextEdge[node] = this.#graph.edgeStarts[node] as number;
    this.#path[this.#pathLength++] = node;
  }

  /** The next target of a node that was not visited yet, or -1; learns from the visited ones on the way. */
  #nextChild(node: number): number {
    const { edgeStarts, edgeTargets } = this.#graph;
    const low = this.#low;
    const end = edgeStarts[node + 1] as number;
    for (let edge = this.#nextEdge[node] as number; edge < end; edge++) {
      const target = edgeTargets[edge] as number;
      const targetLow = low[target] as number;
      if (targetLow === 0) {
        this.#nextEdge[node] = edge + 1;
        return target;
      }
      this.#lower(node, targetLow);
    }
    return -1;
  }

  #leave(node: number): void {
    this.#pathLength--;
    if (this.#isTop[node] === 1) {
      this.#closeComponent(node);
      return;
    }
    this.#waiting[this.#waitingCount++] = node;
    if (this.#pathLength > 0) this.#lower(this.#path[this.#pathLength - 1] as number, this.#low[node] as number);
  }

  #lower(node: number, low: number): void {
    if (low >= (this.#low[node] as number)) return;
    this.#low[node] = low;
    this.#isTop[node] = 0;
  }

  #closeComponent(top: number): void {
    const low = this.#low[top] as number;
    const component = this.count++;
    this.of[top] = component;
    this.#low[top] = CLOSED;
    while (this.#waitingCount > 0) {
      const node = this.#waiting[this.#waitingCount - 1] as number;
      if ((this.#low[node] as number) < low) return;
      this.of[node] = component;
      this.#low[node] = CLOSED;
      this.#waitingCount--;
    }
  }
}
