import { markNodes } from './mark-nodes.js';
import { NODE_PROXY, type ResourceGraph } from './resource-graph.js';

/** How a graph is cut: where the roots are, and what ships with the app. */
export interface GraphCut {
  /** Node ids of the roots, as {@link selectRoots} returns them. */
  readonly roots: Uint32Array;
  /** Marks of the base, as {@link findBase} returns them. */
  readonly base: Uint8Array;
}

/**
 * Collects what a root needs beside the base: the root itself and everything that it reaches, without what is in the
 * base, up to other roots. Another root that is a proxy belongs to the closure and ends it there; another root that is
 * none does not belong to it. A proxy root that the base holds is not in its own closure.
 *
 * @returns Node ids, ascending.
 */
export function closureOf(graph: ResourceGraph, root: number, cut: GraphCut): Uint32Array {
  const isRoot = markNodes(graph, cut.roots);
  const isSeen = markNodes(graph, [root]);
  const found: number[] = cut.base[root] === 1 ? [] : [root];
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const end = graph.edgeStarts[node + 1] as number;
    for (let edge = graph.edgeStarts[node] as number; edge < end; edge++) {
      const target = graph.edgeTargets[edge] as number;
      if (isSeen[target] === 1 || !isEntered(graph, cut.base, isRoot, target)) continue;
      isSeen[target] = 1;
      found.push(target);
      if (isRoot[target] === 0) open.push(target);
    }
  }
  return Uint32Array.from(found).sort();
}

/** Tells whether an edge of a closure leads on to a node: neither to the base nor to a root that stands for itself. */
export function isEntered(graph: ResourceGraph, base: Uint8Array, isRoot: Uint8Array, node: number): boolean {
  if (base[node] === 1) return false;
  return isRoot[node] === 0 || ((graph.flags[node] as number) & NODE_PROXY) !== 0;
}
