import { markNodes } from './mark-nodes.js';
import { NODE_ENTRY, NODE_PROXY, type ResourceGraph } from './resource-graph.js';

/**
 * Marks the base: what ships with the app. It is everything that an entry node reaches without passing through a root.
 * A root that is a proxy stays in the base where it is reached, but nothing below it is reached that way; any other root
 * is not in the base, even if it is an entry.
 *
 * @returns 1 for each node of the base, 0 for all others.
 * @see Defold's rule: a resource is excluded if every path from the root passes through an excluded proxy.
 */
export function findBase(graph: ResourceGraph, roots: Iterable<number>): Uint8Array {
  const isRoot = markNodes(graph, roots);
  const base = new Uint8Array(graph.nodeCount);
  const open: number[] = [];
  const reach = (node: number): void => {
    if (base[node] === 1 || (isRoot[node] === 1 && ((graph.flags[node] as number) & NODE_PROXY) === 0)) return;
    base[node] = 1;
    if (isRoot[node] === 0) open.push(node);
  };
  for (let node = 0; node < graph.nodeCount; node++) {
    if (((graph.flags[node] as number) & NODE_ENTRY) !== 0) reach(node);
  }
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const end = graph.edgeStarts[node + 1] as number;
    for (let edge = graph.edgeStarts[node] as number; edge < end; edge++) reach(graph.edgeTargets[edge] as number);
  }
  return base;
}
