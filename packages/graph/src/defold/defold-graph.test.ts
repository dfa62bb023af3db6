import { readFileSync } from 'node:fs';
import {
  type DefoldManifest,
  type DefoldResource,
  hashResourcePath,
  isLadingError,
  parseDefoldManifest,
  RESOURCE_BUNDLED,
  RESOURCE_COMPRESSED,
  RESOURCE_EXCLUDED,
} from '@lading/manifest';
import { describe, expect, it } from 'vitest';
import { closureOf } from '../closure.js';
import { findBase } from '../find-base.js';
import type { GraphError } from '../graph-error.js';
import { loadGraph } from '../load-graph.js';
import {
  NODE_BUNDLED,
  NODE_ENTRY,
  NODE_PROXY,
  NODE_ROOT,
  NODE_VIRTUAL,
  type ResourceGraph,
} from '../resource-graph.js';
import { selectRoots } from '../select-roots.js';
import { pathsOf } from '../testing/arrow-graph.js';
import { CORPUS, hasCorpus } from '../testing/corpus.js';
import { type DefoldGraphInput, defoldGraph } from './defold-graph.js';

const digest = (digit: string): string => digit.repeat(40);

function entry(url: string, more: Partial<DefoldResource> = {}): DefoldResource {
  return {
    url,
    urlHash: hashResourcePath(url),
    hexDigest: digest('a'),
    sizeBytes: 100,
    compressedSizeBytes: undefined,
    flags: RESOURCE_BUNDLED,
    dependants: [],
    ...more,
  };
}

function manifest(...resources: DefoldResource[]): DefoldManifest {
  return {
    version: 5,
    data: new Uint8Array(),
    signature: new Uint8Array(),
    header: {
      resourceHashAlgorithm: 'SHA-1',
      signatureHashAlgorithm: 'SHA-256',
      signatureSignAlgorithm: 'RSA',
      projectIdentifier: digest('0'),
    },
    engineVersions: [],
    resources,
  };
}

function graphText(nodes: Record<string, { digest?: string; children?: string[]; nodeType?: string }>): Uint8Array {
  const list = Object.entries(nodes).map(([path, node]) => ({
    path,
    hexDigest: node.digest ?? null,
    nodeType: node.nodeType,
    children: node.children ?? [],
  }));
  return new TextEncoder().encode(JSON.stringify(list));
}

async function problemsOf(input: DefoldGraphInput): Promise<unknown> {
  try {
    await loadGraph(defoldGraph(input));
    return [];
  } catch (error) {
    if (!isLadingError(error)) throw error;
    return [error.code, (error as GraphError).details.problems];
  }
}

function namesIn(graph: ResourceGraph, marks: Uint8Array, value: number): string[] {
  return pathsOf(
    graph,
    [...marks.keys()].filter((node) => marks[node] === value && ((graph.flags[node] as number) & NODE_VIRTUAL) === 0),
  );
}

