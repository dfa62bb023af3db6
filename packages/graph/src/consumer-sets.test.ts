import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closureOf, type GraphCut } from './closure.js';
import { consumerSets } from './consumer-sets.js';
import { findBase } from './find-base.js';
import { loadGraph } from './load-graph.js';
import { NODE_ENTRY, NODE_PROXY, type ResourceGraph } from './resource-graph.js';
import { selectRoots } from './select-roots.js';
import { arrowGraph, nodesOf, pathsOf } from './testing/arrow-graph.js';

const IS_LONG = process.env.LADING_LONG !== undefined;

function cutOf(graph: ResourceGraph, roots: Uint32Array = selectRoots(graph)): GraphCut {
  return { roots, base: findBase(graph, roots) };
}

function basePaths(graph: ResourceGraph): string[] {
  const { base } = cutOf(graph);
  return pathsOf(
    graph,
    [...base.keys()].filter((node) => base[node] === 1),
  );
}

function consumersByPath(graph: ResourceGraph): Record<string, string> {
  const sets = consumerSets(graph, cutOf(graph));
  return Object.fromEntries(
    Array.from(sets.setOf, (set, node) => [
      graph.pathOf(node),
      set === -1
        ? 'base'
        : pathsOf(
            graph,
            Array.from(sets.sets[set] ?? [], (index) => sets.roots[index] as number),
          ).join(' '),
    ]),
  );
}

describe('findBase', () => {
  it('is what the entries reach without passing through a root', async () => {
    expect(basePaths(await arrowGraph('/main! -> /a, /level*', '/a -> /b', '/level -> /c, /b'))).toEqual([
      '/a',
      '/b',
      '/main',
    ]);
  });

  it('keeps a proxy root that is reached, and stops there', async () => {
    expect(basePaths(await arrowGraph('/main! -> /door*~', '/door -> /room', '/room -> /chair'))).toEqual([
      '/door',
      '/main',
    ]);
  });

  it('leaves out a root that the base does not reach, and a root that is an entry but no proxy', async () => {
    expect(basePaths(await arrowGraph('/main!*', '/main -> /a', '/entry!*~ -> /b', '/far*~ -> /c'))).toEqual([
      '/entry',
    ]);
  });

  it('keeps what is reached another way, in spite of cycles', async () => {
    expect(
      basePaths(await arrowGraph('/main! -> /door*~, /x', '/door -> /x, /y', '/x -> /main, /x', '/y -> /x')),
    ).toEqual(['/door', '/main', '/x']);
  });
});

describe('selectRoots', () => {
  it('takes the roots of the source, or what a predicate says, or both', async () => {
    const graph = await arrowGraph('/a*', '/b', '/c');
    expect(pathsOf(graph, selectRoots(graph))).toEqual(['/a']);
    expect(
      pathsOf(
        graph,
        selectRoots(graph, (path) => path === '/b'),
      ),
    ).toEqual(['/b']);
    expect(
      pathsOf(
        graph,
        selectRoots(graph, (path) => (path === '/b' ? true : undefined)),
      ),
    ).toEqual(['/a', '/b']);
  });
});

