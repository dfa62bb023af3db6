import type { PlacementRule, PlannedArchive, SplitPlan } from './split-plan.js';

const RANK: Readonly<Record<PlacementRule, number>> = { shared: 0, named: 1, strategy: 1, root: 2, unreached: 3 };

/**
 * Says which archives each root needs, in mount order: lower priorities first, then what more roots share, the root's own
 * last. So the archive whose manifest announces the root's content comes when the rest of it is there.
 *
 * @internal
 */
export function mountOrder(
  rootPaths: readonly string[],
  archives: readonly PlannedArchive[],
  rootsBelow: ReadonlyMap<string, ReadonlySet<string>>,
): SplitPlan['roots'] {
  const own = new Map<string, PlannedArchive[]>(rootPaths.map((path) => [path, []]));
  for (const archive of archives) for (const path of archive.consumers) own.get(path)?.push(archive);
  const needed = rootPaths.map((path) => {
    const all = new Set([path, ...(rootsBelow.get(path) ?? [])].flatMap((root) => own.get(root) ?? []));
    return [path, [...all].sort(compareMounts).map(({ name }) => name)] as const;
  });
  return Object.fromEntries(needed);
}

function compareMounts(a: PlannedArchive, b: PlannedArchive): number {
  if (a.priority !== b.priority) return a.priority - b.priority;
  if (a.rule !== b.rule) return RANK[a.rule] - RANK[b.rule];
  if (a.consumers.length !== b.consumers.length) return b.consumers.length - a.consumers.length;
  return a.name < b.name ? -1 : 1;
}
