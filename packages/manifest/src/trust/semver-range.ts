import { ManifestError } from '../manifest-error.js';

/** A semantic version without its build part: three numbers, then the prerelease identifiers (none: a release). */
interface Version {
  readonly numbers: readonly [number, number, number];
  readonly prerelease: readonly (string | number)[];
}

/** `version <operator> bound`. */
interface Comparator {
  readonly operator: '<' | '<=' | '>' | '>=';
  readonly bound: Version;
}

/** A version of which parts may be left open: `1.x`, `1`, `*`. An open part is `undefined`, and so is all after it. */
interface PartialVersion {
  readonly major: number | undefined;
  readonly minor: number | undefined;
  readonly patch: number | undefined;
  readonly prerelease: readonly (string | number)[];
}

const MAX_RANGE_CHARACTERS = 1_000;
const MAX_VERSION_CHARACTERS = 256;
const NUMBER = '0|[1-9]\\d{0,15}';
const OPEN_NUMBER = `${NUMBER}|[xX*]`;
const IDENTIFIER = '(?:0|[1-9]\\d{0,15}|\\d*[a-zA-Z-][0-9a-zA-Z-]*)';
const QUALIFIER = `(?:-(${IDENTIFIER}(?:\\.${IDENTIFIER})*))?(?:\\+[0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*)?`;
const PARTIAL = `v?(${OPEN_NUMBER})(?:\\.(${OPEN_NUMBER})(?:\\.(${OPEN_NUMBER})${QUALIFIER})?)?`;

const VERSION_TEXT = new RegExp(`^v?(${NUMBER})\\.(${NUMBER})\\.(${NUMBER})${QUALIFIER}$`);
const PARTIAL_TEXT = new RegExp(`^${PARTIAL}$`);
const SIMPLE_TEXT = /^(\^|~>?|[<>]=?|=)?(.*)$/;

/**
 * Tells whether an app's version lies in a semver range, by the rules of npm: `^1.2`, `~1.2.3`, `>=1 <3`, `1.x`,
 * `1.2 - 2.3`, `1 || 3`, `*`. A prerelease such as `2.0.0-beta.1` counts only where the range names a prerelease of the
 * same three numbers.
 *
 * @throws ManifestError `ERR_DOCUMENT` where `range` is no range or `version` is no semantic version.
 * @see https://github.com/npm/node-semver#ranges
 * @example
 * appSatisfies('^1.4.0 || 3.x', '1.9.2'); // → true
 */
export function appSatisfies(range: string, version: string): boolean {
  const alternatives = parseRange(range);
  if (alternatives === undefined) throw semverError(range, 'a semver range such as ^1.4.0');
  const parsed = parseVersion(version);
  if (parsed === undefined) throw semverError(version, 'a semantic version such as 1.4.0');
  return alternatives.some((comparators) => satisfiesAll(parsed, comparators));
}

/** Says what is wrong with a semver range, or `undefined` where nothing is. */
export function semverRangeProblem(range: string): string | undefined {
  return parseRange(range) === undefined ? 'is not a semver range such as ^1.4.0' : undefined;
}

function satisfiesAll(version: Version, comparators: readonly Comparator[]): boolean {
  if (!comparators.every((comparator) => satisfies(version, comparator))) return false;
  if (version.prerelease.length === 0) return true;
  return comparators.some(({ bound }) => bound.prerelease.length > 0 && compareNumbers(bound, version) === 0);
}

