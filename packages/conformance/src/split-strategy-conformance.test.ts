import { byConsumers, planSplit, type SplitStrategy } from '@lading/splitter';
import { describe, expect, it } from 'vitest';
import { runSuite } from './conformance-suite.js';
import { splitStrategyConformance } from './split-strategy-conformance.js';

describe('byConsumers', () => {
  runSuite(splitStrategyConformance({ create: byConsumers, planSplit }), { describe, it });
});

describe('the suite', () => {
  const EXACTLY_ONCE = 'each resource is in exactly one archive';

  it('catches a strategy that loses what no root needs', async () => {
    const failed = await failures(() => {
      const { name, assign } = byConsumers();
      return {
        name,
        assign: (graph, rules) => ({
          groups: assign(graph, rules).groups.filter(({ rule }) => rule !== 'unreached'),
        }),
      };
    });
    expect(failed).toContain(EXACTLY_ONCE);
  });

  it('catches a strategy that gives each root all that it needs, so that shared content is there twice', async () => {
    const failed = await failures(() => ({
      name: 'closures',
      assign: ({ graph, roots, nodes, setOf, sets }) => ({
        groups: [
          ...Array.from(roots, (root) => ({
            rule: 'strategy' as const,
            name: `r${graph.pathOf(root).length}-${root}`,
            nodes: nodes.filter((node) => sets[setOf[node] ?? -1]?.includes(root)),
          })),
          { rule: 'unreached', nodes: nodes.filter((node) => sets[setOf[node] ?? -1]?.length === 0) },
        ],
      }),
    }));
    expect(failed).toContain(EXACTLY_ONCE);
  });

  it('catches a strategy that counts on from plan to plan', async () => {
    let count = 0;
    const failed = await failures(() => ({
      name: 'counting',
      assign: ({ nodes }) => ({ groups: [{ rule: 'strategy', name: `pack-${count++}`, nodes }] }),
    }));
    expect(failed).toEqual([
      'equal input gives an equal plan, also from one strategy asked again',
      'the order in which a graph was filled does not matter',
      'plans of other graphs leave no trace',
    ]);
  });

  it('catches a strategy that places what the rules leave out, and one that writes into the graph', async () => {
    const all = await failures(() => ({
      name: 'all',
      assign: ({ graph, setOf }) => ({
        groups: [
          {
            rule: 'strategy',
            name: 'all',
            nodes: Array.from({ length: graph.nodeCount }, (_, i) => i).filter((i) => (setOf[i] ?? -1) >= 0),
          },
        ],
      }),
    }));
    expect(all).toEqual(['what the rules leave out is left alone']);
    const writing = await failures(() => ({
      name: 'writing',
      assign: (split, rules) => {
        split.graph.sizesBytes.fill(1);
        return byConsumers().assign(split, rules);
      },
    }));
    expect(writing).toContain('neither graph nor rules are changed');
  });
});

async function failures(create: () => SplitStrategy): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, run } of splitStrategyConformance({ create, planSplit }).cases) {
    await run().catch(() => failed.push(name));
  }
  return failed;
}
