import { ManifestError } from './manifest-error.js';

/**
 * Loads a part of a client that not every session needs: a script beside the one that runs. Where that fails the caller gets a typed
 * error, which says nothing of content and may be gone with the next try.
 *
 * @throws ManifestError `ERR_PART`
 * @example
 * const { planDelta } = await loadPart(() => import('./delta-plan.js'));
 */
export async function loadPart<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw new ManifestError('ERR_PART', 'A script of the client could not be loaded', {
      cause,
      hint: 'Is the network there? Was the page deployed anew, without the scripts that open pages still ask for? Reload the page.',
      retryable: true,
    });
  }
}
