import type { GraphNodeInput, GraphSource } from '../graph-source.js';
import { loadGraph } from '../load-graph.js';
import type { ResourceGraph } from '../resource-graph.js';

/**
 * A graph source from lines like `'/a -> /b, /c'`. A name may carry marks: `/a!` is an entry, `/a*` a root, `/a~` a proxy,
 * `/a=12` has 12 bytes. Marks count wherever the name stands.
 */
export function arrowSource(lines: readonly string[]): GraphSource {
  return {
    name: 'arrows',
    async load(builder): Promise<void> {
      const nodes = new Map<string, GraphNodeInput>();
      const edges: [string, string][] = [];
      for (const line of lines) {
        const [left = '', right = ''] = line.split('->');
        const from = addMarked(nodes, left);
        for (const target of right.split(',')) if (target.trim() !== '') edges.push([from, addMarked(nodes, target)]);
      }
      for (const node of nodes.values()) builder.addNode(node);
      for (const [from, to] of edges) builder.addEdge(from, to);
    },
  };
}

/** Loads {@link arrowSource}. */
export function arrowGraph(...lines: string[]): Promise<ResourceGraph> {
  return loadGraph(arrowSource(lines));
}

/** Paths of some nodes. */
export function pathsOf(graph: ResourceGraph, nodes: Iterable<number>): string[] {
  return Array.from(nodes, (node) => graph.pathOf(node));
}

/** Ids of some paths. */
export function nodesOf(graph: ResourceGraph, ...paths: string[]): Uint32Array {
  return Uint32Array.from(paths.map((path) => graph.nodeOf(path))).sort();
}

function addMarked(nodes: Map<string, GraphNodeInput>, text: string): string {
  const [, path = '', marks = '', size] = /^([^!*~=]+)([!*~]*)(?:=(\d+))?$/.exec(text.trim()) ?? [];
  const known = nodes.get(path);
  nodes.set(path, {
    path,
    isEntry: known?.isEntry === true || marks.includes('!'),
    isRoot: known?.isRoot === true || marks.includes('*'),
    isProxy: known?.isProxy === true || marks.includes('~'),
    sizeBytes: size === undefined ? known?.sizeBytes : Number(size),
  });
  return path;
}
