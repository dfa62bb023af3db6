import { isResourcePath } from '@lading/manifest/client';
import { MountError } from './mount-error.js';
import { printableName } from './source-name.js';

/** Tells whether a resource path is in a list of patterns. */
export type PathPredicate = (path: string) => boolean;

const EVERYTHING_BELOW = '/**';

/**
 * Compiles a list of patterns: a resource path (`/settings.json`) stands for itself, a path that ends in two stars
 * for everything below it, `'/**'` for all. There are no other wildcards: a list that decides what a mount may serve
 * should be readable at a glance.
 *
 * @throws MountError `ERR_MOUNT_PATTERN`
 * @example
 * const matches = compilePatterns(['/themes/winter.json']);
 * matches('/themes/winter.json'); // → true
 */
export function compilePatterns(patterns: readonly string[]): PathPredicate {
  const exact = new Set<string>();
  const prefixes: string[] = [];
  for (const pattern of patterns) {
    const folder = pattern.endsWith(EVERYTHING_BELOW) ? pattern.slice(0, -2) : undefined;
    const path = folder === undefined ? pattern : folder.slice(0, -1);
    if ((path !== '' && !isResourcePath(path)) || path.includes('*') || pattern === '') throw patternError(pattern);
    if (folder === undefined) exact.add(pattern);
    else prefixes.push(folder);
  }
  return (path) => exact.has(path) || prefixes.some((prefix) => path.startsWith(prefix));
}

function patternError(pattern: string): MountError {
  return new MountError(
    'ERR_MOUNT_PATTERN',
    `Pattern ${JSON.stringify(printableName(pattern))} is neither a path nor a path and /**`,
    {
      details: { pattern: pattern.slice(0, 200) },
      hint: 'Allow-lists take /settings.json for one path, or /themes/** for everything below it.',
    },
  );
}
