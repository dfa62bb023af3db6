import { assertPlanIsWhole } from './assert-plan-is-whole.js';
import { mountOrder } from './mount-order.js';
import { planWarnings } from './plan-warnings.js';
import { rootFactsOf } from './root-facts.js';
import { rootsBelow } from './roots-below.js';
import type { gatherFacts } from './split-graph.js';
import type { PlannedArchive, SplitPlan } from './split-plan.js';
import type { SplitRules } from './split-rules.js';
import { variantAxes } from './variant-rules.js';

/**
 * Makes the plan of archives that are decided: which of them each root needs, what stays outside, what a reader should know.
 *
 * @throws SplitError `ERR_SPLIT_LOST` if a resource is in no archive or in two.
 * @internal
 */
export function assemblePlan(
  facts: ReturnType<typeof gatherFacts>,
  archives: readonly PlannedArchive[],
  rules: SplitRules,
): SplitPlan {
  const { split, rootPaths, excluded } = facts;
  const sumOf = (nodes: readonly number[]): { resources: number; sizeBytes: number } => ({
    resources: nodes.length,
    sizeBytes: nodes.reduce((sum, node) => sum + Math.max(0, split.sizeOf(node)), 0),
  });
  const plan: SplitPlan = {
    format: 'lading.plan/1',
    roots: mountOrder(rootPaths, archives, rootsBelow(split)),
    ...rootFactsOf(rootPaths, rules.rootRules ?? []),
    base: sumOf(facts.base),
    excluded: sumOf(excluded),
    ...(rules.variants === undefined ? {} : { variants: variantAxes(rules.variants) }),
    archives,
    warnings: planWarnings({ ...facts, archives, rules }),
  };
  assertPlanIsWhole(
    plan,
    split.nodes.map((node) => split.graph.pathOf(node)),
  );
  return plan;
}
