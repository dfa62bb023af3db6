import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MadeNode, madeGraph } from '../../test/support/made-graph.js';
import { planSplit, type SplitPlan } from '../index.js';
import { type ConsumerGroup, mergeSmallSets } from './merge-small-sets.js';

describe('shared.minBytes', () => {
  /** Three levels: `all` is for all of them, `some` for the first two; sizes as given. */
  const game = (allBytes: number, someBytes: number): Record<string, MadeNode> => ({
    ...Object.fromEntries(
      [1, 2, 3].map((i) => [`/${i}.json`, { is: 'root', needs: i < 3 ? ['/all', '/some'] : ['/all'] }] as const),
    ),
    '/all': { sizeBytes: allBytes },
    '/some': { sizeBytes: someBytes },
  });
  const shared = (plan: SplitPlan): string[][] =>
    plan.archives.filter(({ rule }) => rule === 'shared').map((one) => one.resources.map(({ path }) => path).sort());

  it('merges what is cheaper to download without need than to ask for, exactly where the formula says', async () => {
    // Two requests saved, one root downloads /some without need: 2 × 64 against 1 × size.
    for (const [someBytes, isMerged] of [
      [1, true],
      [64, true],
      [65, false],
      [127, false],
    ] as const) {
      const plan = planSplit(await madeGraph(game(16, someBytes)), { shared: { minBytes: 64 } });
      expect(shared(plan).length === 1).toBe(isMerged);
    }
    expect(shared(planSplit(await madeGraph(game(16, 1))))).toHaveLength(2);
  });

  it('leaves two sets alone of which neither is small', async () => {
    const plan = planSplit(await madeGraph(game(64, 64)), { shared: { minBytes: 64 } });
    expect(shared(plan)).toHaveLength(2);
  });

  it('all roots that need a part of a merged archive mount it', async () => {
    const plan = planSplit(await madeGraph(game(16, 8)), { shared: { minBytes: 64 } });
    const name = plan.archives.find(({ rule }) => rule === 'shared')?.name;
    for (const names of Object.values(plan.roots)) expect(names).toContain(name);
  });
});

describe('mergeSmallSets', () => {
  const groups = fc
    .uniqueArray(fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 2, maxLength: 6 }), {
      maxLength: 25,
      selector: (set) => [...set].sort().join(),
    })
    .chain((sets) =>
      fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: sets.length, maxLength: sets.length }).map((sizes) =>
        sets.map((set, i): ConsumerGroup => {
          return { consumers: [...set].sort((a, b) => a - b), nodes: [i], sizeBytes: sizes[i] ?? 0 };
        }),
      ),
    );

  it('keeps each resource once with all its consumers, ends with different sets, and never makes a plan dearer', () => {
    fc.assert(
      fc.property(groups, fc.integer({ min: 1, max: 2_000 }), (list, minBytes) => {
        const merged = mergeSmallSets(list, minBytes);
        expect(merged.flatMap(({ nodes }) => nodes).sort((a, b) => a - b)).toEqual(list.map((_, i) => i));
        expect(new Set(merged.map(({ consumers }) => consumers.join())).size).toBe(merged.length);
        for (const { consumers, nodes } of merged) {
          for (const node of nodes)
            expect(consumers).toEqual(expect.arrayContaining([...(list[node]?.consumers ?? [])]));
        }
        expect(costOf(merged, minBytes)).toBeLessThanOrEqual(costOf(list, minBytes));
        expect(merged.length).toBeLessThanOrEqual(list.length);
      }),
    );
  });

  it('does not depend on the order of its input', () => {
    fc.assert(
      fc.property(groups, fc.integer({ min: 1, max: 2_000 }), fc.nat(), (list, minBytes, seed) => {
        const shuffled = [...list].sort(
          (a, b) => (((a.nodes[0] ?? 0) * 31 + seed) % 7) - (((b.nodes[0] ?? 0) * 31 + seed) % 7),
        );
        const normal = (result: readonly ConsumerGroup[]): unknown =>
          result.map((group) => ({ ...group, nodes: [...group.nodes].sort((a, b) => a - b) }));
        expect(normal(mergeSmallSets(shuffled, minBytes))).toEqual(normal(mergeSmallSets(list, minBytes)));
      }),
    );
  });

  it('merges 2,000 small sets of 64 roots within the time of a test', () => {
    const list = Array.from({ length: 2_000 }, (_, i): ConsumerGroup => {
      const consumers = [...new Set([i % 64, (i * 7 + (i >> 6)) % 64, (i * 13 + (i >> 5)) % 64, 63])].sort(
        (a, b) => a - b,
      );
      return { consumers, nodes: [i], sizeBytes: (i * 37) % 900 };
    });
    const start = performance.now();
    const merged = mergeSmallSets(list, 1_024);
    console.info(`2,000 small sets: ${merged.length} left after ${Math.round(performance.now() - start)} ms`);
    expect(merged.length).toBeLessThan(list.length);
  });
});

function costOf(groups: readonly ConsumerGroup[], minBytes: number): number {
  return groups.reduce((sum, { consumers, sizeBytes }) => sum + consumers.length * (minBytes + sizeBytes), 0);
}
