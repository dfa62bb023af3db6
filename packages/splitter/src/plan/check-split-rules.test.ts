import { isLadingError } from '@lading/manifest';
import { describe, expect, it } from 'vitest';
import { checkSplitRules } from '../index.js';

describe('checkSplitRules', () => {
  it('reads rules, with sizes as texts and roots as the keys of an object', () => {
    const rules = checkSplitRules({
      roots: { '/levels/*.json': {} },
      archives: [
        {
          name: 'winter',
          include: ['/themes/winter/**'],
          exclude: ['**/*.psd'],
          priority: 20,
          meta: { from: '2026-12-01' },
        },
      ],
      exclude: ['**/*.psd'],
      maxArchiveBytes: '8 MiB',
      priority: 5,
    });
    expect(rules.roots).toEqual(['/levels/*.json']);
    expect(rules.maxArchiveBytes).toBe(8_388_608);
    expect(rules.archives?.[0]?.meta).toEqual({ from: '2026-12-01' });
  });

  it('takes empty rules', () => {
    expect(checkSplitRules({}).maxArchiveBytes).toBeUndefined();
  });

  it('reports every problem at once, each with its place', () => {
    const paths = problemPaths({
      roots: ['levels/*.json', 7],
      archives: [
        { name: 'Winter', include: [], priority: -1, meta: [] },
        { name: 'a', include: ['/a/**'], colour: 'red' },
        { name: 'a', include: ['/b/**'] },
        'x',
      ],
      maxArchiveBytes: '8 M',
      maxArchiveByte: 1,
    });
    expect(paths).toEqual([
      '/maxArchiveByte',
      '/roots/0',
      '/roots/1',
      '/archives/0/name',
      '/archives/0/include',
      '/archives/0/priority',
      '/archives/0/meta',
      '/archives/1/colour',
      '/archives/2/name',
      '/archives/3',
      '/maxArchiveBytes',
    ]);
  });

  it('reads when an app gets a root, and what the project says of it', () => {
    const roots = {
      '/levels/1.*': { policy: 'essential' },
      '/levels/*': { policy: 'on-demand', meta: { chapter: 1 } },
    };
    expect(checkSplitRules({ roots }).rootRules).toEqual([
      { roots: '/levels/1.*', policy: 'essential' },
      { roots: '/levels/*', policy: 'on-demand', meta: { chapter: 1 } },
    ]);
    expect(problemPaths({ roots: { '/a': { policy: 'soon', meta: 1, size: 2 }, '/b': null } })).toEqual([
      '/roots/~1a/size',
      '/roots/~1a/policy',
      '/roots/~1a/meta',
      '/roots/~1b',
    ]);
  });

  it('reads what is kept together and how small shared sets are merged', () => {
    const rules = checkSplitRules({ keepTogether: [['**/*.set', '**/*.tex']], shared: { minBytes: '64 KiB' } });
    expect(rules).toMatchObject({
      keepTogether: [['**/*.set', '**/*.tex']],
      shared: { by: 'consumers', minBytes: 65_536 },
    });
    expect(
      problemPaths({ keepTogether: ['**/*.set', ['set']], shared: { by: 'size', minBytes: '0', least: 1 } }),
    ).toEqual(['/keepTogether/0', '/keepTogether/1/0', '/shared/least', '/shared/by', '/shared/minBytes']);
    expect(problemPaths({ keepTogether: {}, shared: [] })).toEqual(['/keepTogether', '/shared']);
  });

  it('finds archives that exclude what is not there, or one another', () => {
    const archive = (name: string, ...exclude: string[]): object => ({ name, include: ['/**'], exclude });
    expect(
      problemPaths({
        archives: [
          archive('a', 'archive:b'),
          archive('b', '/x', 'archive:c', 'archive:gone'),
          archive('c', 'archive:b'),
          archive('d', 'archive:d'),
          archive('e', 'archive:f'),
          archive('f'),
        ],
      }),
    ).toEqual([
      '/archives/1/exclude/2',
      '/archives/0/exclude',
      '/archives/1/exclude',
      '/archives/2/exclude',
      '/archives/3/exclude',
    ]);
  });

  it.each([null, 1, 'x', [], undefined])('refuses %j', (value) => {
    expect(problemPaths(value)).toEqual(['']);
  });

  it('refuses values that are not JSON in the user fields', () => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    for (const meta of [loop, { a: () => 1 }, { a: Number.NaN }, { a: new Date() }]) {
      expect(problemPaths({ archives: [{ name: 'a', include: ['/**'], meta }] })).toEqual(['/archives/0/meta']);
    }
  });
});

function problemPaths(value: unknown): unknown[] {
  try {
    checkSplitRules(value);
  } catch (error) {
    if (!isLadingError(error, 'ERR_SPLIT_RULES')) throw error;
    return (error.details.problems as unknown as { path: string }[]).map(({ path }) => path);
  }
  throw new Error('expected problems');
}
