import { type Digest, isDigest } from '../digest.js';
import type { JsonObject, Problem } from '../lading-error.js';
import { type ManifestErrorCode, problemsError } from '../manifest-error.js';
import { jsonProblem, pointerPart } from './json-value.js';
import { utcTimeMs } from './utc-time.js';

/** How many problems one error lists; a count of the rest follows. */
const MAX_PROBLEMS = 100;

/** Notes what is wrong and where (a JSON pointer). Returns `undefined`, which is what a shape then returns. */
export type Report = (path: string, problem: string) => undefined;

/**
 * Reads one value of unknown shape. Where it is wrong it reports every problem and returns `undefined`, so what
 * {@link readShape} hands out is whole. Fields that a shape does not name are left out of the result.
 */
export type Shape<T> = (value: unknown, at: string, report: Report) => T | undefined;

/** Reads a value by its shape, or throws one error with all problems in `details.problems`. */
export function readShape<T>(shape: Shape<T>, value: unknown, failure: { code: ManifestErrorCode; what: string }): T {
  const problems: Problem[] = [];
  let unlisted = 0;
  const read = shape(value, '', (path, problem) => {
    if (problems.length < MAX_PROBLEMS) problems.push({ path, problem });
    else unlisted++;
    return undefined;
  });
  if (unlisted > 0) problems.push({ path: '', problem: `has ${unlisted} more problems` });
  if (problems.length > 0) throw problemsError(failure.code, failure.what, problems);
  if (read === undefined) throw new Error('unreachable: a shape read nothing and reported nothing');
  return read;
}

/** An object of these fields; others are ignored, so that newer writers can add some. */
export function object<T extends object>(fields: { readonly [K in keyof T]-?: Shape<T[K]> }): Shape<T> {
  const shapes = Object.entries(fields) as [string, Shape<unknown>][];
  return (value, at, report) => {
    if (!isObject(value)) return report(at, `must be an object, is ${shown(value)}`);
    const read: Record<string, unknown> = {};
    for (const [name, shape] of shapes) {
      const field = shape(Object.hasOwn(value, name) ? value[name] : undefined, `${at}/${name}`, report);
      if (field !== undefined) read[name] = field;
    }
    return read as T; // Whole: a required field that is absent has been reported, and readShape then throws.
  };
}

/** A field that may be absent. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value, at, report) => (value === undefined ? undefined : shape(value, at, report));
}

/** A list of at most `max` items, of which no two have the same `id`. */
export function list<T>(item: Shape<T>, max: number, id: (item: T) => unknown): Shape<readonly T[]> {
  return (value, at, report) => {
    if (!Array.isArray(value)) return report(at, `must be a list, is ${shown(value)}`);
    if (value.length > max) return report(at, `has ${value.length} items; the limit is ${max}`);
    const seen = new Set<unknown>();
    const items: T[] = [];
    for (let i = 0; i < value.length; i++) {
      const read = item(value[i], `${at}/${i}`, report);
      if (read === undefined) continue;
      if (seen.has(id(read))) report(`${at}/${i}`, `repeats ${shown(id(read))}`);
      seen.add(id(read));
      items.push(read);
    }
    return items;
  };
}

/** An object whose names come from outside: at most `max`, each checked; the result has no prototype. */
export function record<T>(
  nameProblem: (name: string) => string | undefined,
  entry: Shape<T>,
  max: number,
): Shape<Readonly<Record<string, T>>> {
  return (value, at, report) => {
    if (!isObject(value)) return report(at, `must be an object, is ${shown(value)}`);
    const names = Object.keys(value);
    if (names.length > max) return report(at, `has ${names.length} entries; the limit is ${max}`);
    const read: Record<string, T> = Object.create(null);
    for (const name of names) {
      const place = `${at}/${pointerPart(name)}`;
      const problem = nameProblem(name);
      if (problem !== undefined) report(place, `has a name that ${problem}`);
      const item = entry(value[name], place, report);
      if (item !== undefined) read[name] = item;
    }
    return read;
  };
}

/** A shape and a rule over its whole value; the rule sees only values whose parts are all right. */
export function ruled<T>(shape: Shape<T>, rule: (value: T, at: string, report: Report) => void): Shape<T> {
  return (value, at, report) => {
    let isRight = true;
    const read = shape(value, at, (path, problem) => {
      isRight = false;
      return report(path, problem);
    });
    if (isRight && read !== undefined) rule(read, at, report);
    return read;
  };
}

/** Text that `problemOf` finds nothing wrong with. */
export function text(problemOf: (text: string) => string | undefined): Shape<string> {
  return (value, at, report) => {
    if (typeof value !== 'string') return report(at, `must be text, is ${shown(value)}`);
    const problem = problemOf(value);
    return problem === undefined ? value : report(at, `is ${shown(value)}, which ${problem}`);
  };
}

/** One of these texts. */
export function oneOf<T extends string>(...allowed: T[]): Shape<T> {
  return (value, at, report) =>
    allowed.find((one) => one === value) ?? report(at, `must be ${allowed.join(' or ')}, is ${shown(value)}`);
}

/** A whole number from `min` to `max`; no more than 2^53 - 1, which every JSON reader keeps exact. */
export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER): Shape<number> {
  return (value, at, report) =>
    Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max
      ? (value as number)
      : report(at, `must be a whole number from ${min} to ${max}, is ${shown(value)}`);
}

/** A {@link Digest}. */
export const digest: Shape<Digest> = (value, at, report) =>
  isDigest(value) ? value : report(at, `must be sha256: and 64 hex digits, is ${shown(value)}`);

/** An RFC 3339 time in UTC. */
export const utcTime: Shape<string> = text((value) =>
  utcTimeMs(value) === undefined ? 'is not a UTC time like 2026-11-21T15:57:00Z' : undefined,
);

/** A short line of text that a person reads: 1 to 200 characters, none of them control characters. */
export const line: Shape<string> = text((value) => {
  if (value === '' || value.length > 200) return 'must have 1 to 200 characters';
  return /[\p{Cc}\p{Surrogate}]/u.test(value) ? 'has a control character or a lone surrogate' : undefined;
});

/** Free-form JSON that a project adds for itself. */
export const meta: Shape<JsonObject> = (value, at, report) => {
  if (!isObject(value)) return report(at, `must be an object, is ${shown(value)}`);
  const problem = jsonProblem(value, at);
  return problem === undefined ? (value as JsonObject) : report(problem.path, problem.problem);
};

/** A value as a message shows it: short, and without characters that could rewrite a terminal line. */
export function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.slice(0, 100)).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