describe('defoldGraph with a manifest', () => {
  const text = graphText({
    '/<AnonymousRoot>': { children: ['/main.collectionc'] },
    '/main.collectionc': { digest: digest('a'), children: ['/door.collectionproxyc'] },
    '/door.collectionproxyc': {
      digest: digest('b'),
      nodeType: 'ExcludedCollectionProxy',
      children: ['/room.collectionc'],
    },
    '/room.collectionc': { digest: digest('c'), nodeType: 'ExcludedCollection' },
  });
  const entries = [
    entry('/main.collectionc'),
    entry('/door.collectionproxyc', { hexDigest: digest('b'), sizeBytes: 12 }),
    entry('/room.collectionc', {
      hexDigest: digest('c'),
      flags: RESOURCE_EXCLUDED | RESOURCE_COMPRESSED,
      sizeBytes: 90,
      compressedSizeBytes: 33,
    }),
  ];

  it.each(['with urls', 'without urls, as in release builds'])('joins stored sizes %s', async (how) => {
    const resources = entries.map((e) => (how === 'with urls' ? e : { ...e, url: '' }));
    const graph = await loadGraph(defoldGraph({ graph: text, manifest: manifest(...resources) }));
    expect(Object.fromEntries(Array.from(graph.sizesBytes, (size, node) => [graph.pathOf(node), size]))).toEqual({
      '/<AnonymousRoot>': -1,
      '/door.collectionproxyc': 12,
      '/main.collectionc': 100,
      '/room.collectionc': 33,
    });
    expect(pathsOf(graph, selectRoots(graph))).toEqual(['/door.collectionproxyc']);
  });

  it('takes in what only the manifest has, as resources of the app', async () => {
    const graph = await loadGraph(defoldGraph({ graph: text, manifest: manifest(...entries, entry('/custom.json')) }));
    expect(graph.flags[graph.nodeOf('/custom.json')]).toBe(NODE_ENTRY | NODE_BUNDLED);
  });

  it('reports nodes without entry, other digests, and excluded entries without node, all at once', async () => {
    const [main, door] = entries as [DefoldResource, DefoldResource];
    const lost = entry('/lost.luac', { flags: RESOURCE_EXCLUDED });
    expect(
      await problemsOf({ graph: text, manifest: manifest({ ...main, hexDigest: digest('d') }, door, lost) }),
    ).toEqual([
      'ERR_GRAPH_MANIFEST',
      [
        {
          path: '/main.collectionc',
          problem: `has the digest ${digest('a')} in the graph and ${digest('d')} in the manifest`,
          code: 'ERR_GRAPH_MANIFEST',
        },
        { path: '/room.collectionc', problem: 'is in the graph but not in the manifest', code: 'ERR_GRAPH_MANIFEST' },
        {
          path: '/resources/2',
          problem: '"/lost.luac" is excluded, but no node of the graph',
          code: 'ERR_GRAPH_MANIFEST',
        },
      ],
    ]);
  });

  it('needs a graph or a manifest', () => {
    expect(() => defoldGraph({})).toThrow(expect.objectContaining({ code: 'ERR_GRAPH' }));
  });
});

describe('defoldGraph from a manifest alone', () => {
  it('makes roots of entries with dependants, and the base of bundled entries', async () => {
    const room = entry('/room.collectionc', { flags: RESOURCE_EXCLUDED, dependants: [hashResourcePath('/sofa.goc')] });
    const graph = await loadGraph(
      defoldGraph({
        manifest: manifest(entry('/main.collectionc'), room, entry('/sofa.goc', { flags: RESOURCE_EXCLUDED })),
      }),
    );
    const roots = selectRoots(graph);
    const base = findBase(graph, roots);
    expect(pathsOf(graph, roots)).toEqual(['/room.collectionc']);
    expect(namesIn(graph, base, 1)).toEqual(['/main.collectionc']);
    expect(pathsOf(graph, closureOf(graph, graph.nodeOf('/room.collectionc'), { roots, base }))).toEqual([
      '/room.collectionc',
      '/sofa.goc',
    ]);
  });

  it('takes a bundled entry with dependants for the proxy that it is in old manifests', async () => {
    const door = entry('/door.collectionproxyc', { dependants: [hashResourcePath('/room.collectionc')] });
    const graph = await loadGraph(
      defoldGraph({
        manifest: { ...manifest(door, entry('/room.collectionc', { flags: RESOURCE_EXCLUDED })), version: 4 },
      }),
    );
    expect(graph.flags[graph.nodeOf('/door.collectionproxyc')]).toBe(
      NODE_ENTRY | NODE_BUNDLED | NODE_ROOT | NODE_PROXY,
    );
    expect([...graph.sizesBytes]).toEqual([-1, -1]);
    const roots = selectRoots(graph);
    expect(namesIn(graph, findBase(graph, roots), 0)).toEqual(['/room.collectionc']);
  });

  it('names entries without url by their hash, and reports dependants that are not listed', async () => {
    const blank = { ...entry('/a.txt'), url: '' };
    expect((await loadGraph(defoldGraph({ manifest: manifest(blank) }))).pathOf(0)).toBe('/url-hash/14302e44effe5d52');
    const pruned = entry('/b.txt', { dependants: [hashResourcePath('/a.txt')] });
    expect(await problemsOf({ manifest: manifest(pruned) })).toEqual([
      'ERR_GRAPH_CLOSED',
      [
        {
          path: '/resources/0/dependants/0',
          problem: '"/b.txt" needs "/url-hash/14302e44effe5d52", which the manifest does not list',
          code: 'ERR_GRAPH_CLOSED',
        },
      ],
    ]);
  });
});

