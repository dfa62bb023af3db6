import { isArchiveName, type Problem } from '@lading/manifest';
import { printable, splitProblems } from '../split-error.js';
import type { AssignedGroup, Assignment, SplitGraph, SplitStrategy } from './split-strategy.js';

/** A group that was checked, with the roots that need any of it. @internal */
export interface Group extends AssignedGroup {
  /** Ascending. */
  readonly nodes: readonly number[];
  /** Node ids of roots, ascending. */
  readonly consumers: readonly number[];
}

const MAX_PRIORITY = 2 ** 31 - 1;

/**
 * Checks what a strategy assigned, and finds who needs each group. Whatever order the strategy chose is gone behind this.
 *
 * @throws SplitError `ERR_SPLIT_LOST` with every node that is lost, doubled or not to be placed, and every name, priority
 *   or group that cannot be.
 * @internal
 */
export function groupsOf(assignment: Assignment, split: SplitGraph, { name }: SplitStrategy): Group[] {
  const problems: Problem[] = [];
  const report = (path: string, problem: string): unknown => problems.push({ path, problem });
  reportNodes(assignment, split, report);
  const groups = problems.length > 0 ? [] : assignment.groups.map((group) => groupOf(group, split));
  reportGroups(groups, report);
  if (problems.length === 0) return groups;
  throw splitProblems('ERR_SPLIT_LOST', `The strategy ${printable(name)} did not place everything once`, problems, {
    hint: 'assign() must put each node of graph.nodes into exactly one group. splitStrategyConformance tests a strategy.',
  });
}

type Report = (path: string, problem: string) => unknown;

function reportNodes({ groups }: Assignment, { graph, nodes }: SplitGraph, report: Report): void {
  const isWaiting = new Uint8Array(graph.nodeCount);
  const isPlaced = new Uint8Array(graph.nodeCount);
  for (const node of nodes) isWaiting[node] = 1;
  for (const group of groups) {
    for (const node of group.nodes) {
      if (isPlaced[node] === 1) report(graph.pathOf(node), 'is in two groups, or twice in one');
      else if (isWaiting[node] !== 1) report(labelOf(node, graph), 'is in a group and must not be');
      else isPlaced[node] = 1;
    }
  }
  for (const node of nodes) if (isPlaced[node] !== 1) report(graph.pathOf(node), 'is in no group');
}

function labelOf(node: number, graph: SplitGraph['graph']): string {
  return Number.isInteger(node) && node >= 0 && node < graph.nodeCount ? graph.pathOf(node) : `node ${node}`;
}

function groupOf(group: AssignedGroup, { setOf, sets }: SplitGraph): Group {
  const ids = new Set(group.nodes.map((node) => setOf[node] ?? -1));
  const consumers = new Set([...ids].flatMap((set) => Array.from(sets[set] ?? [])));
  const ascending = (a: number, b: number): number => a - b;
  return { ...group, nodes: [...group.nodes].sort(ascending), consumers: [...consumers].sort(ascending) };
}

function reportGroups(groups: readonly Group[], report: Report): void {
  const names = new Set<string>();
  const unnamed = new Set<string>();
  for (const { name, consumers, nodes, priority } of groups) {
    if (priority !== undefined && !(Number.isInteger(priority) && priority >= 0 && priority <= MAX_PRIORITY)) {
      report(name ?? '', `has priority ${priority}: expected a whole number from 0 to ${MAX_PRIORITY}`);
    }
    if (name === undefined) {
      const key = consumers.join(' ');
      if (nodes.length > 0 && unnamed.has(key)) report('', 'two groups without a name are needed by the same roots');
      unnamed.add(key);
      continue;
    }
    if (!isArchiveName(name)) report(name, 'is not an archive name');
    if (names.has(name)) report(name, 'is the name of two groups');
    names.add(name);
  }
}
