import type { ResourceGraph } from '@lading/graph';
import type { SplitFacts } from './split-graph.js';
import type { NodeVariants } from './variant-nodes.js';

/**
 * Makes the function that puts the nodes of one archive into load order: first what a recorded order names, as it names it;
 * then the others, what a node needs before it, and where nothing decides, by path. Cycles are broken at the node with the smallest path. Iterative; the function may be
 * called once per archive and costs O(nodes + edges) of that archive.
 *
 * @internal
 */
export function loadOrderOf(
  { split: { graph }, variants }: Pick<SplitFacts, 'split' | 'variants'>,
  recorded: readonly string[] = [],
): (nodes: readonly number[]) => number[] {
  const { edgeStarts, edgeTargets } = graph;
  const isWaiting = new Uint8Array(graph.nodeCount);
  const cursors = new Uint32Array(graph.nodeCount);
  const places = placesOf(recorded, graph, variants);

  return (nodes) => {
    const order = nodes.filter((node) => places.has(node)).sort((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
    for (const node of nodes) if (!places.has(node)) isWaiting[node] = 1;
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

/** Where each node stands in a recorded order, the first time that it is named: by its own path, or as a variant of one. */
function placesOf(
  recorded: readonly string[],
  graph: ResourceGraph,
  variants: NodeVariants,
): ReadonlyMap<number, number> {
  const nodesOf = new Map<string, number[]>();
  for (const [node, { path }] of variants) nodesOf.set(path, [...(nodesOf.get(path) ?? []), node]);
  const places = new Map<number, number>();
  for (const path of recorded) {
    for (const node of [graph.nodeOf(path), ...(nodesOf.get(path) ?? [])]) {
      if (node >= 0 && !places.has(node)) places.set(node, places.size);
    }
  }
  return places;
}
