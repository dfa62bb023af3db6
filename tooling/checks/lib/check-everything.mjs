import { runChecks } from './run-checks.mjs';
import { runTests } from './run-tests.mjs';

/** Runs all checks and all tests (or those that filters name), prints the sum (its last line is `N passed, N failed`) and sets the exit code. */
export async function checkEverything(filters) {
  const startedAt = performance.now();
  const checks = await runChecks();
  const tests = await runTests(filters);
  const broken = checks.filter((check) => !check.passed);
  const passed = checks.length - broken.length + tests.passed;
  const failed = broken.length + tests.failed;

  console.log(`\nChecks: ${checks.length - broken.length} of ${checks.length} passed`);
  for (const check of broken) console.log(`  ✗ ${check.name}`);
  console.log(`Tests: ${tests.passed} passed, ${tests.failed} failed, ${tests.skipped} skipped`);
  console.log(`Time: ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
