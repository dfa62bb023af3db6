import { describe, expect, it } from 'vitest';
import { type MadeNode, madeGraph } from '../../test/support/made-graph.js';
import { planSplit, type SplitPlan } from '../index.js';

/** A texture set needs its texture; both levels need set A, level 2 its texture beside it, level 1 alone set B. */
const GAME: Readonly<Record<string, MadeNode>> = {
  '/levels/1.json': { is: 'root', sizeBytes: 10, needs: ['/a.set', '/b.set'] },
  '/levels/2.json': { is: 'root', sizeBytes: 10, needs: ['/b.tex'] },
  '/a.set': { sizeBytes: 5, needs: ['/a.tex'] },
  '/a.tex': { sizeBytes: 100 },
  '/b.set': { sizeBytes: 5, needs: ['/b.tex'] },
  '/b.tex': { sizeBytes: 200 },
};
const keepTogether = [['**/*.set', '**/*.tex']];

describe('keepTogether', () => {
  it('puts a texture and its set where all are needed, and does not join one pair with another', async () => {
    const graph = await madeGraph(GAME);
    expect(placeOf(planSplit(graph), '/b.set')).not.toBe(placeOf(planSplit(graph), '/b.tex'));
    const plan = planSplit(graph, { keepTogether });
    expect(placeOf(plan, '/b.set')).toBe(placeOf(plan, '/b.tex'));
    expect(plan.archives.find(({ name }) => name === placeOf(plan, '/b.set'))?.consumers.length).toBe(2);
    expect(placeOf(plan, '/a.set')).toBe('levels-1');
    expect(plan.warnings).toEqual([]);
  });

  it('holds under the size cap; what is larger gets an archive of its own, and a warning', async () => {
    for (const maxArchiveBytes of [1, 50, 104, 105, 116, 204, 205, 1_000]) {
      const plan = planSplit(await madeGraph(GAME), { keepTogether, maxArchiveBytes });
      for (const letter of ['a', 'b']) {
        expect(placeOf(plan, `/${letter}.set`)).toBe(placeOf(plan, `/${letter}.tex`));
      }
      for (const { name, sizeBytes, resources } of plan.archives) {
        if (sizeBytes <= maxArchiveBytes) continue;
        const isUnit = new Set(resources.map(({ path }) => path.replace(/\.(set|tex)$/, ''))).size === 1;
        expect(isUnit).toBe(true);
        expect(plan.warnings.some((warning) => warning.startsWith(`Archive ${name} is over the size cap`))).toBe(true);
      }
    }
    const { warnings } = planSplit(await madeGraph(GAME), { keepTogether, maxArchiveBytes: 150 });
    expect(warnings).toEqual([expect.stringContaining('what is kept together (/b.set, /b.tex) has 205 of 150 bytes')]);
  });

  it('gives way to a named archive, and says so', async () => {
    const plan = planSplit(await madeGraph(GAME), { keepTogether, archives: [{ name: 'sets', include: ['/a.set'] }] });
    expect(placeOf(plan, '/a.set')).toBe('sets');
    expect(plan.warnings).toEqual(['What is kept together with /a.set is in archives levels-1, sets']);
  });

  it('stays with a chain of 100,000 and a circle', async () => {
    const path = (i: number): string => `/${String(i).padStart(6, '0')}.tex`;
    const chain = Array.from({ length: 100_000 }, (_, i): [string, MadeNode] => [
      path(i),
      { sizeBytes: 1, is: i === 0 ? 'root' : undefined, needs: [path((i + 1) % 100_000)] } as MadeNode,
    ]);
    const plan = planSplit(await madeGraph(new Map(chain)), { keepTogether, maxArchiveBytes: 10 });
    expect(plan.archives.map(({ resources }) => resources.length)).toEqual([100_000]);
  });
});

function placeOf(plan: SplitPlan, path: string): string | undefined {
  return plan.archives.find(({ resources }) => resources.some((resource) => resource.path === path))?.name;
}
