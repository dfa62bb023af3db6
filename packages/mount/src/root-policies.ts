import type { RootPolicy } from '@lading/manifest';
import { ProgressMeter } from './progress-meter.js';
import { RootEnsurer } from './root-ensurer.js';
import { ENSURE_PRIORITY } from './root-priority.js';
import type { Ensured, EnsureOptions, Prefetched } from './runtime.js';
import type { RuntimeParts } from './runtime-parts.js';

/** Makes the roots whole that the release calls essential, all at once and before everything else. */
export async function ensureEssential(
  parts: RuntimeParts,
  { signal, onProgress, priority = ENSURE_PRIORITY.essential }: EnsureOptions,
): Promise<readonly Ensured[]> {
  const ensurer = new RootEnsurer(parts);
  const together = new ProgressMeter(onProgress);
  // One failure ends the others, as with the archives of one root.
  const stop = new AbortController();
  const any = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const all = rootsOf(parts, 'essential').map((root) => ensurer.ensure(root, { signal: any, priority }, together));
  try {
    return await Promise.all(all);
  } catch (error) {
    stop.abort(error);
    await Promise.allSettled(all);
    throw error;
  }
}

/** Makes the roots whole that the release says to prefetch, one after the other, behind everything else. */
export async function prefetchRoots(
  parts: RuntimeParts,
  { signal, onProgress, priority = ENSURE_PRIORITY.prefetch }: EnsureOptions,
): Promise<Prefetched> {
  const ensurer = new RootEnsurer(parts);
  const ensured: Ensured[] = [];
  const failed: { readonly root: string; readonly error: unknown }[] = [];
  for (const root of rootsOf(parts, 'prefetch')) {
    try {
      ensured.push(await ensurer.ensure(root, { signal, onProgress, priority }));
    } catch (error) {
      signal?.throwIfAborted();
      parts.assertOpen();
      failed.push({ root, error }); // The others may be had all the same.
    }
  }
  return { ensured, failed };
}

/** Roots of the newest release with a policy, in code unit order. */
function rootsOf(parts: RuntimeParts, policy: RootPolicy): readonly string[] {
  const { latest } = parts;
  if (latest === undefined) throw parts.noRelease();
  const { roots } = latest.release;
  return Object.keys(roots)
    .filter((root) => roots[root]?.policy === policy)
    .sort();
}
