import { ManifestError } from './manifest-error.js';

/** The longest resource path in UTF-8 bytes: `/` and a zip member name of at most 4 KiB. */
export const MAX_RESOURCE_PATH_BYTES = 4_097;

/**
 * Says what is wrong with a resource path, or `undefined` where nothing is.
 *
 * A resource path starts with `/`, is `/` separated, case-sensitive and NFC, and has no empty, `.` or `..` segment, no
 * control character and no lone surrogate; nor a backslash or a colon, which no strict zip reader takes in a name.
 *
 * @example
 * resourcePathProblem('/levels/1.json'); // → undefined
 * resourcePathProblem('/levels//1.json'); // → 'has an empty segment'
 */
export function resourcePathProblem(path: string): string | undefined {
  if (!path.startsWith('/')) return 'does not start with /';
  if (path === '/') return 'names no resource';
  if (hasControlCharacter(path)) return 'has a control character';
  if (path.includes('\\')) return 'has a backslash';
  if (path.includes(':')) return 'has a colon';
  if (/\p{Surrogate}/u.test(path)) return 'has a lone surrogate';
  for (const segment of path.slice(1).split('/')) {
    if (segment === '') return 'has an empty segment';
    if (segment === '.' || segment === '..') return `has a ${segment} segment`;
  }
  if (path.normalize('NFC') !== path) return 'is not in Unicode normal form C';
  if (new TextEncoder().encode(path).length > MAX_RESOURCE_PATH_BYTES)
    return `is longer than ${MAX_RESOURCE_PATH_BYTES} bytes`;
  return undefined;
}

/** Tells whether a text is a resource path. */
export function isResourcePath(path: string): boolean {
  return resourcePathProblem(path) === undefined;
}

/**
 * Throws unless a text is a resource path.
 *
 * @throws ManifestError `ERR_PATH` with `details.path` and the rule that it breaks.
 */
export function assertResourcePath(path: string): void {
  const problem = resourcePathProblem(path);
  if (problem === undefined) return;
  throw new ManifestError('ERR_PATH', `Resource path ${JSON.stringify(path.slice(0, 200))} ${problem}`, {
    details: { path: path.slice(0, 1_100), problem },
    hint: 'A resource path looks like /levels/1.json: absolute, / separated, no empty, . or .. segments.',
  });
}

function hasControlCharacter(path: string): boolean {
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i);
    if (code < 32 || (code >= 127 && code < 160)) return true;
  }
  return false;
}
