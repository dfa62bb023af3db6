import type { ResourceGraph } from '@lading/graph';
import type { Group } from './check-assignment.js';
import { type CutPart, cutByContent } from './content-defined-cuts.js';
import { nameGroups, nameParts, nameVariants } from './group-names.js';
import { loadOrderOf } from './load-order.js';
import type { SplitFacts } from './split-graph.js';
import type { PlacementRule, PlannedArchive, PlannedResource } from './split-plan.js';
import { SPLIT_RULES_DEFAULTS, type SplitRules } from './split-rules.js';
import type { SplitGraph } from './split-strategy.js';
import { byVariant } from './variant-nodes.js';
import { variantOrder } from './variant-rules.js';

/** What a cut moves as a whole: one resource, or several that are kept together; `path` is the first one's. */
interface UnitItem {
  readonly path: string;
  readonly sizeBytes: number;
  readonly nodes: readonly number[];
}

const RULE_ORDER: readonly PlacementRule[] = ['named', 'strategy', 'root', 'shared', 'unreached'];

/**
 * Names groups, parts their variants, cuts them to the size cap and puts each archive into load order.
 *
 * @internal
 */
export function planArchives(facts: SplitFacts, groups: readonly Group[], rules: SplitRules): PlannedArchive[] {
  const { split, variants } = facts;
  const { graph } = split;
  const names = nameGroups(groups, graph);
  const variantPlace = variantOrder(rules.variants ?? {});
  const parted = groups
    .filter(({ nodes }) => nodes.length > 0)
    .map((group) => ({ group, groupName: names.get(group) ?? '' }))
    .sort(groupOrder(rules))
    .flatMap(({ group, groupName }) =>
      byVariant(group.nodes, variants, variantPlace).map(([variant, nodes]) => ({ group, groupName, variant, nodes })),
    );
  const variantNames = nameVariants(parted, new Set(names.values()));
  const cut = parted.map((part) => {
    const parts = cutByContent(unitItems(split, part.nodes), rules.maxArchiveBytes ?? Infinity);
    return { ...part, name: variantNames.get(part) ?? part.groupName, parts };
  });
  const partNames = nameParts(cut);
  const order = loadOrderOf(facts, rules.loadOrder);
  return cut.flatMap(({ group, groupName, variant, parts }) =>
    parts.map((part) => ({
      name: partNames.get(part) ?? '',
      group: groupName,
      ...archiveFacts(group, graph, rules),
      ...(variant === undefined ? {} : { variant }),
      sizeBytes: part.sizeBytes,
      resources: inLoadOrder(part, order).map((node) => resourceOf(facts, node)),
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
): (a: { group: Group; groupName: string }, b: { group: Group; groupName: string }) => number {
  const places = new Map((rules.archives ?? []).map(({ name }, index) => [name, index]));
  const placeOf = (name: string): number => places.get(name) ?? Infinity;
  return (a, b) => {
    const byRule = RULE_ORDER.indexOf(a.group.rule) - RULE_ORDER.indexOf(b.group.rule);
    if (byRule !== 0) return byRule;
    const byPlace = placeOf(a.groupName) - placeOf(b.groupName);
    if (a.group.rule === 'named' && byPlace !== 0 && !Number.isNaN(byPlace)) return byPlace;
    return a.groupName < b.groupName ? -1 : 1;
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
export function resourceOf({ split: { graph, sizeOf }, variants }: SplitFacts, node: number): PlannedResource {
  const hexDigest = graph.hexDigestOf(node);
  const as = variants.get(node)?.path;
  return {
    path: graph.pathOf(node),
    ...(as === undefined ? {} : { as }),
    sizeBytes: sizeOf(node),
    ...(hexDigest === undefined ? {} : { hexDigest }),
  };
}

function inLoadOrder(part: CutPart<UnitItem>, order: (nodes: readonly number[]) => number[]): number[] {
  return order(part.items.flatMap(({ nodes }) => nodes).sort((a, b) => a - b));
}