function satisfies(version: Version, { operator, bound }: Comparator): boolean {
  const order = compareVersions(version, bound);
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

function compareNumbers(a: Version, b: Version): number {
  return a.numbers[0] - b.numbers[0] || a.numbers[1] - b.numbers[1] || a.numbers[2] - b.numbers[2];
}

/** Precedence of semver 2.0.0, section 11. */
function compareVersions(a: Version, b: Version): number {
  const order = compareNumbers(a, b);
  if (order !== 0) return order;
  if (a.prerelease.length === 0 || b.prerelease.length === 0) return b.prerelease.length - a.prerelease.length;
  for (const [i, identifier] of a.prerelease.entries()) {
    const other = b.prerelease[i];
    if (other === undefined) return 1;
    if (identifier !== other) return compareIdentifiers(identifier, other);
  }
  return a.prerelease.length - b.prerelease.length;
}

function compareIdentifiers(a: string | number, b: string | number): number {
  if (typeof a === 'number') return typeof b === 'number' ? a - b : -1;
  return typeof b === 'number' || a > b ? 1 : -1;
}

function parseVersion(text: string): Version | undefined {
  if (text.length > MAX_VERSION_CHARACTERS) return undefined;
  const match = VERSION_TEXT.exec(text.trim());
  if (match === null) return undefined;
  const [, major, minor, patch, prerelease] = match;
  return { numbers: [Number(major), Number(minor), Number(patch)], prerelease: parsePrerelease(prerelease) };
}

function parsePrerelease(text: string | undefined): (string | number)[] {
  if (text === undefined) return [];
  return text.split('.').map((identifier) => (/^\d+$/.test(identifier) ? Number(identifier) : identifier));
}

/** Alternatives of comparators that must all hold; `undefined` where the text is no range. */
function parseRange(range: string): Comparator[][] | undefined {
  if (range.length > MAX_RANGE_CHARACTERS) return undefined;
  const alternatives: Comparator[][] = [];
  for (const alternative of range.split('||')) {
    const comparators = parseHyphen(alternative.trim()) ?? parseSimples(alternative.trim());
    if (comparators === undefined) return undefined;
    alternatives.push(comparators.filter((comparator) => !isAlwaysTrue(comparator)));
  }
  // As in npm, an alternative that takes any version is the whole range: `* || 2.0.0-beta` takes no prerelease.
  return alternatives.some((comparators) => comparators.length === 0) ? [[]] : alternatives;
}

/** `>=0.0.0` says nothing; npm drops it too, which shows only where prereleases of 0.0.0 are compared. */
function isAlwaysTrue({ operator, bound }: Comparator): boolean {
  return operator === '>=' && bound.prerelease.length === 0 && bound.numbers.every((number) => number === 0);
}

/** `1.2 - 2.3`: from the lowest version of the left side to the highest of the right side. */
function parseHyphen(text: string): Comparator[] | undefined {
  const [left, right, more] = text.split(/\s+-\s+/);
  if (left === undefined || right === undefined || more !== undefined) return undefined;
  const from = parsePartial(left);
  const to = parsePartial(right);
  if (from === undefined || to === undefined) return undefined;
  return [...comparatorsOf('>=', from), ...comparatorsOf('<=', to)];
}

/** `>=1.2 <3`, `^1`, `1.x`: every part must hold. White space after an operator is fine. */
function parseSimples(text: string): Comparator[] | undefined {
  const parts = text.replace(/(\^|~>?|[<>]=?|=)\s+(?=[v\dxX*])/g, '$1').split(/\s+/);
  const comparators: Comparator[] = [];
  for (const part of parts) {
    if (part === '') continue;
    const [, operator = '', version = ''] = SIMPLE_TEXT.exec(part) ?? [];
    const partial = parsePartial(version);
    if (partial === undefined) return undefined;
    comparators.push(...comparatorsOf(operator, partial));
  }
  return comparators;
}

function parsePartial(text: string): PartialVersion | undefined {
  const match = PARTIAL_TEXT.exec(text);
  if (match === null) return undefined;
  const [major, minor, patch] = match.slice(1, 4).map((part) => (/^\d+$/.test(part ?? '') ? Number(part) : undefined));
  const prerelease = parsePrerelease(match[4]);
  // `x.2` and `1.x-beta` say nothing that an author can have meant.
  const isMuddled = [major, minor, patch, prerelease[0]].some((part, i, all) => {
    return part !== undefined && i > 0 && all[i - 1] === undefined;
  });
  return isMuddled ? undefined : { major, minor, patch, prerelease };
}

/** What an operator before a partial version means, as bounds. No bound at all means any version. */
function comparatorsOf(operator: string, partial: PartialVersion): Comparator[] {
  const lowest = lowestOf(partial);
  switch (operator) {
    case '^':
      return between(partial, endOfCaret(partial));
    case '~':
    case '~>':
      return between(partial, partial.minor === undefined ? nextMajor(partial) : nextMinor(partial));
    case '>=':
      return partial.major === undefined ? [] : [{ operator: '>=', bound: lowest }];
    case '<':
      return [{ operator: '<', bound: isWhole(partial) ? lowest : justBefore(lowest) }];
    case '<=':
      if (isWhole(partial)) return [{ operator: '<=', bound: lowest }];
      return partial.major === undefined ? [] : [{ operator: '<', bound: justBefore(endOf(partial)) }];
    case '>':
      if (isWhole(partial)) return [{ operator: '>', bound: lowest }];
      return partial.major === undefined
        ? [{ operator: '<', bound: justBefore(lowest) }]
        : [{ operator: '>=', bound: endOf(partial) }];
  }
  if (!isWhole(partial)) return between(partial, endOf(partial));
  return [
    { operator: '>=', bound: lowest },
    { operator: '<=', bound: lowest },
  ];
}

/** `>=from <end`, where `end` also keeps out its own prereleases. */
function between(from: PartialVersion, end: Version): Comparator[] {
  if (from.major === undefined) return [];
  return [
    { operator: '>=', bound: lowestOf(from) },
    { operator: '<', bound: justBefore(end) },
  ];
}

function isWhole(partial: PartialVersion): boolean {
  return partial.patch !== undefined;
}

function lowestOf({ major = 0, minor = 0, patch = 0, prerelease }: PartialVersion): Version {
  return { numbers: [major, minor, patch], prerelease };
}

/** `-0` is the lowest prerelease, so `<2.0.0-0` is below every 2.0.0. */
function justBefore({ numbers }: Version): Version {
  return { numbers, prerelease: [0] };
}

function nextMajor({ major = 0 }: PartialVersion): Version {
  return { numbers: [major + 1, 0, 0], prerelease: [] };
}

function nextMinor({ major = 0, minor = 0 }: PartialVersion): Version {
  return { numbers: [major, minor + 1, 0], prerelease: [] };
}

function endOf(partial: PartialVersion): Version {
  return partial.minor === undefined ? nextMajor(partial) : nextMinor(partial);
}

/** `^` keeps the leftmost number that is not zero. */
function endOfCaret(partial: PartialVersion): Version {
  const { major = 0, minor, patch } = partial;
  if (major > 0 || minor === undefined) return nextMajor(partial);
  if (minor > 0 || patch === undefined) return nextMinor(partial);
  return { numbers: [0, 0, patch + 1], prerelease: [] };
}

function semverError(text: string, expected: string): ManifestError {
  return new ManifestError('ERR_DOCUMENT', `${JSON.stringify(text.slice(0, 100))} is not ${expected}`, {
    details: { actual: text.slice(0, 300), expected },
  });
}
