import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GAME, madeGraph } from '../../test/support/made-graph.js';
import { checkSplitRules, planSplit, type SplitPlan } from '../index.js';

function orders(plan: SplitPlan): string[][] {
  return plan.archives.map(({ resources }) => resources.map(({ path }) => path));
}

describe('load order', () => {
  it('puts what a resource needs before it', async () => {
    expect(orders(planSplit(await madeGraph(GAME)))).toContainEqual(['/levels/1/map.bin', '/levels/1.json']);
  });

  it('follows what was recorded, and goes on with what was not', async () => {
    const needs = ['/b.bin', '/c.bin', '/d.bin'];
    const game = { '/a.json': { is: 'root', needs }, '/b.bin': {}, '/c.bin': {}, '/d.bin': {} } as const;
    const loadOrder = ['/a.json', '/d.bin', '/a.json'];
    expect(orders(planSplit(await madeGraph(game), { loadOrder }))).toEqual([
      ['/a.json', '/d.bin', '/b.bin', '/c.bin'],
    ]);
  });

  it('moves nothing from archive to archive, whatever was recorded', async () => {
    const graph = await madeGraph(GAME);
    const sorted = (plan: SplitPlan): string[][] => orders(plan).map((paths) => paths.sort());
    fc.assert(
      fc.property(fc.shuffledSubarray(Object.keys(GAME)), fc.constantFrom(undefined, 500, 1_100), (loadOrder, cap) => {
        const plan = planSplit(graph, { loadOrder, maxArchiveBytes: cap });
        expect(sorted(plan)).toEqual(sorted(planSplit(graph, { maxArchiveBytes: cap })));
        for (const paths of orders(plan)) {
          const named = paths.filter((path) => loadOrder.includes(path));
          expect(paths.slice(0, named.length)).toEqual(loadOrder.filter((path) => paths.includes(path)));
        }
      }),
    );
  });

  it('says what the record names and nobody has, and refuses what is no path', async () => {
    const plan = planSplit(await madeGraph(GAME), { loadOrder: ['/gone.png', '/sky.png'] });
    expect(plan.warnings).toContain('The recorded load order names /gone.png, which the graph does not have');
    expect(() => checkSplitRules({ loadOrder: ['sky.png', '/a/../b', 7] })).toThrow('/loadOrder/0');
  });
});
