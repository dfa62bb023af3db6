// The POSIX build: what a glob matches must not depend on the operating system.
import picomatch from 'picomatch/posix.js';
import { GraphError } from '../graph-error.js';
import { quoted } from '../quoted.js';

const MAX_GLOB_CHARACTERS = 1_024;

/**
 * Compiles globs into one predicate over resource paths: true where any glob matches. Case-sensitive, and names that
 * begin with a dot are names like others.
 */
export function anyGlob(globs: readonly string[]): (path: string) => boolean {
  if (globs.length === 0) return () => false;
  for (const glob of globs) {
    if (glob === '' || glob.length > MAX_GLOB_CHARACTERS)
      throw new GraphError(
        'ERR_GRAPH_ROOT',
        `The pattern ${quoted(glob)} has ${glob.length} characters; expected 1 to ${MAX_GLOB_CHARACTERS}`,
      );
  }
  return picomatch([...globs], { dot: true, nocase: false });
}
