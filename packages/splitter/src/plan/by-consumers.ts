import { anyGlob, type PathPredicate } from './globs.js';
import type { ArchiveRule } from './split-rules.js';
import type { AssignedGroup, SplitStrategy } from './split-strategy.js';

/**
 * Makes the strategy that `planSplit` uses by default: the named archives in their order take what their globs match; for
 * all else there is one group per exact set of roots that need it, the empty set included.
 *
 * @example
 * planSplit(graph, rules, { strategy: byConsumers() }); // the same as planSplit(graph, rules)
 */
export function byConsumers(): SplitStrategy {
  return {
    name: 'by-consumers',
    assign({ graph, nodes, setOf, sets }, rules) {
      const named = (rules.archives ?? []).map((rule) => ({ ...groupOfRule(rule), matches: archivePredicate(rule) }));
      const bySet = new Map<number, number[]>();
      for (const node of nodes) {
        const path = named.length === 0 ? '' : graph.pathOf(node);
        const set = setOf[node] ?? -1;
        const owner = named.find(({ matches }) => matches(path))?.nodes ?? bySet.get(set);
        if (owner === undefined) bySet.set(set, [node]);
        else owner.push(node);
      }
      const unnamed = [...bySet].map(([set, members]) => groupOfSet(members, sets[set]?.length ?? 0));
      return { groups: [...named.map(({ matches: _, ...group }) => group), ...unnamed] };
    },
  };
}

function groupOfRule({ name, priority, meta }: ArchiveRule): AssignedGroup & { nodes: number[] } {
  return { rule: 'named', name, priority, meta, nodes: [] };
}

function groupOfSet(nodes: readonly number[], consumers: number): AssignedGroup {
  return { rule: consumers === 0 ? 'unreached' : consumers === 1 ? 'root' : 'shared', nodes };
}

function archivePredicate(rule: ArchiveRule): PathPredicate {
  const isIncluded = anyGlob(rule.include);
  const isExcluded = anyGlob(rule.exclude ?? []);
  return (path) => isIncluded(path) && !isExcluded(path);
}
