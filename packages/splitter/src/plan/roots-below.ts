import { NODE_PROXY } from '@lading/graph';
import type { SplitGraph } from './split-strategy.js';

/**
 * Finds which roots a root cannot load without. What a root needs ends, for the graph, at another root that is no proxy;
 * but an edge to it still says "needs it to load", so that other root's archives are needed as well, and so on down.
 *
 * @returns By root path the paths of all roots below; roots without any are left out.
 * @internal
 */
export function rootsBelow(split: SplitGraph): Map<string, ReadonlySet<string>> {
  const direct = directlyBelow(split);
  const { graph } = split;
  return new Map(
    [...direct.keys()].map((root) => {
      const below = new Set(direct.get(root));
      // A Set visits what is added while it is walked.
      for (const next of below) for (const deeper of direct.get(next) ?? []) below.add(deeper);
      below.delete(root);
      return [graph.pathOf(root), new Set([...below].map((node) => graph.pathOf(node)))];
    }),
  );
}

function directlyBelow({ graph, roots, nodes, setOf, sets }: SplitGraph): Map<number, Set<number>> {
  const isRoot = new Uint8Array(graph.nodeCount);
  const isEnd = new Uint8Array(graph.nodeCount);
  for (const root of roots) {
    isRoot[root] = 1;
    if (((graph.flags[root] ?? 0) & NODE_PROXY) === 0) isEnd[root] = 1;
  }
  const below = new Map<number, Set<number>>();
  const add = (root: number, target: number): void => {
    const known = below.get(root);
    if (known === undefined) below.set(root, new Set([target]));
    else known.add(target);
  };
  for (const node of new Set([...nodes, ...roots])) {
    for (let edge = graph.edgeStarts[node] ?? 0; edge < (graph.edgeStarts[node + 1] ?? 0); edge++) {
      const target = graph.edgeTargets[edge] ?? -1;
      if (isEnd[target] !== 1) continue;
      if (isRoot[node] === 1) add(node, target);
      for (const root of sets[setOf[node] ?? -1] ?? []) if (root !== target) add(root, target);
    }
  }
  return below;
}
