import { printable } from '../split-error.js';

const MAX_NAMED_PATHS = 10;

/** Paths for people: the first ten in order, and how many more there are. @internal */
export function listedPaths(paths: readonly string[]): string {
  const shown = [...paths].sort().slice(0, MAX_NAMED_PATHS).map(printable).join(', ');
  return paths.length > MAX_NAMED_PATHS ? `${shown} and ${paths.length - MAX_NAMED_PATHS} more` : shown;
}
