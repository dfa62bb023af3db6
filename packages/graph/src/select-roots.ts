import { NODE_ROOT, type ResourceGraph } from './resource-graph.js';

/**
 * Selects the roots of a graph: nodes that a player asks for as a whole.
 *
 * @param isRoot - Says of a path whether it is a root; `undefined` leaves it to what the source says. Without it, the
 * source's roots are taken.
 * @returns Node ids, ascending.
 * @example
 * selectRoots(graph, (path) => path.startsWith('/levels/') && path.endsWith('.json'));
 */
export function selectRoots(graph: ResourceGraph, isRoot?: (path: string) => boolean | undefined): Uint32Array {
  const roots: number[] = [];
  for (let node = 0; node < graph.nodeCount; node++) {
    const marked = ((graph.flags[node] as number) & NODE_ROOT) !== 0;
    if ((isRoot === undefined ? undefined : isRoot(graph.pathOf(node))) ?? marked) roots.push(node);
  }
  return Uint32Array.from(roots);
}
