import type { ResourceGraph } from './resource-graph.js';

/** Where a search may go. */
export interface SearchRules {
  /** Says of an edge's target whether the search may reach it. */
  readonly enters: (node: number) => boolean;
  /** Says of a reached node whether its edges are followed. */
  readonly descends: (node: number) => boolean;
}

/**
 * Finds a shortest path (fewest edges) from any of some nodes to a target; among equally short ones the same every time.
 *
 * @returns Node ids from a start to the target, or `undefined` where there is no path.
 */
export function shortestPath(
  graph: ResourceGraph,
  starts: Iterable<number>,
  target: number,
  rules: SearchRules,
): number[] | undefined {
  const cameFrom = new Int32Array(graph.nodeCount).fill(-2);
  const queue: number[] = [];
  for (const start of starts) {
    if (cameFrom[start] !== -2) continue;
    cameFrom[start] = -1;
    queue.push(start);
  }
  for (let head = 0; head < queue.length && cameFrom[target] === -2; head++) {
    const node = queue[head] as number;
    if (cameFrom[node] !== -1 && !rules.descends(node)) continue;
    const end = graph.edgeStarts[node + 1] as number;
    for (let edge = graph.edgeStarts[node] as number; edge < end; edge++) {
      const next = graph.edgeTargets[edge] as number;
      if (cameFrom[next] !== -2 || !rules.enters(next)) continue;
      cameFrom[next] = node;
      queue.push(next);
    }
  }
  return cameFrom[target] === -2 ? undefined : walkBack(cameFrom, target);
}

function walkBack(cameFrom: Int32Array, target: number): number[] {
  const path: number[] = [];
  for (let node = target; node >= 0; node = cameFrom[node] as number) path.push(node);
  return path.reverse();
}
