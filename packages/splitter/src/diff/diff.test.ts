import type { Digest, Release } from '@lading/manifest';
import { describe, expect, it } from 'vitest';
import type { PlannedArchive, SplitPlan } from '../plan/split-plan.js';
import { diffPlans } from './diff-plans.js';
import { diffReleases } from './diff-releases.js';

/** A release from `{ name: [content, size] }` and `{ root: [names] }`. */
function release(archives: Record<string, [string, number]>, roots: Record<string, string[]>): Release {
  return {
    format: 'lading.release/1',
    project: 'game',
    version: '1',
    sequence: 1,
    createdAt: '2026-01-01T00:00:00Z',
    compat: {},
    roots: Object.fromEntries(Object.entries(roots).map(([root, names]) => [root, { archives: names }])),
    archives: Object.entries(archives).map(([name, [content, sizeBytes]]) => {
      const digest = `sha256:${content.repeat(64)}` as Digest;
      const directory = { offset: 0, sizeBytes, digest };
      return {
        name,
        key: `archives/${name}`,
        sizeBytes,
        digest,
        directory,
        entries: 1,
        priority: 10,
        encoder: 'store',
      };
    }),
  };
}

/** A plan from `{ archive: { path: size } }`. */
function plan(archives: Record<string, Record<string, number>>, roots: Record<string, string[]>): SplitPlan {
  return {
    format: 'lading.plan/1',
    roots,
    base: { resources: 0, sizeBytes: 0 },
    excluded: { resources: 0, sizeBytes: 0 },
    warnings: [],
    archives: Object.entries(archives).map(([name, resources]): PlannedArchive => {
      const items = Object.entries(resources).map(([path, sizeBytes]) => ({ path, sizeBytes }));
      const sizeBytes = items.reduce((sum, item) => sum + item.sizeBytes, 0);
      return { name, group: name, rule: 'root', consumers: [], priority: 10, sizeBytes, resources: items };
    }),
  };
}

describe('diffReleases', () => {
  it('bills each root for the archives that a player of the same root does not have', () => {
    const a = release(
      { one: ['a', 10], two: ['b', 20], both: ['c', 5] },
      { '/1': ['one', 'both'], '/2': ['two', 'both'] },
    );
    const b = release(
      { one: ['a', 10], two: ['d', 21], both: ['c', 5], three: ['e', 7] },
      { '/1': ['one', 'both'], '/2': ['two', 'both'], '/3': ['three', 'both'] },
    );
    expect(diffReleases(a, b)).toEqual({
      archives: { added: ['three'], removed: [], changed: ['two'], kept: ['both', 'one'] },
      roots: [
        { root: '/1', beforeBytes: 15, afterBytes: 15, downloadBytes: 0, requests: 0, archives: [] },
        { root: '/2', beforeBytes: 25, afterBytes: 26, downloadBytes: 21, requests: 1, archives: ['two'] },
        {
          root: '/3',
          beforeBytes: undefined,
          afterBytes: 12,
          downloadBytes: 12,
          requests: 2,
          archives: ['three', 'both'],
        },
      ],
      everything: { downloadBytes: 28, requests: 2 },
    });
  });

  it('bills nothing for a root that is gone or an archive that has another name', () => {
    const a = release({ old: ['a', 10] }, { '/1': ['old'], '/__proto__': ['old'] });
    const b = release({ new: ['a', 10] }, { '/1': ['new'] });
    const diff = diffReleases(a, b);
    expect(diff.roots.map(({ root, afterBytes, downloadBytes }) => [root, afterBytes, downloadBytes])).toEqual([
      ['/1', 10, 0],
      ['/__proto__', undefined, 0],
    ]);
    expect(diff.archives).toMatchObject({ added: ['new'], removed: ['old'] });
  });
});

describe('diffPlans', () => {
  it('finds no difference between equal plans', () => {
    const a = plan({ one: { '/a': 1 } }, { '/1': ['one'] });
    const same = { added: [], removed: [], changed: [], moved: [], everything: { downloadBytes: 0, requests: 0 } };
    expect(diffPlans(a, structuredClone(a))).toMatchObject(same);
  });

  it('tells what came, went, changed and moved, and what the update of each root costs', () => {
    const a = plan(
      { one: { '/a': 1, '/b': 2 }, two: { '/c': 4 }, same: { '/z': 9 } },
      { '/1': ['one', 'same'], '/2': ['two'] },
    );
    const b = plan(
      { one: { '/a': 1 }, two: { '/b': 2, '/d': 8 }, same: { '/z': 9 } },
      { '/1': ['one', 'same'], '/2': ['two'] },
    );
    expect(diffPlans(a, b)).toMatchObject({
      added: ['/d'],
      removed: ['/c'],
      changed: [],
      moved: [{ path: '/b', from: 'one', to: 'two' }],
      archives: { changed: ['one', 'two'], kept: ['same'] },
      roots: [
        { root: '/1', beforeBytes: 12, afterBytes: 10, downloadBytes: 1, requests: 1, archives: ['one'] },
        { root: '/2', beforeBytes: 4, afterBytes: 10, downloadBytes: 10, requests: 1, archives: ['two'] },
      ],
    });
    expect(diffPlans(a, plan({ one: { '/a': 3, '/b': 2 } }, {})).changed).toEqual(['/a']);
  });
});
