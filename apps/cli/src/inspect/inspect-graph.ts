import {
  defoldGraph,
  findBase,
  loadGraph,
  NODE_PROXY,
  NODE_VIRTUAL,
  type ResourceGraph,
  selectRoots,
} from '@lading/graph';
import type { Inspection } from './inspection.js';

/** Looks into a `game.graph.json`: counts, roots, what the base holds. */
export async function inspectGraph(bytes: Uint8Array, signal: AbortSignal): Promise<Inspection> {
  const graph = await loadGraph(defoldGraph({ graph: bytes }), { signal });
  const roots = selectRoots(graph);
  const base = findBase(graph, roots);
  const counts = graphCounts(graph, base);
  const rootPaths = [...roots].map((root) => graph.pathOf(root));
  return {
    kind: 'graph',
    facts: [
      ['resources', counts.resources],
      ['dependencies', graph.edgeCount],
      ['collection proxies', counts.proxies],
      ['in the base', counts.base],
      ['outside the base', counts.resources - counts.base],
      ['roots', rootPaths.length],
    ],
    tables: [
      { title: 'Roots', header: ['path'], rows: rootPaths.map((path) => [path]) },
      { title: 'By type', header: ['extension', 'resources'], rows: extensionCounts(graph) },
    ],
    problems: [],
    json: {
      ...counts,
      edges: graph.edgeCount,
      roots: rootPaths,
      resourcesOutsideTheBase: pathsWhere(graph, (node) => base[node] === 0 && !isVirtual(graph, node)),
    },
  };
}

function graphCounts(
  graph: ResourceGraph,
  base: Uint8Array,
): { resources: number; base: number; proxies: number; withoutDigest: number } {
  let resources = 0;
  let inBase = 0;
  let proxies = 0;
  let withoutDigest = 0;
  for (let node = 0; node < graph.nodeCount; node++) {
    if (isVirtual(graph, node)) continue;
    resources++;
    if (base[node] !== 0) inBase++;
    if (((graph.flags[node] ?? 0) & NODE_PROXY) !== 0) proxies++;
    if (graph.hexDigestOf(node) === undefined) withoutDigest++;
  }
  return { resources, base: inBase, proxies, withoutDigest };
}

function isVirtual(graph: ResourceGraph, node: number): boolean {
  return ((graph.flags[node] ?? 0) & NODE_VIRTUAL) !== 0;
}

function pathsWhere(graph: ResourceGraph, test: (node: number) => boolean): string[] {
  const paths: string[] = [];
  for (let node = 0; node < graph.nodeCount; node++) if (test(node)) paths.push(graph.pathOf(node));
  return paths;
}

function extensionCounts(graph: ResourceGraph): (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (let node = 0; node < graph.nodeCount; node++) {
    const path = graph.pathOf(node);
    const dot = path.lastIndexOf('.');
    const extension = dot > path.lastIndexOf('/') ? path.slice(dot) : '(none)';
    counts.set(extension, (counts.get(extension) ?? 0) + 1);
  }
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}
