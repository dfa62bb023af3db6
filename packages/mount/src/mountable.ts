import { assertMountName, assertPriority } from './mount-intent.js';
import { pathsServed } from './paths-served.js';
import type { AddMountOptions } from './runtime.js';
import { optionError } from './runtime-options.js';

/** Throws unless the options of a mount make sense, before anything happens. */
export async function assertMountable(options: AddMountOptions): Promise<void> {
  const { name, priority, archive, source, content } = options;
  assertMountName(name);
  if (priority !== undefined) assertPriority(priority);
  await pathsServed(options, undefined);
  if ([archive, source, content].filter((one) => one !== undefined).length !== 1)
    throw optionError('archive', 'or source or content: give one of them');
}
