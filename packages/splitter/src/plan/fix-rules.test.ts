import { isResourcePath } from '@lading/manifest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { madeGraph } from '../../test/support/made-graph.js';
import { anyGlob, findKeptApart, fixRules, planSplit, type SplitRules } from '../index.js';
import { globOfPath } from './globs.js';

const GRAPH = madeGraph({
  '/l.json': { is: 'root', sizeBytes: 1, needs: ['/a.set', '/b.set'] },
  '/a.set': { sizeBytes: 1, needs: ['/a.tex'] },
  '/a.tex': { sizeBytes: 1 },
  '/b.set': { sizeBytes: 1, needs: ['/b.tex'] },
  '/b.tex': { sizeBytes: 1 },
});
const KEEP = { keepTogether: [['/*.set', '/*.tex']] };

describe('fixRules', () => {
  it.each<[string, SplitRules, string[]]>([
    ['the others to the archive that has one', { archives: [{ name: 'sets', include: ['/a.set'] }] }, ['/a.tex']],
    [
      'all to the first archive of two',
      {
        archives: [
          { name: 'tex', include: ['/*.tex'] },
          { name: 'sets', include: ['/*.set'] },
        ],
      },
      ['/a.set', '/b.set'],
    ],
    [
      'nothing where the archive leaves them out itself',
      { archives: [{ name: 'sets', include: ['/a.*'], exclude: ['/*.tex'] }] },
      [],
    ],
  ])('gives %s', async (_, rules, added) => {
    const graph = await GRAPH;
    const faults = (some: SplitRules): { unreachable: string[]; keptApart: (readonly string[])[] } => {
      const plan = planSplit(graph, { ...some, ...KEEP });
      return { unreachable: [], keptApart: findKeptApart(graph, plan, KEEP).map(({ paths }) => paths) };
    };
    const fixed = fixRules(rules, faults(rules));
    expect(fixed.fixes.flatMap((fix) => fix.added)).toEqual(added);
    if (added.length > 0) expect(faults(fixed).keptApart).toEqual([]);
    expect(fixRules(fixed, faults(fixed)).fixes).toEqual([]);
  });

  it('leaves out what nothing needs, and keeps what was left out before', () => {
    const { exclude, fixes } = fixRules({ exclude: ['/x/**'] }, { unreachable: ['/a [1].txt'], keptApart: [] });
    expect(exclude).toEqual(['/x/**', String.raw`/a \[1\].txt`]);
    expect(fixes).toEqual([{ rule: 'unreachable', place: '/exclude', added: [String.raw`/a \[1\].txt`] }]);
  });
});

describe('globOfPath', () => {
  it('matches the path and no other', () => {
    const anyPath = fc.stringMatching(/^\/[ -~]{1,12}$/).filter(isResourcePath);
    fc.assert(
      fc.property(anyPath, anyPath, (path, other) => {
        const matches = anyGlob([globOfPath(path)]);
        expect(matches(path)).toBe(true);
        expect(matches(other)).toBe(other === path);
      }),
      { numRuns: 2_000 },
    );
  });
});