describe.skipIf(!hasCorpus('defold'))('real builds', () => {
  const read = (name: string): Uint8Array => new Uint8Array(readFileSync(`${CORPUS}/defold/${name}`));

  it('live-update-poc-1.8.0: our base is exactly what Bob put into the main bundle', async () => {
    const text = read('live-update-poc-1.8.0/game.graph.json');
    const manifestBytes = read('live-update-poc-1.8.0/game.dmanifest');
    const graph = await loadGraph(defoldGraph({ graph: text, manifest: manifestBytes }));
    const roots = selectRoots(graph);
    const base = findBase(graph, roots);
    const nodes = JSON.parse(new TextDecoder().decode(text)) as { path: string; isInMainBundle: boolean }[];
    const bundled = nodes.filter((node) => node.isInMainBundle).map((node) => node.path);
    expect(namesIn(graph, base, 1)).toEqual(bundled.sort());
    const excluded = parseDefoldManifest(manifestBytes).resources.filter((e) => (e.flags & RESOURCE_EXCLUDED) !== 0);
    expect(excluded).toHaveLength(6);
    expect(namesIn(graph, base, 0)).toEqual(excluded.map((e) => e.url).sort());
    expect([...roots].flatMap((root) => pathsOf(graph, closureOf(graph, root, { roots, base })))).toEqual(
      excluded.map((e) => e.url).sort(),
    );
    console.info(
      `live-update-poc: ${graph.nodeCount} nodes, ${roots.length} root, ${excluded.length} of ${excluded.length} excluded entries outside the base`,
    );
  });

  it('live-update-poc-1.8.0: the manifest alone gives the same content of the root', async () => {
    const graph = await loadGraph(defoldGraph({ manifest: read('live-update-poc-1.8.0/game.dmanifest') }));
    const roots = selectRoots(graph);
    const base = findBase(graph, roots);
    expect(roots).toHaveLength(1);
    expect(pathsOf(graph, closureOf(graph, roots[0] as number, { roots, base }))).toEqual(namesIn(graph, base, 0));
    expect(namesIn(graph, base, 0)).toHaveLength(6);
  });

  it('illumination-1.6.2: graph and manifest match one to one', async () => {
    const manifestBytes = read('illumination-1.6.2/game.dmanifest');
    const graph = await loadGraph(
      defoldGraph({ graph: read('illumination-1.6.2/game.graph.json'), manifest: manifestBytes }),
    );
    const { resources } = parseDefoldManifest(manifestBytes);
    expect([graph.nodeCount, resources.length]).toEqual([214, 213]);
    for (const e of resources) {
      const node = graph.nodeOf(e.url);
      expect([graph.hexDigestOf(node), graph.sizesBytes[node]]).toEqual([
        e.hexDigest,
        e.compressedSizeBytes ?? e.sizeBytes,
      ]);
    }
    console.info(`illumination: ${resources.length} of ${resources.length} entries joined`);
  });

  it.each(['v1-liverunner', 'v3-decode', 'v4-pokemon'])('legacy %s: the manifest alone is a graph', async (name) => {
    const bytes = read(`legacy/${name}.dmanifest`);
    const graph = await loadGraph(defoldGraph({ manifest: bytes }));
    expect(graph.nodeCount).toBe(parseDefoldManifest(bytes).resources.length);
  });
});
