import type { Release, ReleaseArchive } from '@lading/manifest';
import { describe, expect, it } from 'vitest';
import { egressCost, updateBill } from './update-bill.js';

function archive(name: string, content: number, sizeBytes: number): ReleaseArchive {
  const digest = `sha256:${content.toString(16).padStart(64, '0')}` as const;
  const key = `archives/${name}.${digest.slice(7, 23)}.zip`;
  const directory = { offset: 0, sizeBytes: 1, digest };
  return { name, key, sizeBytes, digest, directory, entries: 1, priority: 0, encoder: 'store' };
}

function release(
  sequence: number,
  archives: readonly ReleaseArchive[],
  roots: Readonly<Record<string, readonly string[]>>,
): Release {
  return {
    format: 'lading.release/1',
    project: 'game',
    version: `${sequence}.0.0`,
    sequence,
    createdAt: '2026-01-01T00:00:00Z',
    compat: {},
    roots: Object.fromEntries(Object.entries(roots).map(([root, names]) => [root, { archives: names }])),
    archives,
  };
}

describe('updateBill', () => {
  const shared = archive('shared', 1, 1_000);
  const first = release(1, [archive('a', 2, 10), shared], { '/a': ['a', 'shared'] });
  const second = release(2, [archive('a', 3, 20), shared], { '/a': ['a', 'shared'] });
  const third = release(3, [archive('a', 3, 20), archive('b', 4, 500), archive('shared', 5, 1_100)], {
    '/a': ['a', 'shared'],
    '/b': ['b', 'shared'],
  });

  it('counts for each earlier release and each root what a player of it lacks', () => {
    const bill = updateBill([second, first], third);
    expect(bill.from.map(({ version, everything }) => [version, everything])).toEqual([
      ['2.0.0', { downloadBytes: 1_600, requests: 2 }],
      ['1.0.0', { downloadBytes: 1_620, requests: 3 }],
    ]);
    expect(
      bill.updates.map(({ root, from, downloadBytes, archives }) => [root, from, downloadBytes, archives]),
    ).toEqual([
      ['/a', '1.0.0', 1_120, ['a', 'shared']],
      ['/a', '2.0.0', 1_100, ['shared']],
    ]);
    expect(bill.fromNothing.everything).toEqual({ downloadBytes: 1_620, requests: 3 });
    expect(bill.fromNothing.roots.map(({ root, downloadBytes }) => [root, downloadBytes])).toEqual([
      ['/a', 1_120],
      ['/b', 1_600],
    ]);
  });

  it('is nothing where nothing changed, and knows no update for a first release', () => {
    expect(
      updateBill([third], third).updates.every(({ downloadBytes, requests }) => downloadBytes + requests === 0),
    ).toBe(true);
    expect(updateBill([], third)).toMatchObject({ from: [], updates: [] });
  });

  it('has a price', () => {
    expect(egressCost(2_000_000, { perGigabyte: 0.09, installs: 100_000 })).toBeCloseTo(18);
  });
});
