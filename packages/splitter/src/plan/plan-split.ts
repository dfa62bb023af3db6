import type { ResourceGraph } from '@lading/graph';
import type { ContentRequest } from '../content/content-source.js';
import { assemblePlan } from './assemble-plan.js';
import { byConsumers } from './by-consumers.js';
import { groupsOf } from './check-assignment.js';
import { planArchives } from './plan-archives.js';
import { gatherFacts } from './split-graph.js';
import type { SplitPlan } from './split-plan.js';
import type { SplitRules } from './split-rules.js';
import type { SplitStrategy } from './split-strategy.js';

/** Options of {@link planSplit}. */
export interface PlanSplitOptions {
  /** The stored size of a resource in bytes, asked where the graph does not know it. Default: nobody does. */
  readonly sizeOf?: ((resource: ContentRequest) => number | undefined) | undefined;
  /** Decides which resources go together. Default: `byConsumers()`. */
  readonly strategy?: SplitStrategy | undefined;
}

/**
 * Plans which archive each resource goes to. Pure: an equal graph and equal rules give an equal plan, whatever the order
 * in which the graph was filled. Every resource that is neither in the base nor left out is in exactly one archive.
 *
 * The first rule that fits places a resource: `exclude`, the named archives in their order, an archive per root for what
 * that root alone needs, one per exact set of roots for what several need, and `rest` for what no root reaches. With
 * `maxArchiveBytes` each of these is cut at places that its paths choose, so that an edit leaves other archives alone.
 *
 * @param graph - Closed graph; sizes are those of the stored content.
 * Another `strategy` may decide instead which resources go together; names, cap, load order and the check of the result stay
 * what they are.
 *
 * @param rules - As `checkSplitRules` returns them. Default: the graph's own roots, no cap.
 * @throws SplitError `ERR_SPLIT_NO_ROOTS` where there is no root (and no named archive to do without), or a pattern of
 *   `rules.roots` matches nothing at all; `ERR_SPLIT_LOST` if a resource is in no archive or in two;
 *   `ERR_SPLIT_VARIANTS` where files cannot be the variants that the rules make of them.
 * @example
 * planSplit(graph, { roots: ['/levels/*.json'], maxArchiveBytes: 8_388_608 }).archives.map(({ name }) => name);
 * // → ['levels-1', 'levels-2', 'shared-3fa2']
 */
export function planSplit(graph: ResourceGraph, rules: SplitRules = {}, options: PlanSplitOptions = {}): SplitPlan {
  const { strategy = byConsumers() } = options;
  const facts = gatherFacts(graph, rules, options.sizeOf);
  const groups = groupsOf(strategy.assign(facts.split, rules), facts.split, strategy);
  const archives = planArchives(facts, groups, rules);
  return assemblePlan(facts, archives, rules);
}
