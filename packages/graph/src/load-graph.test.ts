import { isLadingError } from '@lading/manifest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GraphError } from './graph-error.js';
import type { GraphBuilder, GraphSource } from './graph-source.js';
import { loadGraph } from './load-graph.js';
import { NODE_BUNDLED, NODE_ENTRY, NODE_PROXY, NODE_ROOT, NODE_VIRTUAL } from './resource-graph.js';
import { arrowGraph, arrowSource, pathsOf } from './testing/arrow-graph.js';

function source(load: (builder: GraphBuilder) => void): GraphSource {
  return { name: 'a test', load: async (builder) => load(builder) };
}

async function errorOf(promise: Promise<unknown>): Promise<GraphError> {
  try {
    await promise;
  } catch (error) {
    if (isLadingError(error)) return error as GraphError;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const pathChar = fc.oneof(
  fc.constantFrom(...'abcz019._- ~AZ'),
  fc.constantFrom(
    'é',
    'ÿ',
    'Ā',
    '߿',
    'ࠀ',
    '一',
    '\ud7ff',
    '\ue000',
    '\ufeff',
    '\uffee',
    '\u{10000}',
    '\u{1f600}',
    '\u{10ffff}',
  ),
);
const path = fc
  .array(fc.string({ unit: pathChar, minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 4 })
  .map((segments) => `/${segments.map((s) => (s === '.' || s === '..' ? 'dot' : s)).join('/')}`.normalize('NFC'));

describe('loadGraph', () => {
  it('numbers nodes in code unit order of their paths and sorts and dedupes edges', async () => {
    const graph = await arrowGraph('/b -> /a, /c, /a', '/B', '/\u{10000} -> /\ue000');
    expect(pathsOf(graph, [0, 1, 2, 3, 4, 5])).toEqual(['/B', '/a', '/b', '/c', '/\u{10000}', '/\ue000']);
    expect([...graph.edgeStarts]).toEqual([0, 0, 0, 2, 2, 3, 3]);
    expect([...graph.edgeTargets]).toEqual([1, 3, 5]);
    expect(graph.edgeCount).toBe(3);
  });

  it('gives the same graph whatever the order in which a source adds things', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(path, { minLength: 1, maxLength: 120 }),
        fc.infiniteStream(fc.nat(1000)),
        async (paths, numbers) => {
          const pick = (): string => paths[numbers.next().value % paths.length] as string;
          const edges = paths.map(() => [pick(), pick()] as const);
          const build = (nodes: readonly string[], links: readonly (readonly [string, string])[]): GraphSource =>
            source((builder) => {
              for (const [from, to] of links) builder.addEdge(from, to);
              for (const node of nodes) builder.addNode({ path: node });
            });
          const [one, other] = [
            await loadGraph(build(paths, edges)),
            await loadGraph(build([...paths].reverse(), [...edges].reverse())),
          ];
          const sorted = [...paths].sort();
          expect(pathsOf(one, sorted.keys())).toEqual(sorted);
          expect(sorted.map((p) => one.nodeOf(p))).toEqual([...sorted.keys()]);
          expect(one.edgeStarts).toEqual(other.edgeStarts);
          expect(one.edgeTargets).toEqual(other.edgeTargets);
          const expected = new Set(edges.map(([from, to]) => `${sorted.indexOf(from)} ${sorted.indexOf(to)}`));
          const found = sorted.flatMap((_, node) =>
            [...one.edgeTargets.subarray(one.edgeStarts[node], one.edgeStarts[node + 1])].map((to) => `${node} ${to}`),
          );
          expect(new Set(found)).toEqual(expected);
          expect(found.length).toBe(expected.size);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('sorts a hundred thousand paths with long common beginnings as JavaScript does', async () => {
    const paths = Array.from(
      { length: 100_000 },
      (_, i) => `/assets/very/long/common/prefix/${i % 3 === 0 ? 'é' : 'e'}/${(i * 7919) % 100_003}.bin`,
    );
    const graph = await loadGraph(
      source((builder) => {
        for (const p of paths) builder.addNode({ path: p });
      }),
    );
    expect(pathsOf(graph, paths.keys())).toEqual([...paths].sort());
  });

  it('keeps what a source says of a node', async () => {
    const hexDigest = '0123456789abcdef0123456789abcdef01234567';
    const graph = await loadGraph(
      source((builder) => {
        builder.addNode({
          path: '/a',
          sizeBytes: 0,
          hexDigest,
          isEntry: true,
          isProxy: true,
          isRoot: true,
          isVirtual: true,
          isBundled: true,
        });
        builder.addNode({ path: '/b' });
      }),
    );
    expect(graph.flags[0]).toBe(NODE_ENTRY | NODE_PROXY | NODE_ROOT | NODE_VIRTUAL | NODE_BUNDLED);
    expect([...graph.sizesBytes]).toEqual([0, -1]);
    expect([graph.hexDigestOf(0), graph.hexDigestOf(1), graph.hexDigestOf(2)]).toEqual([
      hexDigest,
      undefined,
      undefined,
    ]);
    expect([
      graph.nodeOf('/b'),
      graph.nodeOf('/c'),
      graph.nodeOf(''),
      graph.nodeOf('\ud800'),
      graph.nodeOf('/'.padEnd(9_999, 'x')),
    ]).toEqual([1, -1, -1, -1, -1]);
    expect(() => graph.pathOf(2)).toThrow(RangeError);
  });

  it('takes names of Object.prototype as ordinary paths', async () => {
    const names = ['/__proto__', '/constructor', '/hasOwnProperty', '/toString'];
    const graph = await arrowGraph(`/z -> ${names.join(', ')}`);
    expect(pathsOf(graph, [0, 1, 2, 3])).toEqual(names);
  });

  it('takes the same node and the same edge twice, and refuses a node with other facts', async () => {
    const twice = source((builder) => {
      builder.addNode({ path: '/a', sizeBytes: 3 });
      builder.addNode({ path: '/a', sizeBytes: 3 });
    });
    expect((await loadGraph(twice)).nodeCount).toBe(1);
    const digests = ['0'.repeat(40), '1'.repeat(40)];
    const differing = source((builder) => {
      for (const hexDigest of digests) builder.addNode({ path: '/a', hexDigest });
      for (const sizeBytes of [1, 2]) builder.addNode({ path: '/b', sizeBytes });
    });
    const error = await errorOf(loadGraph(differing));
    expect(error.code).toBe('ERR_GRAPH_NODE');
    expect(error.details.problems).toMatchObject([{ path: '/a' }, { path: '/b' }]);
  });

  it('reports every problem at once, each with its place', async () => {
    const error = await errorOf(
      loadGraph(
        source((builder) => {
          builder.addNode({ path: '/a' });
          builder.addNode({ path: 'b' });
          builder.addNode({ path: '/c/../d' });
          builder.addNode({ path: '/e', sizeBytes: -1 });
          builder.addNode({ path: '/f', hexDigest: 'AB' });
          builder.addEdge('/a', '/missing', 'a.json:3');
          builder.addEdge('/a', '/gone');
          builder.addEdge('/nobody', '/a');
          builder.addProblem('/g', 'is strange');
        }),
      ),
    );
    expect(error.code).toBe('ERR_GRAPH');
    expect(error.details.problemCount).toBe(8);
    expect(error.details.problems).toEqual([
      { path: '/e', problem: 'has a size of -1 bytes; expected an integer from 0', code: 'ERR_GRAPH_NODE' },
      { path: '/f', problem: 'has the hexDigest "AB"; expected 40 lower-case hex digits', code: 'ERR_GRAPH_NODE' },
      { path: '/g', problem: 'is strange', code: 'ERR_GRAPH' },
      { path: 'b', problem: 'does not start with /', code: 'ERR_GRAPH_NODE' },
      { path: '/c/../d', problem: 'has a .. segment', code: 'ERR_GRAPH_NODE' },
      {
        path: 'a.json:3',
        problem: '"/a" needs "/missing", which the graph does not contain',
        code: 'ERR_GRAPH_CLOSED',
      },
      { path: '/a', problem: 'needs "/gone", which the graph does not contain', code: 'ERR_GRAPH_CLOSED' },
      { path: '/nobody', problem: 'needs "/a" but is not in the graph itself', code: 'ERR_GRAPH_CLOSED' },
    ]);
  });

  it('gives problems of one kind their own code, and cuts a list that is too long', async () => {
    const error = await errorOf(
      loadGraph(
        source((builder) => {
          builder.addNode({ path: '/a' });
          for (let i = 0; i < 5_000; i++) builder.addEdge('/a', `/missing-${i}`);
        }),
      ),
    );
    expect(error.code).toBe('ERR_GRAPH_CLOSED');
    expect(error.details.problemCount).toBe(5_000);
    expect(error.details.problems).toHaveLength(1_000);
    expect(error.hint).toBeDefined();
  });

  it.each(['/a\u0000b', '/a\\b', '/c:x', '/a//b', '/a/', '/', '', '/./a', '/..', '/e\u0301', '/\u0085', '/\ud800'])(
    'refuses %j as a path',
    async (bad) => {
      const error = await errorOf(loadGraph(source((builder) => builder.addNode({ path: bad }))));
      expect(error.code).toBe('ERR_GRAPH_NODE');
      expect(Array.from(error.message).every((c) => (c >= ' ' && c < '\u007f') || c > '\u009f')).toBe(true);
    },
  );

  it('takes paths with dots that are no dot segments, at any place', async () => {
    const paths = ['/...', '/.a', '/a.', '/a./b', '/a/.b', '/a/..b', '/a.b..c'];
    const graph = await loadGraph(
      source((builder) => {
        for (const p of paths) builder.addNode({ path: p });
      }),
    );
    expect(graph.nodeCount).toBe(paths.length);
  });

  it('stops at its limits', async () => {
    const many = arrowSource(['/a -> /b, /c']);
    expect((await errorOf(loadGraph(many, { maxNodes: 2 }))).code).toBe('ERR_GRAPH_LIMIT');
    expect((await errorOf(loadGraph(many, { maxEdges: 1 }))).code).toBe('ERR_GRAPH_LIMIT');
    expect((await errorOf(loadGraph(many, { maxEdges: -1 }))).code).toBe('ERR_GRAPH_LIMIT');
    expect((await loadGraph(many, { maxNodes: 3, maxEdges: 2 })).nodeCount).toBe(3);
  });

  it('stops when it is aborted', async () => {
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    await expect(loadGraph(arrowSource(['/a']), { signal: controller.signal })).rejects.toThrow('enough');
  });
});
