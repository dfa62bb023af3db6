import { assertMountName, assertPriority } from './mount-intent.js';
import type { AddMountOptions } from './runtime.js';
import { optionError } from './runtime-options.js';
import { servedPaths } from './served-paths.js';

/** Throws unless the options of a mount make sense, before anything happens. */
export function assertMountable(options: AddMountOptions): void {
  const { name, priority, archive, source, content } = options;
  assertMountName(name);
  if (priority !== undefined) assertPriority(priority);
  servedPaths(options, undefined);
  if ([archive, source, content].filter((one) => one !== undefined).length !== 1)
    throw optionError('archive', 'or source or content: give one of them');
}
