import { type LiveRelease, liveReleases } from './live-releases.js';
import type { PublishTarget } from './publish-target.js';
import {
  type PublishedRelease,
  type ReadPublishedOptions,
  readChannelBack,
  readPublishedRelease,
} from './published.js';

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

/** Options of {@link readRecentReleases}. */
export interface ReadRecentReleasesOptions extends ReadPublishedOptions {
  /** Name of the channel. */
  readonly channel: string;
  /** How many releases. */
  readonly last: number;
}

/**
 * Reads the last releases of one channel, the newest first, without reading its whole history.
 *
 * @throws PublishError `ERR_PUBLISH_TRUST`, and what the target throws.
 */
export async function readRecentReleases(
  target: PublishTarget,
  { channel, last, ...options }: ReadRecentReleasesOptions,
): Promise<readonly ReadRelease[]> {
  // The document before the oldest of them says since when it was live.
  const published = await readChannelBack(target, channel, {
    ...options,
    isEnough: (channels) => liveReleases({ channels }).length > last,
  });
  const { signal } = options;
  return readLiveReleases(target, liveReleases(published, { last }), { roots: published.roots, signal });
}
