import type { Problem } from '../lading-error.js';

/** How deep free-form values may be nested. */
const MAX_DEPTH = 32;

/**
 * Says what keeps a value from being plain JSON, or `undefined` where nothing does: JSON gives back exactly what was
 * put in. `__proto__` is refused as a name, since copying such an object changes the copy's prototype.
 *
 * @param at - JSON pointer of the value, for the problem's path.
 */
export function jsonProblem(value: unknown, at: string): Problem | undefined {
  return problemOf(value, at, 0);
}

function problemOf(value: unknown, at: string, depth: number): Problem | undefined {
  if (depth > MAX_DEPTH) return { path: at, problem: `is nested deeper than ${MAX_DEPTH} levels` };
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : { path: at, problem: `is ${value}` };
  if (typeof value !== 'object') return { path: at, problem: `is ${typeof value}, which JSON does not have` };
  return Array.isArray(value) ? listProblem(value, at, depth) : objectProblem(value, at, depth);
}

function listProblem(value: readonly unknown[], at: string, depth: number): Problem | undefined {
  for (let i = 0; i < value.length; i++) {
    const problem = problemOf(value[i], `${at}/${i}`, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function objectProblem(value: object, at: string, depth: number): Problem | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return { path: at, problem: 'is not a plain object' };
  for (const [name, field] of Object.entries(value)) {
    if (name === '__proto__') return { path: at, problem: 'has the name __proto__' };
    const problem = problemOf(field, `${at}/${pointerPart(name)}`, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Escapes a name for a JSON pointer (RFC 6901). */
export function pointerPart(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
