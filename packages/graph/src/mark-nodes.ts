import type { ResourceGraph } from './resource-graph.js';

/** Marks nodes with 1 in an array of all nodes. */
export function markNodes(graph: ResourceGraph, nodes: Iterable<number>): Uint8Array {
  const marks = new Uint8Array(graph.nodeCount);
  for (const node of nodes) {
    if (!Number.isInteger(node) || node < 0 || node >= graph.nodeCount)
      throw new RangeError(`The graph has no node ${node}; it has ${graph.nodeCount}`);
    marks[node] = 1;
  }
  return marks;
}
