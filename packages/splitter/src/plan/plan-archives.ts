import type { ResourceGraph } from '@lading/graph';
import type { Group } from './check-assignment.js';
import { type CutPart, cutByContent } from './content-defined-cuts.js';
import { nameGroups, nameParts } from './group-names.js';
import { loadOrderOf } from './load-order.js';
import type { PlacementRule, PlannedArchive, PlannedResource } from './split-plan.js';
import { SPLIT_RULES_DEFAULTS, type SplitRules } from './split-rules.js';
import type { SplitGraph } from './split-strategy.js';

/** What a cut moves as a whole: one resource, or several that are kept together; `path` is the first one's. */
interface UnitItem {
  readonly path: string;
  readonly sizeBytes: number;
  readonly nodes: readonly number[];
}

const RULE_ORDER: readonly PlacementRule[] = ['named', 'strategy', 'root', 'shared', 'unreached'];

/** Names groups, cuts them to the size cap and puts each archive into load order. @internal */
export function planArchives(split: SplitGraph, groups: readonly Group[], rules: SplitRules): PlannedArchive[] {
  const { graph } = split;
  const names = nameGroups(groups, graph);
  const cut = groups
    .filter(({ nodes }) => nodes.length > 0)
    .map((group) => {
      const parts = cutByContent(unitItems(split, group.nodes), rules.maxArchiveBytes ?? Infinity);
      return { group, name: names.get(group) ?? '', parts };
    })
    .sort(groupOrder(rules));
  const partNames = nameParts(cut);
  const order = loadOrderOf(graph, rules.loadOrder);
  return cut.flatMap(({ group, name, parts }) =>
    parts.map((part) => ({
      name: partNames.get(part) ?? '',
      group: name,
      ...archiveFacts(group, graph, rules),
      sizeBytes: part.sizeBytes,
      resources: inLoadOrder(part, order).map((node) => resourceOf(split, node)),
    })),
  );
}

type ArchiveFacts = Pick<PlannedArchive, 'rule' | 'reason' | 'consumers' | 'priority' | 'meta'>;

function archiveFacts(group: Group, graph: ResourceGraph, rules: SplitRules): ArchiveFacts {
  const { rule, reason, consumers, meta } = group;
  return {
    rule,
    ...(reason === undefined ? {} : { reason }),
    consumers: consumers.map((root) => graph.pathOf(root)),
    priority: group.priority ?? rules.priority ?? SPLIT_RULES_DEFAULTS.priority,
    ...(meta === undefined ? {} : { meta }),
  };
}

/** Named archives stay in the order of their rules; all others are in order of their names. */
function groupOrder(
  rules: SplitRules,
): (a: { group: Group; name: string }, b: { group: Group; name: string }) => number {
  const places = new Map((rules.archives ?? []).map(({ name }, index) => [name, index]));
  const placeOf = (name: string): number => places.get(name) ?? Infinity;
  return (a, b) => {
    const byRule = RULE_ORDER.indexOf(a.group.rule) - RULE_ORDER.indexOf(b.group.rule);
    if (byRule !== 0) return byRule;
    if (a.group.rule === 'named' && placeOf(a.name) !== placeOf(b.name)) return placeOf(a.name) - placeOf(b.name);
    return a.name < b.name ? -1 : 1;
  };
}

function unitItems({ graph, sizeOf, unitOf }: SplitGraph, nodes: readonly number[]): UnitItem[] {
  const units = new Map<number, { path: string; sizeBytes: number; nodes: number[] }>();
  for (const node of nodes) {
    const unit = units.get(unitOf[node] ?? node);
    if (unit === undefined) {
      units.set(unitOf[node] ?? node, {
        path: graph.pathOf(node),
        sizeBytes: Math.max(0, sizeOf(node)),
        nodes: [node],
      });
    } else {
      unit.nodes.push(node);
      unit.sizeBytes += Math.max(0, sizeOf(node));
    }
  }
  // Nodes ascend, so units stand in the order of their first paths.
  return [...units.values()];
}

/** A node as plans have it. @internal */
export function resourceOf({ graph, sizeOf }: SplitGraph, node: number): PlannedResource {
  const hexDigest = graph.hexDigestOf(node);
  return { path: graph.pathOf(node), sizeBytes: sizeOf(node), ...(hexDigest === undefined ? {} : { hexDigest }) };
}

function inLoadOrder(part: CutPart<UnitItem>, order: (nodes: readonly number[]) => number[]): number[] {
  return order(part.items.flatMap(({ nodes }) => nodes).sort((a, b) => a - b));
}
