import { findBase, type ResourceGraph, selectRoots } from '@lading/graph';
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

/**
 * Opens the source and plans its split. The caller closes it.
 *
 * @param given - A plan to take instead of making one.
 */
export async function planSource(
  context: CommandContext,
  settings: BuildSettings,
  given?: SplitPlan,
): Promise<PlannedSource> {
  const { graph, content } = await openSource(settings.source, settings.rules, context.signal);
  try {
    const roots = selectRoots(graph, rootTest(settings.rules));
    const plan =
      given === undefined
        ? planSplit(graph, settings.rules, { strategy: settings.strategy })
        : replanSplit(graph, given, settings.rules);
    return { graph, roots, base: findBase(graph, roots), content, plan, close: () => content.close() };
  } catch (error) {
    await content.close();
    throw error;
  }
}

function rootTest(rules: SplitRules): ((path: string) => boolean) | undefined {
  return rules.roots === undefined ? undefined : anyGlob(rules.roots);
}
