import { consumerSets, findBase, NODE_VIRTUAL, type ResourceGraph, selectRoots } from '@lading/graph';
import type { ContentRequest } from '../content/content-source.js';
import { SplitError } from '../split-error.js';
import { assertPlanIsWhole } from './assert-plan-is-whole.js';
import { type CutPart, cutByContent } from './content-defined-cuts.js';
import { anyGlob } from './globs.js';
import { nameGroups, nameParts } from './group-names.js';
import { loadOrderOf } from './load-order.js';
import { mountOrder } from './mount-order.js';
import { type GraphFacts, type Group, placeNodes } from './placement.js';
import { planWarnings } from './plan-warnings.js';
import { rootsBelow } from './roots-below.js';
import type { PlacementRule, PlannedArchive, PlannedResource, SplitPlan } from './split-plan.js';
import { SPLIT_RULES_DEFAULTS, type SplitRules } from './split-rules.js';

/** Options of {@link planSplit}. */
export interface PlanSplitOptions {
  /** The stored size of a resource in bytes, asked where the graph does not know it. Default: nobody does. */
  readonly sizeOf?: ((resource: ContentRequest) => number | undefined) | undefined;
}

interface NodeItem extends PlannedResource {
  readonly node: number;
}

const RULE_ORDER: readonly PlacementRule[] = ['named', 'root', 'shared', 'unreached'];

/**
 * Plans which archive each resource goes to. Pure: an equal graph and equal rules give an equal plan, whatever the order
 * in which the graph was filled. Every resource that is neither in the base nor left out is in exactly one archive.
 *
 * The first rule that fits places a resource: `exclude`, the named archives in their order, an archive per root for what
 * that root alone needs, one per exact set of roots for what several need, and `rest` for what no root reaches. With
 * `maxArchiveBytes` each of these is cut at places that its paths choose, so that an edit leaves other archives alone.
 *
 * @param graph - Closed graph; sizes are those of the stored content.
 * @param rules - As `checkSplitRules` returns them. Default: the graph's own roots, no cap.
 * @throws SplitError `ERR_SPLIT_NO_ROOTS` where there is no root (and no named archive to do without), or a pattern of
 *   `rules.roots` matches nothing at all; `ERR_SPLIT_LOST` if a resource is in no archive or in two.
 * @example
 * planSplit(graph, { roots: ['/levels/*.json'], maxArchiveBytes: 8_388_608 }).archives.map(({ name }) => name);
 * // → ['levels-1', 'levels-2', 'shared-3fa2']
 */
export function planSplit(graph: ResourceGraph, rules: SplitRules = {}, options: PlanSplitOptions = {}): SplitPlan {
  const facts = gatherFacts(graph, rules);
  const rootPaths = Array.from(facts.roots, (node) => graph.pathOf(node));
  const { groups, excluded } = placeNodes(facts, rules);
  const sizeOf = sizeReader(graph, options);
  const archives = planArchives(facts, groups, rules, sizeOf);
  const isOutside = new Uint8Array(graph.nodeCount);
  for (const node of facts.nodes) isOutside[node] = 1;
  const plan: SplitPlan = {
    format: 'lading.plan/1',
    roots: mountOrder(rootPaths, archives, rootsBelow(facts)),
    base: sumOf(
      nodesWhere(graph, (node) => isOutside[node] === 0 && !isVirtual(graph, node)),
      sizeOf,
    ),
    excluded: sumOf(excluded, sizeOf),
    archives,
    warnings: planWarnings({ facts, rootPaths, groups, excluded, archives, rules }),
  };
  assertPlanIsWhole(plan, expectedPaths(facts, excluded));
  return plan;
}

function gatherFacts(graph: ResourceGraph, rules: SplitRules): GraphFacts {
  const roots = Uint32Array.from(chooseRoots(graph, rules)).sort();
  const base = findBase(graph, roots);
  const consumers = consumerSets(graph, { roots, base });
  const sets = consumers.sets.map((members) => members.map((index) => consumers.roots[index] ?? 0));
  const nodes = nodesWhere(graph, (node) => base[node] === 0 && !isVirtual(graph, node));
  return { graph, roots, nodes, setOf: consumers.setOf, sets };
}

