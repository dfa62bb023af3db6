import type { ResourceGraph } from '@lading/graph';

/**
 * Makes the function that puts the nodes of one archive into load order: what a node needs comes before it, and where
 * nothing decides, the path does. Cycles are broken at the node with the smallest path. Iterative; the function may be
 * called once per archive and costs O(nodes + edges) of that archive.
 *
 * @internal
 */
export function loadOrderOf(graph: ResourceGraph): (nodes: readonly number[]) => number[] {
  const { edgeStarts, edgeTargets } = graph;
  const isWaiting = new Uint8Array(graph.nodeCount);
  const cursors = new Uint32Array(graph.nodeCount);

  return (nodes) => {
    const order: number[] = [];
    for (const node of nodes) isWaiting[node] = 1;
    for (const start of nodes) {
      if (isWaiting[start] !== 1) continue;
      const path = [enter(start)];
      for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
        const next = nextWaiting(node);
        if (next === undefined) order.push(path.pop() ?? node);
        else path.push(enter(next));
      }
    }
    return order;
  };

  function enter(node: number): number {
    isWaiting[node] = 0;
    cursors[node] = edgeStarts[node] ?? 0;
    return node;
  }

  function nextWaiting(node: number): number | undefined {
    const end = edgeStarts[node + 1] ?? 0;
    for (let edge = cursors[node] ?? end; edge < end; edge++) {
      const target = edgeTargets[edge];
      if (target === undefined || isWaiting[target] !== 1) continue;
      cursors[node] = edge + 1;
      return target;
    }
    cursors[node] = end;
    return undefined;
  }
}
