import { basename, resolve } from 'node:path';
import type { ContentSource, SplitPlan } from '@lading/splitter';
import { usageError } from '../cli-error.js';
import { keyFile, ROLES } from '../config/keys.js';
import { isWithin } from './is-within.js';

const MAX_SHOWN = 5;

/**
 * Refuses a plan that would ship private keys, or what lading writes itself: a source folder that is the whole project has both.
 *
 * @param out - Absolute path of what is about to be written.
 * @throws CliError `ERR_USAGE`.
 */
export function assertIsContent(plan: SplitPlan, content: ContentSource, out: string): void {
  const keys = new Set(ROLES.map(keyFile));
  const resources = plan.archives.flatMap((archive) => archive.resources);
  const own = resources.filter((resource) => {
    const file = content.fileOf?.(resource);
    return file !== undefined && (keys.has(basename(file)) || isWithin(resolve(file), out));
  });
  if (own.length === 0) return;
  const shown = own.slice(0, MAX_SHOWN).map(({ path }) => path);
  throw usageError(
    `the content has private keys, or what lading wrote: ${shown.join(', ')}${own.length > shown.length ? ', …' : ''}`,
    "Take a folder that holds content alone, or leave them out: --exclude '/keys/**' --exclude '/dist/**'.",
  );
}
