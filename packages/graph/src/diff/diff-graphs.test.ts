import { describe, expect, it } from 'vitest';
import { findBase } from '../find-base.js';
import { selectRoots } from '../select-roots.js';
import { arrowGraph } from '../testing/arrow-graph.js';
import { diffGraphs, type GraphVersion } from './diff-graphs.js';

async function version(digests: Record<string, string>, ...lines: string[]): Promise<GraphVersion> {
  const graph = await arrowGraph(...lines);
  const roots = selectRoots(graph);
  const known = new Map(Object.entries(digests));
  return { graph, roots, base: findBase(graph, roots), digestOf: (node) => known.get(graph.pathOf(node)) };
}

describe('diffGraphs', () => {
  it('finds no difference between equal graphs, whatever the order they were filled in', async () => {
    const a = await version({ '/a': 'x' }, '/1*=1 -> /a=5, /b=6', '/2*=1 -> /b');
    const b = await version({ '/a': 'x' }, '/2*=1 -> /b=6', '/1*=1 -> /b, /a=5');
    expect(diffGraphs(a, b)).toEqual({
      added: [],
      removed: [],
      changed: [],
      moved: [],
      edges: { added: 0, removed: 0 },
      roots: [
        { root: '/1', beforeBytes: 12, afterBytes: 12, newBytes: 0 },
        { root: '/2', beforeBytes: 7, afterBytes: 7, newBytes: 0 },
      ],
    });
  });

  it('tells added, removed, changed and moved resources apart, and what each root has to get', async () => {
    const a = await version({ '/a': '1', '/b': '2', '/old': '3' }, '/1*=1 -> /a=5, /b=6, /old=7, /gone=8');
    const b = await version(
      { '/a': '1', '/b': '9', '/new': '3' },
      '/1*=1 -> /a=5, /b=6, /new=7, /fresh=4',
      '/2*=1 -> /a',
    );
    const diff = diffGraphs(a, b);
    expect(diff).toMatchObject({
      added: [
        { path: '/2', sizeBytes: 1 },
        { path: '/fresh', sizeBytes: 4 },
      ],
      removed: [{ path: '/gone', sizeBytes: 8 }],
      changed: [{ path: '/b', beforeBytes: 6, afterBytes: 6 }],
      moved: [{ from: '/old', to: '/new', sizeBytes: 7 }],
      edges: { added: 3, removed: 2 },
      roots: [
        { root: '/1', beforeBytes: 27, afterBytes: 23, newBytes: 10 },
        { root: '/2', beforeBytes: undefined, afterBytes: 6, newBytes: 6 },
      ],
    });
    expect(diffGraphs(b, a).roots[1]).toEqual({ root: '/2', beforeBytes: 6, afterBytes: undefined, newBytes: 0 });
  });

  it('takes sizes where digests are not known, and pairs each removed path once', async () => {
    const a = await version({ '/x': 'd' }, '/1*=1 -> /a=5, /b=5, /x=9');
    const b = await version({ '/y': 'd', '/z': 'd' }, '/1*=1 -> /a=5, /b=4, /y=9, /z=9');
    const diff = diffGraphs(a, b);
    expect(diff.changed).toEqual([{ path: '/b', beforeBytes: 5, afterBytes: 4 }]);
    expect([diff.moved, diff.added]).toEqual([
      [{ from: '/x', to: '/y', sizeBytes: 9 }],
      [{ path: '/z', sizeBytes: 9 }],
    ]);
  });

  it('counts what moves from the base into a root as new to the root', async () => {
    const a = await version({}, '/app!=1 -> /1*, /big=50', '/1*=1 -> /big');
    const b = await version({}, '/app!=1 -> /1*', '/1*=1 -> /big=50');
    expect(diffGraphs(a, b).roots).toEqual([{ root: '/1', beforeBytes: 1, afterBytes: 51, newBytes: 50 }]);
  });
});
