import { archivePredicates } from './archive-predicates.js';
import { type ConsumerGroup, mergeSmallSets } from './merge-small-sets.js';
import type { ArchiveRule } from './split-rules.js';
import type { AssignedGroup, SplitGraph, SplitStrategy } from './split-strategy.js';

/**
 * Makes the strategy that `planSplit` uses by default: the named archives in their order take what their globs match; for
 * all else there is one group per exact set of roots that need it, the empty set included. What is kept together goes where
 * all of it is needed, and with `shared.minBytes` small shared sets are merged.
 *
 * @example
 * planSplit(graph, rules, { strategy: byConsumers() }); // the same as planSplit(graph, rules)
 */
export function byConsumers(): SplitStrategy {
  return {
    name: 'by-consumers',
    assign(split, rules) {
      const { named, left } = placeNamed(split, rules.archives ?? []);
      const groups = groupByConsumers(split, left);
      const minBytes = rules.shared?.minBytes;
      const shared = groups.filter(({ consumers }) => consumers.length > 1);
      const others = groups.filter(({ consumers }) => consumers.length <= 1);
      const merged = minBytes === undefined ? shared : mergeSmallSets(shared, minBytes);
      return { groups: [...named, ...[...others, ...merged].map(assignedGroup)] };
    },
  };
}

function placeNamed(
  { graph, nodes }: SplitGraph,
  rules: readonly ArchiveRule[],
): { named: AssignedGroup[]; left: readonly number[] } {
  if (rules.length === 0) return { named: [], left: nodes };
  const predicates = archivePredicates(rules);
  const taken: number[][] = rules.map(() => []);
  const left: number[] = [];
  for (const node of nodes) {
    const path = graph.pathOf(node);
    const owner = predicates.findIndex((matches) => matches(path));
    (taken[owner] ?? left).push(node);
  }
  const named = rules.map(({ name, priority, meta }, i): AssignedGroup => {
    return { rule: 'named', name, priority, meta, nodes: taken[i] ?? [] };
  });
  return { named, left };
}

/** One group per exact set of consumers; a unit counts as one resource that all consumers of its members need. */
function groupByConsumers(split: SplitGraph, nodes: readonly number[]): ConsumerGroup[] {
  const groups = new Map<string, { consumers: readonly number[]; nodes: number[]; sizeBytes: number }>();
  const keyOfSet = new Map<number, string>();
  for (const [sets, members] of unitsOf(split, nodes)) {
    const [first = -1] = sets;
    const known = sets.size === 1 ? keyOfSet.get(first) : undefined;
    const consumers = known === undefined ? consumersOf(split, sets) : [];
    const key = known ?? consumers.join(' ');
    if (sets.size === 1) keyOfSet.set(first, key);
    const group = groups.get(key) ?? { consumers, nodes: [], sizeBytes: 0 };
    groups.set(key, group);
    for (const node of members) {
      group.nodes.push(node);
      group.sizeBytes += Math.max(0, split.sizeOf(node));
    }
  }
  return [...groups.values()];
}

function unitsOf({ unitOf, setOf }: SplitGraph, nodes: readonly number[]): Iterable<[Set<number>, number[]]> {
  const units = new Map<number, [Set<number>, number[]]>();
  for (const node of nodes) {
    const unit = unitOf[node] ?? node;
    const known = units.get(unit);
    if (known === undefined) units.set(unit, [new Set([setOf[node] ?? -1]), [node]]);
    else {
      known[0].add(setOf[node] ?? -1);
      known[1].push(node);
    }
  }
  return units.values();
}

function consumersOf({ sets }: SplitGraph, ids: ReadonlySet<number>): readonly number[] {
  const consumers = new Set([...ids].flatMap((set) => Array.from(sets[set] ?? [])));
  return [...consumers].sort((a, b) => a - b);
}

function assignedGroup({ consumers, nodes }: ConsumerGroup): AssignedGroup {
  const rule = consumers.length === 0 ? 'unreached' : consumers.length === 1 ? 'root' : 'shared';
  return { rule, nodes };
}
