import { loadGraph, type ResourceGraph } from '@lading/graph';

/** A node of a made graph; the key that it stands under is its path. */
export interface MadeNode {
  readonly sizeBytes?: number;
  readonly hexDigest?: string;
  readonly needs?: readonly string[];
  readonly is?: 'entry' | 'root' | 'proxy' | 'proxy root' | 'virtual entry';
}

/** Loads a graph from an object; nodes and edges are added in the order given. */
export function madeGraph(
  nodes: Readonly<Record<string, MadeNode>> | ReadonlyMap<string, MadeNode>,
): Promise<ResourceGraph> {
  const list = nodes instanceof Map ? [...nodes] : Object.entries(nodes as Readonly<Record<string, MadeNode>>);
  return loadGraph({
    name: 'the made graph',
    async load(builder) {
      for (const [path, { sizeBytes, hexDigest, is = '' }] of list) {
        builder.addNode({
          path,
          sizeBytes,
          hexDigest,
          isEntry: is.includes('entry'),
          isRoot: is.includes('root'),
          isProxy: is.includes('proxy'),
          isVirtual: is.includes('virtual'),
        });
      }
      for (const [path, { needs = [] }] of list) for (const target of needs) builder.addEdge(path, target);
    },
  });
}

/** Two levels that share a picture, a base that both use, and a file that nothing needs. */
export const GAME: Readonly<Record<string, MadeNode>> = {
  '/main.js': { is: 'entry', sizeBytes: 50, needs: ['/ui.png'] },
  '/ui.png': { sizeBytes: 20 },
  '/levels/1.json': { is: 'root', sizeBytes: 100, needs: ['/levels/1/map.bin', '/sky.png', '/ui.png'] },
  '/levels/1/map.bin': { sizeBytes: 300 },
  '/levels/2.json': { is: 'root', sizeBytes: 100, needs: ['/levels/2/map.bin', '/sky.png'] },
  '/levels/2/map.bin': { sizeBytes: 400 },
  '/sky.png': { sizeBytes: 1_000 },
  '/notes.txt': { sizeBytes: 7 },
};