describe('closureOf and consumerSets', () => {
  it('stop at other roots: a proxy belongs to the outer closure, another root does not', async () => {
    const graph = await arrowGraph(
      '/main! -> /one*~',
      '/one -> /a',
      '/a -> /two*~, /three*',
      '/two -> /b',
      '/three -> /c',
    );
    const cut = cutOf(graph);
    expect(pathsOf(graph, closureOf(graph, graph.nodeOf('/one'), cut))).toEqual(['/a', '/two']);
    expect(pathsOf(graph, closureOf(graph, graph.nodeOf('/two'), cut))).toEqual(['/b', '/two']);
    expect(pathsOf(graph, closureOf(graph, graph.nodeOf('/three'), cut))).toEqual(['/c', '/three']);
    expect(consumersByPath(graph)).toEqual({
      '/a': '/one',
      '/b': '/two',
      '/c': '/three',
      '/main': 'base',
      '/one': 'base',
      '/three': '/three',
      '/two': '/one /two',
    });
  });

  it('give nodes that nothing reaches the empty set', async () => {
    const graph = await arrowGraph('/main! -> /door*~', '/door -> /room', '/lost -> /also-lost, /room');
    expect(consumersByPath(graph)).toEqual({
      '/also-lost': '',
      '/door': 'base',
      '/lost': '',
      '/main': 'base',
      '/room': '/door',
    });
    expect([...(consumerSets(graph, cutOf(graph)).sets[0] ?? [1])]).toEqual([]);
  });

  it('work without roots and without base', async () => {
    const graph = await arrowGraph('/a -> /b');
    expect(consumersByPath(graph)).toEqual({ '/a': '', '/b': '' });
    expect(consumerSets(graph, cutOf(graph)).setCount).toBe(1);
  });

  it('agree with a naive model on random graphs', async () => {
    const size = fc.integer({ min: 1, max: 16 });
    await fc.assert(
      fc.asyncProperty(
        size,
        fc.array(fc.tuple(fc.nat(15), fc.nat(15)), { maxLength: 40 }),
        fc.array(fc.nat(15)),
        fc.array(fc.nat(7), { minLength: 16, maxLength: 16 }),
        async (count, edges, entries, kinds) => {
          const graph = await loadGraph({
            name: 'random',
            async load(builder): Promise<void> {
              for (let n = 0; n < count; n++)
                builder.addNode({
                  path: name(n),
                  isEntry: entries.includes(n),
                  isRoot: (kinds[n] ?? 0) < 4,
                  isProxy: (kinds[n] ?? 0) % 2 === 0,
                });
              for (const [from, to] of edges) builder.addEdge(name(from % count), name(to % count));
            },
          });
          expectLikeModel(graph);
        },
      ),
      { numRuns: IS_LONG ? 100_000 : 2_000 },
    );
  });

  it('agree with each other for more roots than one pass takes', async () => {
    const lines = Array.from({ length: 100 }, (_, r) => `/root-${r}*~ -> /x-${r % 7}, /y-${r % 33}, /z-${r}`);
    const chain = Array.from(
      { length: 33 },
      (_, i) => `/y-${i} -> /y-${(i + 1) % 33 === 5 ? 5 : Math.min(i + 1, 32)}, /x-${i % 7}`,
    );
    const graph = await arrowGraph(...lines, ...chain);
    expectLikeModel(graph);
  });

  it('take 60 diamonds, 2^60 paths, in 10 ms', async () => {
    const lines = Array.from({ length: 60 }, (_, i) => [
      `/n${i} -> /l${i}, /r${i}`,
      `/l${i} -> /n${i + 1}`,
      `/r${i} -> /n${i + 1}`,
    ]).flat();
    const graph = await arrowGraph('/main! -> /door*~', '/door -> /n0', ...lines);
    const run = (): number => {
      const start = performance.now();
      const cut = cutOf(graph);
      const sets = consumerSets(graph, cut);
      expect(closureOf(graph, graph.nodeOf('/door'), cut).length).toBe(181);
      expect(sets.setCount).toBe(2);
      return performance.now() - start;
    };
    const times = Array.from({ length: 5 }, run);
    expect(Math.min(...times)).toBeLessThan(10);
  });

  it('take a chain and a cycle of a million nodes', async () => {
    const count = IS_LONG ? 1_000_000 : 300_000;
    for (const isCycle of [false, true]) {
      const graph = await loadGraph({
        name: 'a chain',
        async load(builder): Promise<void> {
          builder.addNode({ path: '/main', isEntry: true });
          builder.addNode({ path: '/door', isRoot: true, isProxy: true });
          builder.addEdge('/main', '/door');
          builder.addEdge('/door', '/0');
          for (let n = 0; n < count; n++) {
            builder.addNode({ path: `/${n}` });
            if (n > 0) builder.addEdge(`/${n - 1}`, `/${n}`);
          }
          if (isCycle) builder.addEdge(`/${count - 1}`, '/0');
        },
      });
      const cut = cutOf(graph);
      const sets = consumerSets(graph, cut);
      expect(sets.setOf.filter((set) => set === 1).length).toBe(count);
      expect(closureOf(graph, graph.nodeOf('/door'), cut).length).toBe(count);
    }
  });
});

function name(n: number): string {
  return `/${String(n).padStart(2, '0')}`;
}

/** The rules as they are written down, by recursion over paths. */
function expectLikeModel(graph: ResourceGraph): void {
  const roots = selectRoots(graph);
  const isRoot = (node: number): boolean => roots.includes(node);
  const has = (node: number, flag: number): boolean => ((graph.flags[node] as number) & flag) !== 0;
  const below = (node: number): number[] => [
    ...graph.edgeTargets.subarray(graph.edgeStarts[node], graph.edgeStarts[node + 1]),
  ];
  const inBase = new Set<number>();
  const visitBase = (node: number): void => {
    if (inBase.has(node) || (isRoot(node) && !has(node, NODE_PROXY))) return;
    inBase.add(node);
    if (!isRoot(node)) below(node).forEach(visitBase);
  };
  for (let node = 0; node < graph.nodeCount; node++) if (has(node, NODE_ENTRY)) visitBase(node);
  const closure = (root: number): Set<number> => {
    const found = new Set<number>();
    const visit = (node: number): void => {
      if (found.has(node) || inBase.has(node) || (node !== root && isRoot(node) && !has(node, NODE_PROXY))) return;
      found.add(node);
      if (node === root || !isRoot(node)) below(node).forEach(visit);
    };
    visit(root);
    below(root).forEach(visit);
    return found;
  };
  const cut = cutOf(graph, roots);
  expect([...cut.base]).toEqual(Array.from({ length: graph.nodeCount }, (_, node) => (inBase.has(node) ? 1 : 0)));
  const closures = Array.from(roots, (root) => closure(root));
  Array.from(roots).forEach((root, i) => {
    expect([...closureOf(graph, root, cut)]).toEqual([...(closures[i] ?? [])].sort((a, b) => a - b));
  });
  const sets = consumerSets(graph, cut);
  const expected = Array.from({ length: graph.nodeCount }, (_, node) =>
    inBase.has(node) ? 'base' : [...roots.keys()].filter((i) => closures[i]?.has(node)).join(),
  );
  expect(Array.from(sets.setOf, (set) => (set === -1 ? 'base' : sets.sets[set]?.join()))).toEqual(expected);
  expect(new Set(sets.sets.map((set) => set.join())).size).toBe(sets.setCount);
  expect(sets.roots).toEqual(nodesOf(graph, ...pathsOf(graph, roots)));
}
