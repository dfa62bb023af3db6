import type { planSplit, SplitStrategy } from '@lading/splitter';
import { type ConformanceCase, type ConformanceSuite, withoutCases } from './conformance-suite.js';
import { STRATEGY_CASES } from './split-strategy-cases.js';

/** How {@link splitStrategyConformance} makes and tries a strategy. */
export interface SplitStrategyConformanceOptions {
  /** Makes a strategy, a new one for each case. */
  readonly create: () => SplitStrategy;
  /** `planSplit` of `@lading/splitter`. It is handed over, so that these suites load no code for Node alone. */
  readonly planSplit: typeof planSplit;
  /** Names of cases to leave out. */
  readonly skip?: readonly string[] | undefined;
}

/** One promise, tried with a new strategy. */
export type SplitStrategyCheck = (options: SplitStrategyConformanceOptions) => Promise<void>;

/**
 * All promises of `SplitStrategy` as cases: whatever passes may plan a release.
 *
 * @example
 * runSuite(splitStrategyConformance({ create: () => byConsumers(), planSplit }), { describe, it });
 */
export function splitStrategyConformance(options: SplitStrategyConformanceOptions): ConformanceSuite {
  const cases: ConformanceCase[] = Object.entries(STRATEGY_CASES).map(([name, check]) => ({
    name,
    run: () => check(options),
  }));
  return withoutCases({ name: 'SplitStrategy', cases }, options.skip);
}
