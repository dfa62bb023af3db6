import { isLadingError, type LadingError, loadPart } from '@lading/manifest/client';
import { MountError } from '../client.js';
import type { ServedContent } from './served-content.js';
import type { WorkerPlace } from './worker-registration.js';

/**
 * How requests of the page are answered from mounts. `worker`: by a service worker, so everything that the page loads. `patch`: by the
 * page's own `fetch`, `XMLHttpRequest` and elements. `explicit`: not at all; the app reads through the runtime.
 */
export type ServingTier = 'worker' | 'patch' | 'explicit';

/** Which tier serves a page, and why it is that one. */
export interface Serving {
  readonly tier: ServingTier;
  /** Why it is no better one: one error for each better tier that was tried and does not work here. */
  readonly reasons: readonly LadingError[];
  /** URLs below it are content, where a mount has it. */
  readonly prefix: string;
  /** Ends the serving; the runtime goes on. */
  stop(): Promise<void>;
}

/** What to try. */
export interface ServingWish {
  readonly tiers: readonly ServingTier[];
  readonly place: WorkerPlace;
}

/** Takes the best tier that works here, by trying it. */
export async function chooseServing(content: ServedContent, { tiers, place }: ServingWish): Promise<Serving> {
  const reasons: LadingError[] = [];
  const { prefix } = content.urls;
  if (tiers.includes('worker')) {
    try {
      const { serveByWorker } = await loadPart(() => import('./worker-link.js'));
      return { tier: 'worker', reasons, prefix, stop: await serveByWorker(content, place) };
    } catch (error) {
      reasons.push(reasonOf(error));
    }
  }
  if (tiers.includes('patch')) {
    const { patchPage } = await loadPart(() => import('./page-patch.js'));
    const stop = patchPage(content);
    return { tier: 'patch', reasons, prefix, stop: async () => stop() };
  }
  return { tier: 'explicit', reasons, prefix, stop: async () => {} };
}

/** What a browser throws in words of its own is no reason to go without the next tier, and is told. */
function reasonOf(cause: unknown): LadingError {
  if (isLadingError(cause)) return cause;
  const hint = 'Is storage blocked for this site? The cause says what the browser refused.';
  return new MountError('ERR_WORKER_BLOCKED', `The worker cannot serve this page: ${String(cause)}`, { cause, hint });
}
