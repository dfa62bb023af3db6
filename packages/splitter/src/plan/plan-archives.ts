import type { ResourceGraph } from '@lading/graph';
import type { Group } from './check-assignment.js';
import { type CutPart, cutByContent } from './content-defined-cuts.js';
import { nameGroups, nameParts } from './group-names.js';
import { loadOrderOf } from './load-order.js';
import type { PlacementRule, PlannedArchive, PlannedResource } from './split-plan.js';
import { SPLIT_RULES_DEFAULTS, type SplitRules } from './split-rules.js';
import type { SplitGraph } from './split-strategy.js';

interface NodeItem extends PlannedResource {
  readonly node: number;
}

const RULE_ORDER: readonly PlacementRule[] = ['named', 'strategy', 'root', 'shared', 'unreached'];

/** Names groups, cuts them to the size cap and puts each archive into load order. @internal */
export function planArchives(split: SplitGraph, groups: readonly Group[], rules: SplitRules): PlannedArchive[] {
  const { graph } = split;
  const names = nameGroups(groups, graph);
  const cut = groups
    .filter(({ nodes }) => nodes.length > 0)
    .map((group) => {
      const items = group.nodes.map((node) => itemOf(split, node));
      return { group, name: names.get(group) ?? '', parts: cutByContent(items, rules.maxArchiveBytes ?? Infinity) };
    })
    .sort(groupOrder(rules));
  const partNames = nameParts(cut);
  const order = loadOrderOf(graph);
  return cut.flatMap(({ group, name, parts }) =>
    parts.map((part) => ({
      name: partNames.get(part) ?? '',
      group: name,
      ...archiveFacts(group, graph, rules),
      sizeBytes: part.sizeBytes,
      resources: inLoadOrder(part, order),
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

function itemOf({ graph, sizeOf }: SplitGraph, node: number): NodeItem {
  const hexDigest = graph.hexDigestOf(node);
  return { node, path: graph.pathOf(node), sizeBytes: sizeOf(node), ...(hexDigest === undefined ? {} : { hexDigest }) };
}

function inLoadOrder(part: CutPart<NodeItem>, order: (nodes: readonly number[]) => number[]): PlannedResource[] {
  const byNode = new Map(part.items.map(({ node, ...resource }) => [node, resource]));
  return order([...byNode.keys()]).flatMap((node) => byNode.get(node) ?? []);
}
