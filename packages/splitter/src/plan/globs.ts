// The POSIX build: what a glob matches must not depend on the operating system that plans.
import picomatch from 'picomatch/posix.js';

const MAX_GLOB_CHARACTERS = 1_024;

/** Tells whether a resource path matches. */
export type PathPredicate = (path: string) => boolean;

/** Says what is wrong with a glob over resource paths, or `undefined` where nothing is. @internal */
export function globProblem(glob: string): string | undefined {
  if (glob === '') return 'is empty';
  if (glob.length > MAX_GLOB_CHARACTERS) return `is longer than ${MAX_GLOB_CHARACTERS} characters`;
  // A glob without a leading slash or `**` matches no resource path at all: that is never meant.
  if (!/^(?:\/|\*\*|!|[{(@+?*])/.test(glob)) return `matches no resource path: begin it with / or **/ (/${glob})`;
  return undefined;
}

/** The glob that matches one path and nothing else. @internal */
export function globOfPath(path: string): string {
  return path.replace(/[^\p{L}\p{N}/ ._-]/gu, (character) => `\\${character}`);
}

/**
 * Compiles globs into one predicate over resource paths: true where any glob matches. Case-sensitive, `/` separated on
 * every system, and names that begin with a dot are names like others.
 */
export function anyGlob(globs: readonly string[]): PathPredicate {
  if (globs.length === 0) return () => false;
  return picomatch([...globs], { dot: true, nocase: false });
}
