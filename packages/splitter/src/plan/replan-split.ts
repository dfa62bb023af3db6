import type { ResourceGraph } from '@lading/graph';
import type { Problem } from '@lading/manifest';
import { splitProblems } from '../split-error.js';
import { assemblePlan } from './assemble-plan.js';
import { groupsOf } from './check-assignment.js';
import { resourceOf } from './plan-archives.js';
import type { PlanSplitOptions } from './plan-split.js';
import { gatherFacts, type SplitFacts } from './split-graph.js';
import type { PlannedArchive, SplitPlan } from './split-plan.js';
import type { SplitRules } from './split-rules.js';
import type { AssignedGroup } from './split-strategy.js';

/**
 * Takes a plan that was made before, and perhaps edited, for a graph of today. The plan decides which resource is in which
 * archive, their order, names, priorities and user fields, and what the release says of roots. What follows from the graph is
 * worked out anew: sizes, consumers, and which archives each root needs. Nothing is cut: a size cap is only checked.
 *
 * Resources that came or went since the plan was made are problems: a plan never loses one silently.
 *
 * @param rules - Those that the plan was made with: they say what the roots are and what is left out.
 * @throws SplitError `ERR_SPLIT_PLAN` with every resource that the graph does not have, every root that only one of the two
 *   knows, and every resource in an archive of another variant; `ERR_SPLIT_LOST` with every resource that is in no archive or in two.
 * @example
 * replanSplit(graph, planSplit(graph, rules), rules); // an equal plan
 */
export function replanSplit(
  graph: ResourceGraph,
  plan: SplitPlan,
  rules: SplitRules = {},
  { sizeOf }: Pick<PlanSplitOptions, 'sizeOf'> = {},
): SplitPlan {
  const facts = gatherFacts(graph, rules, sizeOf);
  const problems = [
    ...rootProblems(plan, facts.rootPaths),
    ...pathProblems(plan, graph),
    ...variantProblems(plan, facts),
  ];
  if (problems.length > 0) {
    throw splitProblems('ERR_SPLIT_PLAN', 'The split plan does not fit the graph', problems, {
      hint: 'Plan again with lading plan --json, or edit the plan to match.',
    });
  }
  const { rootFacts: _, ...assembled } = assemblePlan(facts, archivesOf(plan, facts), rules);
  return plan.rootFacts === undefined ? assembled : { ...assembled, rootFacts: plan.rootFacts };
}

function rootProblems(plan: SplitPlan, rootPaths: readonly string[]): Problem[] {
  const planned = new Set([...Object.keys(plan.roots), ...Object.keys(plan.rootFacts ?? {})]);
  const known = new Set(rootPaths);
  return [
    ...[...planned].filter((path) => !known.has(path)).map((path) => ({ path, problem: 'is no root by the rules' })),
    ...rootPaths
      .filter((path) => !planned.has(path))
      .map((path) => ({ path, problem: 'is a root that the plan lacks' })),
  ];
}

function pathProblems({ archives }: SplitPlan, graph: ResourceGraph): Problem[] {
  return archives.flatMap(({ name, resources }) =>
    resources
      .filter(({ path }) => graph.nodeOf(path) < 0)
      .map(({ path }) => ({ path, problem: `is in archive ${name} of the plan, and not in the graph` })),
  );
}

function variantProblems({ archives }: SplitPlan, { split: { graph }, variants }: SplitFacts): Problem[] {
  return archives.flatMap(({ name, variant, resources }) =>
    resources.flatMap(({ path }) => {
      const own = variants.get(graph.nodeOf(path))?.variant;
      if (own === variant) return [];
      return [{ path, problem: `is ${own ?? 'no variant'}, and in archive ${name} of ${variant ?? 'no variant'}` }];
    }),
  );
}

function archivesOf({ archives }: SplitPlan, facts: SplitFacts): PlannedArchive[] {
  const { split } = facts;
  const { graph } = split;
  const nodesOf = (archive: PlannedArchive): number[] => archive.resources.map(({ path }) => graph.nodeOf(path));
  const groups = archives.map((archive): AssignedGroup => {
    const { rule, name, priority } = archive;
    return { rule, name, priority, nodes: nodesOf(archive) };
  });
  const checked = groupsOf({ groups }, split, { name: 'of the plan', assign: () => ({ groups }) });
  return archives.map((archive, i): PlannedArchive => {
    const resources = nodesOf(archive).map((node) => resourceOf(facts, node));
    return {
      ...archive,
      consumers: (checked[i]?.consumers ?? []).map((root) => graph.pathOf(root)),
      sizeBytes: resources.reduce((sum, resource) => sum + Math.max(0, resource.sizeBytes), 0),
      resources,
    };
  });
}
