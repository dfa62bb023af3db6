/** One promise of a contract, as a named test. `run` rejects with a message that says what was expected. */
export interface ConformanceCase {
  readonly name: string;
  run(): Promise<void>;
}

/** All promises of one contract. Iterate `cases` yourself, or hand it to {@link runSuite}. */
export interface ConformanceSuite {
  readonly name: string;
  readonly cases: readonly ConformanceCase[];
}

/** What a test runner must offer: `describe` and `it` of vitest, jest, mocha and `node:test` all fit. */
export interface SuiteRunner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, body: () => Promise<void>) => unknown;
}

/**
 * Registers every case of a suite with a test runner.
 *
 * @example
 * import { describe, it } from 'node:test';
 * runSuite(byteSourceConformance({ create: async (bytes) => memorySource(bytes) }), { describe, it });
 */
export function runSuite(suite: ConformanceSuite, runner: SuiteRunner): void {
  runner.describe(suite.name, () => {
    for (const testCase of suite.cases) runner.it(testCase.name, () => testCase.run());
  });
}

/**
 * Leaves out cases by name, for an implementation that cannot keep a promise and says so.
 *
 * @throws Error where a name is not one of the suite: a skip that skips nothing hides a renamed case.
 */
export function withoutCases(suite: ConformanceSuite, skip: readonly string[] | undefined): ConformanceSuite {
  if (skip === undefined || skip.length === 0) return suite;
  const names = new Set(suite.cases.map((testCase) => testCase.name));
  for (const name of skip) {
    if (!names.has(name)) throw new Error(`suite "${suite.name}" has no case "${name}" to skip`);
  }
  return { name: suite.name, cases: suite.cases.filter((testCase) => !skip.includes(testCase.name)) };
}
