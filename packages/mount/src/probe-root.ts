import { isLadingError, MAX_ROOT_BYTES, rootKey } from '@lading/manifest/client';
import type { ContentOrigin, OriginOptions } from './content-origin.js';

/**
 * Looks for a root that may not exist yet. `undefined` where there is none, and where the origin forbids the look: a bucket
 * that players may read but not list answers 403 for every key that is not there. Nothing is hidden by that: a channel
 * that is signed for a newer root is refused with `ERR_TRUST_ROOT` until that root can be read.
 */
export async function probeRoot(
  origin: ContentOrigin,
  version: number,
  { signal }: OriginOptions,
): Promise<Uint8Array | undefined> {
  try {
    return await origin.fetch(rootKey(version), { maxBytes: MAX_ROOT_BYTES, signal });
  } catch (error) {
    if (isLadingError(error, 'ERR_SOURCE_FORBIDDEN')) return undefined;
    throw error;
  }
}