function chooseRoots(graph: ResourceGraph, rules: SplitRules): ArrayLike<number> {
  const globs = rules.roots;
  const roots = globs === undefined ? selectRoots(graph) : selectRoots(graph, anyGlob(globs));
  const isNeeded = globs === undefined ? (rules.archives ?? []).length === 0 : globs.length > 0;
  if (roots.length > 0 || !isNeeded) return roots;
  if (globs !== undefined) {
    throw new SplitError('ERR_SPLIT_NO_ROOTS', `No resource matches the roots ${globs.join(', ')}`, {
      details: { roots: [...globs], resources: graph.nodeCount },
      hint: 'Patterns match whole resource paths: /levels/*.json takes /levels/1.json, not /a/levels/1.json.',
    });
  }
  throw new SplitError('ERR_SPLIT_NO_ROOTS', 'The graph marks no root, and the rules name none', {
    details: { resources: graph.nodeCount },
    hint: 'Name what players ask for as a whole in roots (for example /levels/*.json), or tick Exclude on a collection proxy.',
  });
}

type SizeReader = (node: number) => number;

function sizeReader(graph: ResourceGraph, { sizeOf }: PlanSplitOptions): SizeReader {
  return (node) => {
    const known = graph.sizesBytes[node] ?? -1;
    if (known >= 0 || sizeOf === undefined) return known;
    return sizeOf({ path: graph.pathOf(node), hexDigest: graph.hexDigestOf(node) }) ?? -1;
  };
}

function planArchives(
  facts: GraphFacts,
  groups: readonly Group[],
  rules: SplitRules,
  sizeOf: SizeReader,
): PlannedArchive[] {
  const names = nameGroups(groups, facts.graph);
  const cut = groups
    .filter(({ nodes }) => nodes.length > 0)
    .map((group) => {
      const items = group.nodes.map((node) => itemOf(facts.graph, node, sizeOf));
      return { group, name: names.get(group) ?? '', parts: cutByContent(items, rules.maxArchiveBytes ?? Infinity) };
    })
    .sort((a, b) => compareGroups(a, b));
  const partNames = nameParts(cut);
  const order = loadOrderOf(facts.graph);
  return cut.flatMap(({ group, name, parts }) =>
    parts.map((part) => ({
      name: partNames.get(part) ?? '',
      group: name,
      rule: group.rule,
      consumers: group.consumers.map((root) => facts.graph.pathOf(root)),
      priority: group.archiveRule?.priority ?? rules.priority ?? SPLIT_RULES_DEFAULTS.priority,
      ...(group.archiveRule?.meta === undefined ? {} : { meta: group.archiveRule.meta }),
      sizeBytes: part.sizeBytes,
      resources: inLoadOrder(part, order),
    })),
  );
}

/** Named archives stay in the order of their rules (the sort is stable); all others are in order of their names. */
function compareGroups(a: { group: Group; name: string }, b: { group: Group; name: string }): number {
  const byRule = RULE_ORDER.indexOf(a.group.rule) - RULE_ORDER.indexOf(b.group.rule);
  if (byRule !== 0 || a.group.rule === 'named') return byRule;
  return a.name < b.name ? -1 : 1;
}

function itemOf(graph: ResourceGraph, node: number, sizeOf: SizeReader): NodeItem {
  const hexDigest = graph.hexDigestOf(node);
  return { node, path: graph.pathOf(node), sizeBytes: sizeOf(node), ...(hexDigest === undefined ? {} : { hexDigest }) };
}

function inLoadOrder(part: CutPart<NodeItem>, order: (nodes: readonly number[]) => number[]): PlannedResource[] {
  const byNode = new Map(part.items.map(({ node, ...resource }) => [node, resource]));
  return order([...byNode.keys()]).flatMap((node) => byNode.get(node) ?? []);
}

function* expectedPaths({ graph, nodes }: GraphFacts, excluded: readonly number[]): Iterable<string> {
  const left = new Set(excluded);
  for (const node of nodes) if (!left.has(node)) yield graph.pathOf(node);
}

function nodesWhere(graph: ResourceGraph, matches: (node: number) => boolean): number[] {
  const nodes: number[] = [];
  for (let node = 0; node < graph.nodeCount; node++) if (matches(node)) nodes.push(node);
  return nodes;
}

function isVirtual(graph: ResourceGraph, node: number): boolean {
  return ((graph.flags[node] ?? 0) & NODE_VIRTUAL) !== 0;
}

function sumOf(nodes: readonly number[], sizeOf: SizeReader): { resources: number; sizeBytes: number } {
  return { resources: nodes.length, sizeBytes: nodes.reduce((sum, node) => sum + Math.max(0, sizeOf(node)), 0) };
}
