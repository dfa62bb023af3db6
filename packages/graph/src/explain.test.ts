import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explain } from './explain.js';
import { findBase } from './find-base.js';
import { minimumCut } from './minimum-cut.js';
import type { ResourceGraph } from './resource-graph.js';
import { selectRoots } from './select-roots.js';
import { shortestPath } from './shortest-path.js';
import { arrowGraph, nodesOf } from './testing/arrow-graph.js';

function explained(graph: ResourceGraph, path: string): ReturnType<typeof explain> {
  const roots = selectRoots(graph);
  return explain(graph, { roots, base: findBase(graph, roots), path });
}

describe('explain', () => {
  const lines = [
    '/main!=1 -> /a, /b, /door*~=1, /gate*~=1',
    '/a=10 -> /c',
    '/b=10 -> /c',
    '/c=10',
    '/door -> /room=100',
    '/room -> /sofa=20, /c, /lamp=3',
    '/sofa -> /cloth=7',
    '/gate -> /garden=50',
    '/garden -> /lamp, /cloth',
  ];

  it('tells why a resource is in the base, and what would free it', async () => {
    const graph = await arrowGraph(...lines);
    expect(explained(graph, '/c')).toEqual({
      path: '/c',
      sizeBytes: 10,
      isInBase: true,
      isRoot: false,
      fromBase: ['/main', '/a', '/c'],
      freedBy: [
        { from: '/main', to: '/a' },
        { from: '/main', to: '/b' },
      ],
      consumers: [],
    });
    expect(explained(graph, '/door').freedBy).toEqual([{ from: '/main', to: '/door' }]);
    expect(explained(graph, '/main')).toMatchObject({ isInBase: true, fromBase: ['/main'], freedBy: undefined });
  });

  it('tells which roots need a resource, how they come to it, and what it costs them', async () => {
    const graph = await arrowGraph(...lines);
    expect(explained(graph, '/cloth')).toMatchObject({
      isInBase: false,
      fromBase: undefined,
      freedBy: undefined,
      consumers: [
        { root: '/door', path: ['/door', '/room', '/sofa', '/cloth'], closureBytes: 130, costBytes: 7 },
        { root: '/gate', path: ['/gate', '/garden', '/cloth'], closureBytes: 60, costBytes: 7 },
      ],
    });
    expect(explained(graph, '/sofa').consumers).toEqual([
      {
        root: '/door',
        path: ['/door', '/room', '/sofa'],
        closureBytes: 130,
        costBytes: 27,
        freedBy: [{ from: '/door', to: '/room' }],
      },
    ]);
    expect(explained(graph, '/room').consumers[0]?.costBytes).toBe(130);
  });

  it('tells what would free each root of a shared resource, and then it is no longer shared', async () => {
    const lines = [
      '/r1*=1 -> /a, /b',
      '/a -> /x=1',
      '/b -> /x',
      '/r2*=1 -> /c',
      '/c -> /d, /e',
      '/d -> /x',
      '/e -> /x',
    ];
    const [first, second] = explained(await arrowGraph(...lines), '/x').consumers;
    expect(first?.freedBy).toHaveLength(2);
    expect(second?.freedBy).toEqual([{ from: '/r2', to: '/c' }]);
    const freed = lines.map((line) => line.replace('/r2*=1 -> /c', '/r2*=1'));
    expect(explained(await arrowGraph(...freed), '/x').consumers.map(({ root }) => root)).toEqual(['/r1']);
    expect(explained(await arrowGraph(...lines), '/r1').consumers).toMatchObject([{ root: '/r1', freedBy: undefined }]);
  });

  it('says that a resource is not there', async () => {
    const graph = await arrowGraph('/a');
    expect(() => explained(graph, '/b\u0007')).toThrow(
      expect.objectContaining({ code: 'ERR_GRAPH_NOT_FOUND', message: expect.not.stringContaining('\u0007') }),
    );
  });

  it('gives up on a cut that is too wide', async () => {
    const middle = Array.from({ length: 20 }, (_, i) => `/m${i}`);
    const graph = await arrowGraph(`/main! -> ${middle.join(', ')}`, ...middle.map((path) => `${path} -> /x`));
    const roots = selectRoots(graph);
    const base = findBase(graph, roots);
    expect(explain(graph, { roots, base, path: '/x' }).freedBy).toBeUndefined();
    expect(explain(graph, { roots, base, path: '/x', maxFreedBy: 20 }).freedBy).toHaveLength(20);
  });
});

describe('minimumCut', () => {
  it('is a smallest set of edges that parts the target from the starts, on random graphs', async () => {
    const anywhere = { enters: () => true, descends: () => true };
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(fc.nat(6), fc.nat(6)), { maxLength: 11, selector: ([a, b]) => `${a} ${b}` }),
        async (edges) => {
          const lines = ['/0', '/6', ...edges.map(([a, b]) => `/${a} -> /${b}`)];
          const graph = await arrowGraph(...lines);
          const isParted = (kept: readonly string[]): Promise<boolean> =>
            arrowGraph('/0', '/6', ...kept).then(
              (rest) => shortestPath(rest, nodesOf(rest, '/0'), rest.nodeOf('/6'), anywhere) === undefined,
            );
          const cut =
            minimumCut(graph, [...nodesOf(graph, '/0')], graph.nodeOf('/6'), { ...anywhere, maxEdges: 20 }) ?? [];
          const cutLines = cut.map(({ from, to }) => `${graph.pathOf(from)} -> ${graph.pathOf(to)}`);
          const edgeLines = lines.slice(2);
          expect(cutLines.every((line) => edgeLines.includes(line))).toBe(true);
          expect(await isParted(edgeLines.filter((line) => !cutLines.includes(line)))).toBe(true);
          if (cut.length === 0) return;
          for (const smaller of subsets(edgeLines, cut.length - 1)) {
            expect(await isParted(edgeLines.filter((line) => !smaller.includes(line)))).toBe(false);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

function* subsets(items: readonly string[], size: number): Generator<string[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let i = 0; i + size <= items.length; i++) {
    for (const rest of subsets(items.slice(i + 1), size - 1)) yield [items[i] as string, ...rest];
  }
}
