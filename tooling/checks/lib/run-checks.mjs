import { CHECKS } from './check-list.mjs';
import { run } from './run.mjs';

const LANES = 2;

/** Runs every check of the list, two at a time, and prints one line for each, with the output of those that fail. */
export async function runChecks() {
  const results = new Map();
  const waiting = [...CHECKS];
  await Promise.all(Array.from({ length: LANES }, () => work(waiting, results)));
  return CHECKS.map((check) => ({ name: check.name, passed: results.get(check.name) === true }));
}

async function work(waiting, results) {
  while (waiting.length > 0) {
    const index = waiting.findIndex((check) => (check.after ?? []).every((name) => results.has(name)));
    if (index < 0) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      continue;
    }
    const [check] = waiting.splice(index, 1);
    results.set(check.name, await runCheck(check, results));
  }
}

async function runCheck(check, results) {
  const broken = (check.after ?? []).find((name) => results.get(name) !== true);
  if (broken) {
    console.log(`✗ ${check.name} (not run: ${broken} failed)`);
    return false;
  }
  const { code, output, ms } = await run(check.command);
  const seconds = `${(ms / 1000).toFixed(1)} s`;
  const lastLine = output.trim().split('\n').at(-1) ?? '';
  console.log(
    code === 0 ? `✓ ${check.name} (${seconds}) ${summaryOf(check, lastLine)}` : `✗ ${check.name} (${seconds})`,
  );
  if (code !== 0) console.log(output.trimEnd().replace(/^/gm, '  '));
  return code === 0;
}

/** Our own scripts end with a line worth showing; the output of other tools is theirs. */
function summaryOf(check, lastLine) {
  return check.command.includes('tsx') ? lastLine : '';
}
