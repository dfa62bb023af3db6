import { isArchiveName, type Problem, type RootPolicy } from '@lading/manifest';
import { splitProblems } from '../split-error.js';
import type { PlacementRule, SplitPlan } from './split-plan.js';

type Fields = Readonly<Record<string, unknown>>;
type Report = (path: string, problem: string) => void;
type Check = (value: unknown, at: string, report: Report) => void;

const RULES: readonly PlacementRule[] = ['named', 'root', 'shared', 'unreached', 'strategy'];
const POLICIES: readonly RootPolicy[] = ['essential', 'prefetch', 'on-demand'];
const MAX_PRIORITY = 2 ** 31 - 1;

const isText: Check = expected('a text', (value) => typeof value === 'string');
const isSize: Check = expected(
  'a whole number of bytes',
  (value) => Number.isSafeInteger(value) && Number(value) >= -1,
);
const isCount: Check = expected('a whole number', (value) => Number.isSafeInteger(value) && Number(value) >= 0);
const isMeta: Check = expected('an object', isFields);

const SUM_FIELDS = { resources: isCount, sizeBytes: isSize } as const;
const RESOURCE_FIELDS = { path: isText, 'as?': isText, sizeBytes: isSize, 'hexDigest?': isText } as const;
const FACTS_FIELDS = {
  'policy?': expected(POLICIES.join(', '), (value) => POLICIES.some((known) => known === value)),
  'meta?': isMeta,
} as const;
const ARCHIVE_FIELDS = {
  name: expected('an archive name', (value) => typeof value === 'string' && isArchiveName(value)),
  group: isText,
  rule: expected(RULES.join(', '), (value) => RULES.some((known) => known === value)),
  'reason?': isText,
  'variant?': isText,
  consumers: listOf(isText),
  priority: expected(`a whole number to ${MAX_PRIORITY}`, (value) => isWithin(value, MAX_PRIORITY)),
  'meta?': isMeta,
  sizeBytes: isSize,
  resources: listOf(object(RESOURCE_FIELDS)),
} as const;
const isPlan: Check = object({
  format: expected('"lading.plan/1"', (value) => value === 'lading.plan/1'),
  roots: recordOf(listOf(isText)),
  'rootFacts?': recordOf(object(FACTS_FIELDS)),
  base: object(SUM_FIELDS),
  excluded: object(SUM_FIELDS),
  'variants?': listOf(object({ axis: isText, values: listOf(isText) })),
  archives: listOf(object(ARCHIVE_FIELDS)),
  warnings: listOf(isText),
});

/**
 * Checks a plan that comes from outside: one that was printed, and perhaps edited. A field that is not known is a problem, so
 * that a typing error never changes a split silently. What the plan says of a graph is checked by {@link replanSplit}.
 *
 * @param value - The plan as parsed JSON, or a document that holds it under `plan`, as `lading split --json` prints.
 * @throws SplitError `ERR_SPLIT_PLAN` with every problem in `details.problems` as `{ path, problem }`.
 * @example
 * parseSplitPlan(JSON.parse(JSON.stringify(planSplit(graph)))).format; // → 'lading.plan/1'
 */
export function parseSplitPlan(value: unknown): SplitPlan {
  const plan = isFields(value) && isFields(value.plan) ? value.plan : value;
  const problems: Problem[] = [];
  isPlan(plan, '', (path, problem) => problems.push({ path, problem }));
  if (problems.length === 0) return plan as SplitPlan;
  throw splitProblems('ERR_SPLIT_PLAN', 'The split plan is not right', problems, {
    hint: 'lading plan --json prints one; docs/plan.md says what its fields mean.',
  });
}

function expected(what: string, test: (value: unknown) => boolean): Check {
  return (value, at, report) => {
    if (!test(value)) report(at, `expected ${what}, got ${shown(value)}`);
  };
}

function listOf(check: Check): Check {
  return (value, at, report) => {
    if (!Array.isArray(value)) report(at, `expected a list, got ${shown(value)}`);
    else for (const [i, item] of value.entries()) check(item, `${at}/${i}`, report);
  };
}

function recordOf(check: Check): Check {
  return (value, at, report) => {
    if (!isFields(value)) report(at, `expected an object, got ${shown(value)}`);
    else for (const [key, item] of Object.entries(value)) check(item, `${at}/${pointer(key)}`, report);
  };
}

/** An object with exactly these fields; those whose name ends in `?` may be missing. */
function object(fields: Readonly<Record<string, Check>>): Check {
  const checks = new Map(Object.entries(fields).map(([name, check]) => [name.replace('?', ''), check]));
  const required = Object.keys(fields).filter((name) => !name.endsWith('?'));
  return (value, at, report) => {
    if (!isFields(value)) return report(at, `expected an object, got ${shown(value)}`);
    for (const name of required) if (!Object.hasOwn(value, name)) report(`${at}/${name}`, 'is missing');
    for (const [name, item] of Object.entries(value)) {
      const check = checks.get(name);
      if (check === undefined) report(`${at}/${pointer(name)}`, 'is not a field that is known');
      else check(item, `${at}/${name}`, report);
    }
  };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isWithin(value: unknown, max: number): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= max;
}

function shown(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : String(value);
}

/** A key as a JSON pointer has it (RFC 6901). */
function pointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
