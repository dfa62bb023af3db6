import { isLadingError } from '@lading/manifest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closureOf, type GraphCut } from '../closure.js';
import { findBase } from '../find-base.js';
import { NODE_ROOT, type ResourceGraph } from '../resource-graph.js';
import { selectRoots } from '../select-roots.js';
import { arrowGraph } from '../testing/arrow-graph.js';
import { findDominators } from './dominators.js';
import type { LintFinding } from './lint-finding.js';
import { type LintOptions, lintGraph } from './lint-graph.js';

function cutOf(graph: ResourceGraph): GraphCut {
  const roots = selectRoots(graph);
  return { roots, base: findBase(graph, roots) };
}

function lint(graph: ResourceGraph, options: Partial<LintOptions> = {}): LintFinding[] {
  return lintGraph(graph, { ...cutOf(graph), ...options });
}

function told(findings: readonly LintFinding[]): [string, string, number][] {
  return findings.map(({ rule, paths, bytes }) => [rule, paths.join(' '), bytes]);
}

describe('lintGraph', () => {
  it('finds nothing in a graph where every root has its own content', async () => {
    const graph = await arrowGraph('/app! -> /1*, /2*', '/1* -> /a=5000', '/2* -> /b=6000', '/app! -> /c=100');
    expect(lint(graph)).toEqual([]);
  });

  it('finds equal content by digest, counts what the copies cost, and leaves empty and small files alone', async () => {
    const graph = await arrowGraph('/1* -> /a=5000, /b=5000, /c=5000, /empty=0, /none=0, /small=9, /tiny=9');
    const digests = new Map([
      ['/a', 'x'],
      ['/c', 'x'],
      ['/b', 'y'],
    ]);
    const digestOf = (node: number): string => digests.get(graph.pathOf(node)) ?? 'same';
    expect(told(lint(graph, { digestOf }))).toEqual([['duplicate', '/a /c', 5000]]);
    expect(told(lint(graph, { digestOf, duplicateBytes: 9 }))).toContainEqual(['duplicate', '/small /tiny', 9]);
  });

  it('finds roots that need little beside what ships with the app', async () => {
    const graph = await arrowGraph('/app! -> /big=9000', '/1*=10 -> /big, /own=90', '/2*=10 -> /big, /more=2000');
    expect(told(lint(graph))).toEqual([['mostly-base', '/1', 9000]]);
    expect(lint(graph)[0]?.message).toContain('98 %');
    expect(told(lint(graph, { baseShare: 0.8 }))).toHaveLength(2);
  });

  it('finds roots that are alike as one group, and no pair below the share', async () => {
    const graph = await arrowGraph(
      '/1*=1 -> /s=970, /a=20',
      '/2*=1 -> /s, /b=29',
      '/3*=1 -> /s, /c=200',
      '/4*=1 -> /s',
    );
    expect(told(lint(graph, { heavyBytes: 1e9 }))).toEqual([['similar-roots', '/1 /2 /4', 970]]);
  });

  it('compares a thousand equal roots without comparing every pair', async () => {
    const lines = Array.from({ length: 1_000 }, (_, i) => `/${i}*=1 -> /shared=100000, /other=5000`);
    const found = lint(await arrowGraph(...lines), { heavyBytes: 1e9 });
    expect(found.map(({ rule, pathCount }) => [rule, pathCount])).toEqual([['similar-roots', 1_000]]);
  });

  it('finds the one resource that drags megabytes into every root, with what hangs on it alone', async () => {
    const lines = ['/music.json=10 -> /a.ogg=2000000, /b.ogg=900000', '/late -> /b.ogg'];
    const roots = [1, 2, 3].map((n) => `/${n}*=1 -> /music.json, /own${n}=9000000`);
    expect(told(lint(await arrowGraph(...lines.slice(0, 1), ...roots)))).toEqual([
      ['heavy-shared', '/music.json', 2900010],
    ]);
    const graph = await arrowGraph(...lines, ...roots, '/3* -> /late');
    expect(told(lint(graph))).toEqual([['heavy-shared', '/music.json', 2000010]]);
    expect(told(lint(await arrowGraph(...lines.slice(0, 1), ...roots, '/4*=1 -> /own4=1')))).toEqual([]);
  });

  it('finds what neither the app nor a root needs, a cycle of its own included', async () => {
    const graph = await arrowGraph('/app! -> /1*', '/1* -> /a=1', '/x=3 -> /y=4', '/y -> /x', '/z=0');
    expect(told(lint(graph))).toEqual([['unreachable', '/x /y /z', 7]]);
    expect(told(lint(graph, { isPlaced: (path) => path !== '/y' }))).toEqual([['unreachable', '/y', 4]]);
    expect(lint(graph, { maxPaths: 1 })[0]).toMatchObject({ paths: ['/x'], pathCount: 3 });
  });

  it('calls paths that differ in case only an error, and says it first', async () => {
    const graph = await arrowGraph('/1* -> /Sky.png=1, /sky.png=2, /STRASSE=1, /straße=1, /x/sky.png=1', '/lost=90');
    const found = lint(graph);
    expect(found.map(({ rule, severity, paths }) => [rule, severity, paths.join(' ')])).toEqual([
      ['case-clash', 'error', '/Sky.png /sky.png'],
      ['case-clash', 'error', '/STRASSE /straße'],
      ['unreachable', 'warning', '/lost'],
    ]);
    expect(lint(graph, { ignore: ['case-clash', 'unreachable'] })).toEqual([]);
  });

  it('calls paths that differ in their normal form only an error, in graphs from elsewhere', () => {
    const graph = handMadeGraph(
      ['/e\u0301.png', '/root', '/\u00e9.png'],
      [
        [1, 0],
        [1, 2],
      ],
    );
    expect(told(lint(graph))).toEqual([['form-clash', '/e\u0301.png /\u00e9.png', 20]]);
  });

  it('notes roots that have the same name in different folders, also where it is a name of Object.prototype', async () => {
    const graph = await arrowGraph(
      '/a/level.json* -> /x=1',
      '/b/level.json*',
      '/a/__proto__*',
      '/b/__proto__*',
      '/b/9*',
    );
    expect(lint(graph).map(({ rule, severity, paths }) => [rule, severity, paths.length])).toEqual([
      ['same-name', 'notice', 2],
      ['same-name', 'notice', 2],
    ]);
  });

  it('refuses thresholds that are out of range', async () => {
    const graph = await arrowGraph('/1* -> /a=1');
    for (const options of [{ baseShare: 1.5 }, { similarShare: Number.NaN }, { duplicateBytes: -1 }]) {
      let code = '';
      try {
        lint(graph, options);
      } catch (error) {
        if (isLadingError(error)) code = error.code;
      }
      expect(code).toBe('ERR_GRAPH_LIMIT');
    }
  });

  it('walks a chain of a hundred thousand without recursion', async () => {
    const lines = Array.from({ length: 100_000 }, (_, i) => `/${i}=20 -> /${i + 1}=20`);
    const graph = await arrowGraph('/r* -> /0', '/s* -> /0', ...lines);
    expect(told(lint(graph, { ignore: ['similar-roots'] }))).toEqual([['heavy-shared', '/0', 2_000_020]]);
  });

  it('finds the same groups as comparing every pair does', async () => {
    await fc.assert(
      fc.asyncProperty(randomLines(), fc.constantFrom(0.3, 0.6, 0.95, 1), async (lines, similarShare) => {
        const graph = await arrowGraph(...lines);
        const cut = cutOf(graph);
        const found = lint(graph, { similarShare }).filter(({ rule }) => rule === 'similar-roots');
        const pairs = alikePairs(graph, cut, similarShare);
        for (const [a, b] of pairs) {
          expect(found.some(({ paths }) => paths.includes(a) && paths.includes(b))).toBe(true);
        }
        for (const { paths } of found) {
          for (const path of paths) expect(pairs.some((pair) => pair.includes(path))).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('finds the dominators that leaving out one resource at a time shows', async () => {
    await fc.assert(
      fc.asyncProperty(randomLines(), async (lines) => {
        const graph = await arrowGraph(...lines);
        const cut = cutOf(graph);
        const { order, parentOf } = findDominators(graph, cut);
        expect(new Set(order)).toEqual(reached(graph, cut, -1));
        for (const out of order) {
          const left = reached(graph, cut, out);
          const dominated = [...order].filter((node) => node !== out && !left.has(node)).sort();
          expect([...order].filter((node) => isBelow(parentOf, node, out)).sort()).toEqual(dominated);
        }
      }),
      { numRuns: 150 },
    );
  });
});

function randomLines(): fc.Arbitrary<string[]> {
  const edge = fc.tuple(fc.nat(11), fc.nat(11));
  return fc
    .tuple(fc.array(edge, { maxLength: 30 }), fc.nat(4), fc.array(fc.nat(40), { minLength: 12, maxLength: 12 }))
    .map(([edges, roots, sizes]) => [
      ...sizes.map((size, n) => `/n${n}${n <= roots ? '*' : n === 11 ? '!' : ''}=${size}`),
      ...edges.map(([a, b]) => `/n${a} -> /n${b}`),
    ]);
}

function alikePairs(graph: ResourceGraph, cut: GraphCut, share: number): [string, string][] {
  const bytes = (nodes: Iterable<number>): number => [...nodes].reduce((sum, n) => sum + (graph.sizesBytes[n] ?? 0), 0);
  const closures = [...cut.roots].map((root) => closureOf(graph, root, cut));
  const pairs: [string, string][] = [];
  for (const [i, a] of closures.entries()) {
    for (const [j, b] of closures.entries()) {
      const shared = bytes(a.filter((node) => b.includes(node)));
      if (i < j && shared > 0 && shared >= share * Math.max(bytes(a), bytes(b)))
        pairs.push([graph.pathOf(cut.roots[i] ?? 0), graph.pathOf(cut.roots[j] ?? 0)]);
    }
  }
  return pairs;
}

function reached(graph: ResourceGraph, cut: GraphCut, without: number): Set<number> {
  const roots = new Set(cut.roots);
  const seen = new Set<number>();
  const open = [...roots];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const to of graph.edgeTargets.subarray(graph.edgeStarts[node], graph.edgeStarts[node + 1])) {
      if (to === without || roots.has(to) || cut.base[to] === 1 || seen.has(to)) continue;
      seen.add(to);
      open.push(to);
    }
  }
  return seen;
}

function isBelow(parentOf: Int32Array, node: number, above: number): boolean {
  for (let at = parentOf[node] ?? -1; at >= 0; at = parentOf[at] ?? -1) if (at === above) return true;
  return false;
}

/** A graph that did not come through `loadGraph`, which would refuse such paths. Node 1 is the root; each has 10 bytes. */
function handMadeGraph(paths: readonly string[], edges: readonly (readonly [number, number])[]): ResourceGraph {
  const edgeStarts = Uint32Array.from(
    { length: paths.length + 1 },
    (_, n) => edges.filter(([from]) => from < n).length,
  );
  return {
    nodeCount: paths.length,
    edgeCount: edges.length,
    edgeStarts,
    edgeTargets: Uint32Array.from(edges, ([, to]) => to),
    flags: Uint8Array.from(paths, (_, node) => (node === 1 ? NODE_ROOT : 0)),
    sizesBytes: Float64Array.from(paths, () => 10),
    pathOf: (node) => paths[node] ?? '',
    nodeOf: (path) => paths.indexOf(path),
    hexDigestOf: () => undefined,
  };
}
