import type { ResourceGraph } from '@lading/graph';
import { anyGlob, type PathPredicate } from './globs.js';
import type { PlacementRule } from './split-plan.js';
import type { ArchiveRule, SplitRules } from './split-rules.js';

/** What the graph says of the nodes that are to be placed. @internal */
export interface GraphFacts {
  readonly graph: ResourceGraph;
  /** Node ids of the roots, ascending. */
  readonly roots: Uint32Array;
  /** Nodes that rules do place: neither in the base nor virtual, ascending. */
  readonly nodes: readonly number[];
  /** Per node the index of its set of consumers in `sets`; a node that no root needs has none, or an empty one. */
  readonly setOf: Int32Array;
  /** Sets of roots, as ascending node ids. */
  readonly sets: readonly Uint32Array[];
}

/** Resources that one rule puts together. @internal */
export interface Group {
  readonly rule: PlacementRule;
  /** What the group stands for; unique. */
  readonly key: string;
  readonly archiveRule?: ArchiveRule | undefined;
  /** Ascending. */
  readonly nodes: readonly number[];
  /** Node ids of the roots that need any of these, ascending. */
  readonly consumers: readonly number[];
}

/** Where every node goes. @internal */
export interface Placement {
  readonly groups: readonly Group[];
  readonly excluded: readonly number[];
}

interface Draft {
  readonly rule: PlacementRule;
  readonly key: string;
  readonly archiveRule?: ArchiveRule | undefined;
  readonly nodes: number[];
  /** Indexes of sets of consumers. */
  readonly sets: Set<number>;
}

/**
 * Puts every node into exactly one group. The first rule that fits decides: left out, named archives in their order,
 * one root alone, an exact set of roots, no root.
 *
 * @internal
 */
export function placeNodes(facts: GraphFacts, rules: SplitRules): Placement {
  const isExcluded = anyGlob(rules.exclude ?? []);
  const named = (rules.archives ?? []).map((rule) => ({ rule, matches: archivePredicate(rule) }));
  const needsPath = named.length > 0 || (rules.exclude ?? []).length > 0;
  const drafts = new Map<string, Draft>(named.map(({ rule }) => [`named ${rule.name}`, namedDraft(rule)]));
  const draftsBySet = new Map<number, Draft>();
  const excluded: number[] = [];
  for (const node of facts.nodes) {
    const path = needsPath ? facts.graph.pathOf(node) : '';
    if (needsPath && isExcluded(path)) {
      excluded.push(node);
      continue;
    }
    const set = facts.setOf[node] ?? -1;
    const owner = named.find(({ matches }) => matches(path));
    const draft = owner === undefined ? draftOfSet(set) : drafts.get(`named ${owner.rule.name}`);
    draft?.nodes.push(node);
    draft?.sets.add(set);
  }
  return { groups: [...drafts.values()].map((draft) => groupOf(draft, facts)), excluded };

  function draftOfSet(set: number): Draft {
    const known = draftsBySet.get(set);
    if (known !== undefined) return known;
    const draft = unnamedDraft(drafts, facts.sets[set] ?? new Uint32Array());
    draftsBySet.set(set, draft);
    return draft;
  }
}

function namedDraft(rule: ArchiveRule): Draft {
  return { rule: 'named', key: rule.name, archiveRule: rule, nodes: [], sets: new Set() };
}

/** The draft of a set of consumers: its key is the set itself. */
function unnamedDraft(drafts: Map<string, Draft>, consumers: Uint32Array): Draft {
  const key = consumers.join(' ');
  const known = drafts.get(key);
  if (known !== undefined) return known;
  const rule = consumers.length === 0 ? 'unreached' : consumers.length === 1 ? 'root' : 'shared';
  const draft: Draft = { rule, key, nodes: [], sets: new Set() };
  drafts.set(key, draft);
  return draft;
}

function groupOf({ rule, key, archiveRule, nodes, sets }: Draft, facts: GraphFacts): Group {
  const consumers = new Set([...sets].flatMap((set) => Array.from(facts.sets[set] ?? [])));
  return { rule, key, archiveRule, nodes, consumers: [...consumers].sort((a, b) => a - b) };
}

function archivePredicate(rule: ArchiveRule): PathPredicate {
  const isIncluded = anyGlob(rule.include);
  const isExcluded = anyGlob(rule.exclude ?? []);
  return (path) => isIncluded(path) && !isExcluded(path);
}
