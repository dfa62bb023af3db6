import type { LiveRelease } from './live-releases.js';
import type { PublishTarget } from './publish-target.js';
import { type PublishedRelease, type ReadPublishedOptions, readPublishedRelease } from './published.js';

/** A release that is or was live, and what the target has of it: `undefined` where it was deleted. */
export interface ReadRelease extends LiveRelease {
  readonly content: PublishedRelease | undefined;
}

/**
 * Reads the documents of releases that are or were live, each once, and verifies them.
 *
 * @throws PublishError `ERR_PUBLISH_TRUST`, and what the target throws.
 */
export async function readLiveReleases(
  target: PublishTarget,
  releases: readonly LiveRelease[],
  options: ReadPublishedOptions,
): Promise<readonly ReadRelease[]> {
  const read = new Map<string, PublishedRelease | undefined>();
  const found: ReadRelease[] = [];
  for (const one of releases) {
    const { digest } = one.release;
    if (!read.has(digest)) read.set(digest, await readPublishedRelease(target, one.document, options));
    found.push({ ...one, content: read.get(digest) });
  }
  return found;
}
