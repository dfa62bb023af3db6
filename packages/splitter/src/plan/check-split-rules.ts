import {
  isArchiveName,
  isLadingError,
  isResourcePath,
  type JsonObject,
  type JsonValue,
  type Problem,
  type RootPolicy,
} from '@lading/manifest';
import { splitProblems } from '../split-error.js';
import { isArchiveReference, referenceProblems } from './archive-predicates.js';
import { parseByteSize } from './byte-size.js';
import { globProblem } from './globs.js';
import type { ArchiveRule, RootRule, SharedRule, SplitRules } from './split-rules.js';
import { reportVariantRules, type VariantRules } from './variant-rules.js';

const RULE_FIELDS = new Set([
  'roots',
  'archives',
  'exclude',
  'maxArchiveBytes',
  'keepTogether',
  'shared',
  'loadOrder',
  'variants',
  'priority',
]);
const ROOT_FIELDS = new Set(['policy', 'meta']);
const POLICIES: readonly RootPolicy[] = ['essential', 'prefetch', 'on-demand'];
const SHARED_FIELDS = new Set(['by', 'minBytes']);
const ARCHIVE_FIELDS = new Set(['name', 'include', 'exclude', 'priority', 'meta']);
const MAX_PRIORITY = 2 ** 31 - 1;
const MAX_META_DEPTH = 32;

type Fields = Readonly<Record<string, unknown>>;
type Report = (path: string, problem: string) => void;

/**
 * Checks split rules from a configuration file and returns them typed, sizes as numbers. `roots` may be globs in an
 * array or the keys of an object (`{ '/levels/*': { policy: 'prefetch', meta: { chapter: 1 } } }`), sizes may be texts (`'8 MiB'`). A field that
 * is not known is a problem, so that a typing error never changes a split silently.
 *
 * @throws SplitError `ERR_SPLIT_RULES` with every problem in `details.problems` as `{ path, problem }`.
 * @example
 * checkSplitRules({ roots: ['/levels/*.json'], maxArchiveBytes: '8 MiB' }).maxArchiveBytes; // → 8388608
 */
export function checkSplitRules(value: unknown): SplitRules {
  const problems: Problem[] = [];
  const report: Report = (path, problem) => problems.push({ path, problem });
  const rules = isFields(value) ? readRules(value, report) : undefined;
  if (rules === undefined) report('', `expected an object, got ${kindOf(value)}`);
  if (rules === undefined || problems.length > 0) {
    throw splitProblems('ERR_SPLIT_RULES', 'The split rules are not right', problems, {
      hint: 'Each problem is listed with its place in details.problems.',
    });
  }
  return rules;
}

function readRules(value: Fields, report: Report): SplitRules {
  reportUnknown(value, RULE_FIELDS, '', report);
  const roots = value.roots === undefined ? undefined : readRoots(value.roots, report);
  const rootRules = readRootRules(value.roots, report);
  const archives = value.archives === undefined ? undefined : readArchives(value.archives, report);
  const exclude = value.exclude === undefined ? undefined : readGlobs(value.exclude, '/exclude', report);
  const maxArchiveBytes =
    value.maxArchiveBytes === undefined ? undefined : readSize(value.maxArchiveBytes, '/maxArchiveBytes', report);
  const keepTogether = value.keepTogether === undefined ? undefined : readLists(value.keepTogether, report);
  const shared = value.shared === undefined ? undefined : readShared(value.shared, report);
  const loadOrder = value.loadOrder === undefined ? undefined : readPaths(value.loadOrder, '/loadOrder', report);
  const variants = value.variants === undefined ? undefined : readVariants(value.variants, report);
  const priority = value.priority === undefined ? undefined : readPriority(value.priority, '/priority', report);
  for (const { path, problem } of referenceProblems(archives ?? [])) report(path, problem);
  return { roots, rootRules, archives, exclude, maxArchiveBytes, keepTogether, shared, loadOrder, variants, priority };
}

function readRoots(value: unknown, report: Report): readonly string[] {
  return readGlobs(isFields(value) ? Object.keys(value) : value, '/roots', report);
}

function readRootRules(value: unknown, report: Report): readonly RootRule[] | undefined {
  if (!isFields(value)) return undefined;
  return Object.entries(value).flatMap(([roots, facts]): RootRule[] => {
    const at = `/roots/${pointer(roots)}`;
    if (!isFields(facts)) {
      report(at, `expected an object, got ${kindOf(facts)}`);
      return [];
    }
    reportUnknown(facts, ROOT_FIELDS, at, report);
    const policy = POLICIES.find((known) => known === facts.policy);
    if (facts.policy !== undefined && policy === undefined) report(`${at}/policy`, `expected ${POLICIES.join(', ')}`);
    const meta = facts.meta === undefined ? undefined : readMeta(facts.meta, `${at}/meta`, report);
    return [{ roots, policy, meta }];
  });
}

