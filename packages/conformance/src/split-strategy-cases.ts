import type { ResourceGraph } from '@lading/graph';
import type { Assignment, SplitPlan, SplitRules } from '@lading/splitter';
import { expectThat } from './expectations.js';
import type { SplitStrategyCheck, SplitStrategyConformanceOptions } from './split-strategy-conformance.js';
import { loadSample, SAMPLE_GRAPHS } from './split-strategy-samples.js';

const CAPPED: SplitRules = { maxArchiveBytes: 350 };
const EXCLUDING: SplitRules = { exclude: ['**/*.png', '/door'] };

/** What every strategy promises. */
export const STRATEGY_CASES: Readonly<Record<string, SplitStrategyCheck>> = {
  async 'it has a name'({ create }) {
    const { name } = create();
    expectThat(typeof name === 'string' && name !== '', `name is ${JSON.stringify(name)}`);
  },
  async 'each resource is in exactly one archive'(options) {
    await eachSample((graph) => void planned(options, graph));
  },
  async 'each resource is in exactly one archive under a size cap'(options) {
    await eachSample((graph) => void planned(options, graph, CAPPED));
  },
  async 'what the rules leave out is left alone'(options) {
    await eachSample((graph) => void planned(options, graph, EXCLUDING));
  },
  async 'equal input gives an equal plan, also from one strategy asked again'({ create, planSplit, skip }) {
    await eachSample((graph) => {
      const strategy = create();
      const [first, second] = [1, 2].map(() => planned({ create: () => strategy, planSplit, skip }, graph));
      expectSame(first, second, 'asked twice');
    });
  },
  async 'the order in which a graph was filled does not matter'(options) {
    for (const [what, sample] of Object.entries(SAMPLE_GRAPHS)) {
      const plans = [await loadSample(sample), await loadSample(sample, true)].map((graph) => planned(options, graph));
      expectSame(plans[0], plans[1], what);
    }
  },
  async 'plans of other graphs leave no trace'({ create, planSplit, skip }) {
    const strategy = create();
    const used = { create: () => strategy, planSplit, skip };
    await eachSample((graph) => void planned(used, graph));
    await eachSample((graph) => expectSame(planned(used, graph), planned({ create, planSplit }, graph), 'used before'));
  },
  async 'neither graph nor rules are changed'(options) {
    await eachSample((graph) => {
      const before = copyOf(graph);
      planned(options, graph, Object.freeze({ ...CAPPED, archives: Object.freeze([]), exclude: Object.freeze([]) }));
      expectSame(before, copyOf(graph), 'the graph');
    });
  },
  async 'assign answers at once, with groups'({ create, planSplit }) {
    await eachSample((graph) => {
      const { name, ...strategy } = create();
      const seen: Assignment[] = [];
      const assign: typeof strategy.assign = (split, rules) => {
        const assignment = strategy.assign(split, rules);
        seen.push(assignment);
        return assignment;
      };
      planSplit(graph, {}, { strategy: { name, assign } });
      expectThat(Array.isArray(seen[0]?.groups), 'assign must return { groups: [...] }, not a promise');
    });
  },
};

async function eachSample(check: (graph: ResourceGraph) => void): Promise<void> {
  for (const [what, sample] of Object.entries(SAMPLE_GRAPHS)) {
    const graph = await loadSample(sample);
    try {
      check(graph);
    } catch (cause) {
      throw new Error(`${what}: ${(cause as Error).message}`, { cause });
    }
  }
}

/** `planSplit` itself throws where a resource is lost, doubled or out of place. */
function planned(options: SplitStrategyConformanceOptions, graph: ResourceGraph, rules: SplitRules = {}): SplitPlan {
  return options.planSplit(graph, rules, { strategy: options.create() });
}

function expectSame(a: unknown, b: unknown, what: string): void {
  expectThat(JSON.stringify(a) === JSON.stringify(b), `${what}: expected equal results, they differ`);
}

function copyOf({ edgeStarts, edgeTargets, flags, sizesBytes }: ResourceGraph): unknown {
  return [edgeStarts, edgeTargets, flags, sizesBytes].map((list) => Array.from<number>(list));
}
