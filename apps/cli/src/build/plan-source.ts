import { findBase, type ResourceGraph, selectRoots } from '@lading/graph';
import type { ScanCache } from '@lading/graph/node';
import { anyGlob, type ContentSource, planSplit, replanSplit, type SplitPlan, type SplitRules } from '@lading/splitter';
import type { CommandContext } from '../command-context.js';
import type { BuildSettings } from '../config/settings.js';
import { openSource } from './open-source.js';

/** A plan, and everything that it was made from. */
export interface PlannedSource {
  readonly graph: ResourceGraph;
  readonly roots: Uint32Array;
  readonly base: Uint8Array;
  readonly content: ContentSource;
  readonly plan: SplitPlan;
  close(): Promise<void>;
}

/** How {@link planSource} plans. */
export interface PlanSourceOptions {
  /** A plan to take instead of making one. */
  readonly given?: SplitPlan | undefined;
  /** What is known of the files of a folder from an earlier plan. */
  readonly cache?: ScanCache | undefined;
}

/** Opens the source and plans its split. The caller closes it. */
export async function planSource(
  context: CommandContext,
  settings: BuildSettings,
  { given, cache }: PlanSourceOptions = {},
): Promise<PlannedSource> {
  const { source, rules } = settings;
  const { graph, content, unresolved } = await openSource(source, { rules, cache, signal: context.signal });
  try {
    const roots = selectRoots(graph, rootTest(settings.rules));
    const planned =
      given === undefined
        ? planSplit(graph, settings.rules, { strategy: settings.strategy })
        : replanSplit(graph, given, settings.rules);
    const plan = { ...planned, warnings: [...shortened(unresolved), ...planned.warnings] };
    return { graph, roots, base: findBase(graph, roots), content, plan, close: () => content.close() };
  } catch (error) {
    await content.close();
    throw error;
  }
}

const MAX_UNRESOLVED_SHOWN = 100;

/** So many lines as a person reads, and how many more there are. */
export function shortened(unresolved: readonly string[]): string[] {
  const more = unresolved.length - MAX_UNRESOLVED_SHOWN;
  const shown = unresolved.slice(0, MAX_UNRESOLVED_SHOWN);
  return more > 0 ? [...shown, `${more} more references lead nowhere`] : shown;
}

function rootTest(rules: SplitRules): ((path: string) => boolean) | undefined {
  return rules.roots === undefined ? undefined : anyGlob(rules.roots);
}