function readArchives(value: unknown, report: Report): readonly ArchiveRule[] {
  if (!Array.isArray(value)) {
    report('/archives', `expected an array, got ${kindOf(value)}`);
    return [];
  }
  const names = new Set<string>();
  return value.flatMap((item: unknown, index) => {
    const at = `/archives/${index}`;
    if (!isFields(item)) {
      report(at, `expected an object, got ${kindOf(item)}`);
      return [];
    }
    const rule = readArchive(item, at, report);
    if (names.has(rule.name))
      report(`${at}/name`, `${JSON.stringify(rule.name)} is already the name of another archive`);
    names.add(rule.name);
    return [rule];
  });
}

function readArchive(item: Fields, at: string, report: Report): ArchiveRule {
  reportUnknown(item, ARCHIVE_FIELDS, at, report);
  const name = typeof item.name === 'string' ? item.name : '';
  if (!isArchiveName(name)) {
    report(`${at}/name`, 'expected 1 to 64 characters of a-z, 0-9, ".", "_" and "-", beginning with a letter or digit');
  }
  const include = readGlobs(item.include, `${at}/include`, report);
  if (Array.isArray(item.include) && include.length === 0) report(`${at}/include`, 'expected at least one glob');
  return {
    name,
    include,
    exclude:
      item.exclude === undefined ? undefined : readGlobs(item.exclude, `${at}/exclude`, report, isArchiveReference),
    priority: item.priority === undefined ? undefined : readPriority(item.priority, `${at}/priority`, report),
    meta: item.meta === undefined ? undefined : readMeta(item.meta, `${at}/meta`, report),
  };
}

function readLists(value: unknown, report: Report): readonly (readonly string[])[] {
  if (Array.isArray(value)) {
    return value.map((list: unknown, index) => readGlobs(list, `/keepTogether/${index}`, report));
  }
  report('/keepTogether', `expected an array of arrays of globs, got ${kindOf(value)}`);
  return [];
}

function readShared(value: unknown, report: Report): SharedRule {
  if (!isFields(value)) {
    report('/shared', `expected an object, got ${kindOf(value)}`);
    return {};
  }
  reportUnknown(value, SHARED_FIELDS, '/shared', report);
  if (value.by !== undefined && value.by !== 'consumers') report('/shared/by', "expected 'consumers'");
  const { minBytes } = value;
  return {
    by: 'consumers',
    minBytes: minBytes === undefined ? undefined : readSize(minBytes, '/shared/minBytes', report),
  };
}

function readVariants(value: unknown, report: Report): VariantRules | undefined {
  if (!isFields(value)) {
    report('/variants', `expected an object of axes, got ${kindOf(value)}`);
    return undefined;
  }
  reportVariantRules(value, '/variants', report);
  return value as VariantRules; // Whoever asks gets it only where nothing was reported.
}

function readGlobs(
  value: unknown,
  at: string,
  report: Report,
  isOther: (text: string) => boolean = () => false,
): readonly string[] {
  if (!Array.isArray(value)) {
    report(at, `expected an array of globs, got ${kindOf(value)}`);
    return [];
  }
  return value.flatMap((glob: unknown, index) => {
    const problem =
      typeof glob === 'string'
        ? isOther(glob)
          ? undefined
          : globProblem(glob)
        : `expected a glob, got ${kindOf(glob)}`;
    if (problem !== undefined) report(`${at}/${index}`, problem);
    return typeof glob === 'string' && problem === undefined ? [glob] : [];
  });
}

function readPaths(value: unknown, at: string, report: Report): readonly string[] {
  if (!Array.isArray(value)) {
    report(at, `expected an array of resource paths, got ${kindOf(value)}`);
    return [];
  }
  return value.flatMap((path: unknown, index) => {
    if (typeof path === 'string' && isResourcePath(path)) return [path];
    report(
      `${at}/${index}`,
      `expected a resource path, got ${typeof path === 'string' ? JSON.stringify(path.slice(0, 80)) : kindOf(path)}`,
    );
    return [];
  });
}

function readSize(value: unknown, at: string, report: Report): number | undefined {
  try {
    if (typeof value === 'number' || typeof value === 'string') return parseByteSize(value);
    report(at, `expected a size, got ${kindOf(value)}`);
  } catch (error) {
    if (!isLadingError(error, 'ERR_SPLIT_RULES')) throw error;
    report(at, error.message);
  }
  return undefined;
}

function readPriority(value: unknown, at: string, report: Report): number | undefined {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_PRIORITY) return value;
  report(
    at,
    `expected a whole number from 0 to ${MAX_PRIORITY}, got ${typeof value === 'number' ? value : kindOf(value)}`,
  );
  return undefined;
}

function readMeta(value: unknown, at: string, report: Report): JsonObject | undefined {
  if (isFields(value) && isJson(value, MAX_META_DEPTH)) return value;
  report(at, `expected an object of plain JSON, at most ${MAX_META_DEPTH} levels deep`);
  return undefined;
}

function isJson(value: unknown, levels: number): value is JsonObject {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (levels === 0 || typeof value !== 'object') return false;
  const isPlain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype || isFields(value);
  return isPlain && Object.values(value).every((item: JsonValue) => isJson(item, levels - 1));
}

function isFields(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function reportUnknown(value: Fields, known: ReadonlySet<string>, at: string, report: Report): void {
  for (const key of Object.keys(value)) if (!known.has(key)) report(`${at}/${pointer(key)}`, 'no such field');
}

function pointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object' : typeof value;
}
