import { anyGlob } from './globs.js';
import type { RootFacts, SplitPlan } from './split-plan.js';
import type { RootRule } from './split-rules.js';

/** Finds for each root the first rule that matches; nothing where no root has any. @internal */
export function rootFactsOf(rootPaths: readonly string[], rules: readonly RootRule[]): Pick<SplitPlan, 'rootFacts'> {
  const compiled = rules.map(({ roots, policy, meta }) => ({
    matches: anyGlob([roots]),
    facts: { ...(policy === undefined ? {} : { policy }), ...(meta === undefined ? {} : { meta }) },
  }));
  const found = rootPaths.flatMap((path): [string, RootFacts][] => {
    const facts = compiled.find(({ matches }) => matches(path))?.facts;
    return facts === undefined || Object.keys(facts).length === 0 ? [] : [[path, facts]];
  });
  return found.length === 0 ? {} : { rootFacts: Object.fromEntries(found) };
}
