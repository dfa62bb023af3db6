import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GAME, type MadeNode, madeGraph } from '../../test/support/made-graph.js';
import { parseSplitPlan, planSplit, replanSplit, type SplitPlan, type SplitRules } from '../index.js';

const RULES: SplitRules = {
  maxArchiveBytes: 1_000,
  rootRules: [{ roots: '/levels/1.json', policy: 'essential', meta: { chapter: 1 } }],
};

interface Thrown {
  readonly code: string;
  readonly details: { readonly problems: readonly { readonly path: string; readonly problem: string }[] };
}

/** A plan as it comes back from a file. */
function printed(plan: unknown): SplitPlan {
  return parseSplitPlan(JSON.parse(JSON.stringify(plan)));
}

function thrownBy(act: () => unknown): Thrown {
  try {
    act();
  } catch (error) {
    return error as Thrown;
  }
  throw new Error('expected it to throw');
}

/** A plan in which a resource was moved to another archive by hand. */
function moved(plan: SplitPlan, path: string, to: string): SplitPlan {
  const resource = plan.archives.flatMap(({ resources }) => resources).find((known) => known.path === path);
  return {
    ...plan,
    archives: plan.archives.map((archive) => ({
      ...archive,
      resources: [
        ...archive.resources.filter((known) => known.path !== path),
        ...(archive.name === to && resource !== undefined ? [resource] : []),
      ],
    })),
  };
}

describe('replanSplit', () => {
  it('gives back an equal plan, whatever the graph and the cap', async () => {
    const names = ['/a.json', '/b.json', '/c.json', '/d.bin', '/e.bin', '/f.bin', '/g.bin', '/h.bin'];
    const node = fc.record({
      sizeBytes: fc.integer({ min: 0, max: 500 }),
      needs: fc.subarray(names, { maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(...names.map(() => node)),
        fc.option(fc.integer({ min: 1, max: 900 }), { nil: undefined }),
        async (nodes, maxArchiveBytes) => {
          const graph = await madeGraph(new Map<string, MadeNode>(names.map((name, i) => [name, nodes[i] ?? {}])));
          const rules = { roots: ['/*.json'], maxArchiveBytes };
          const plan = planSplit(graph, rules);
          expect(replanSplit(graph, printed(plan), rules)).toEqual(plan);
        },
      ),
    );
  });

  it('keeps what hands changed, and works out anew what follows from it', async () => {
    const graph = await madeGraph(GAME);
    const plan = planSplit(graph, RULES);
    const edited = moved(plan, '/levels/2/map.bin', plan.roots['/levels/1.json']?.at(-1) ?? '');
    const again = replanSplit(
      graph,
      printed({ ...edited, rootFacts: { '/levels/2.json': { policy: 'prefetch' } } }),
      RULES,
    );
    const holder = again.archives.find(({ resources }) => resources.some(({ path }) => path === '/levels/2/map.bin'));
    expect(holder?.consumers).toEqual(['/levels/1.json', '/levels/2.json']);
    expect(holder?.resources.at(-1)?.path).toBe('/levels/2/map.bin');
    expect(again.roots['/levels/2.json']).toContain(holder?.name);
    expect(again.rootFacts).toEqual({ '/levels/2.json': { policy: 'prefetch' } });
    expect(holder?.sizeBytes).toBe(holder?.resources.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  });

  it('takes sizes from the graph, and warns of an archive that is over the cap', async () => {
    const graph = await madeGraph(GAME);
    const plan = planSplit(graph);
    const lying = { ...plan, archives: plan.archives.map((archive) => ({ ...archive, sizeBytes: 1 })) };
    const again = replanSplit(graph, printed(lying), { maxArchiveBytes: 450 });
    expect(again.archives.map(({ sizeBytes }) => sizeBytes)).toEqual(plan.archives.map(({ sizeBytes }) => sizeBytes));
    expect(again.warnings.filter((warning) => warning.includes('over the size cap')).length).toBe(2);
  });

  it('names every resource and root that came, went, is lost or doubled', async () => {
    const plan = planSplit(await madeGraph(GAME), RULES);
    const { '/levels/2.json': _, ...rest } = GAME;
    const later = await madeGraph({
      ...rest,
      '/levels/3.json': { is: 'root', sizeBytes: 1, needs: ['/new.png'] },
      '/new.png': {},
    });
    const stale = thrownBy(() => replanSplit(later, plan, RULES));
    expect(stale.code).toBe('ERR_SPLIT_PLAN');
    expect(stale.details.problems.map(({ path }) => path).sort()).toEqual([
      '/levels/2.json',
      '/levels/2.json',
      '/levels/3.json',
    ]);
    const graph = await madeGraph(GAME);
    const lost = thrownBy(() => replanSplit(graph, moved(plan, '/sky.png', 'nowhere'), RULES));
    expect([lost.code, lost.details.problems]).toEqual([
      'ERR_SPLIT_LOST',
      [{ path: '/sky.png', problem: 'is in no group' }],
    ]);
    const twice = {
      ...plan,
      archives: plan.archives.map((archive) => ({
        ...archive,
        resources: [...archive.resources, { path: '/sky.png', sizeBytes: 1 }],
      })),
    };
    expect(thrownBy(() => replanSplit(graph, twice, RULES)).code).toBe('ERR_SPLIT_LOST');
  });
});

describe('parseSplitPlan', () => {
  it('reports every problem with its place, and fields that it does not know', () => {
    const { code, details } = thrownBy(() =>
      parseSplitPlan({
        format: 'lading.plan/1',
        roots: { '/a/b~': 'levels' },
        base: { resources: -1, sizeBytes: 0 },
        excluded: { resources: 0, sizeBytes: 0 },
        archives: [
          {
            name: 'Not A Name',
            group: '',
            rule: 'root',
            consumers: [],
            priority: 1,
            sizeBytes: 0,
            resources: [{ sizeBytes: 1.5 }],
          },
          7,
        ],
        warnings: [],
        extra: true,
      }),
    );
    expect(code).toBe('ERR_SPLIT_PLAN');
    expect(details.problems.map(({ path }) => path).sort()).toEqual([
      '/archives/0/name',
      '/archives/0/resources/0/path',
      '/archives/0/resources/0/sizeBytes',
      '/archives/1',
      '/base/resources',
      '/extra',
      '/roots/~1a~1b~0',
    ]);
  });

  it('refuses what is no plan at all', () => {
    for (const value of [null, 7, 'text', [], {}, { format: 'lading.plan/2' }])
      expect(thrownBy(() => parseSplitPlan(value)).code).toBe('ERR_SPLIT_PLAN');
  });
});
