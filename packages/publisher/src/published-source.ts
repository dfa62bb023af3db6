import type { ReleaseArchive } from '@lading/manifest';
import type { PublishedRelease } from './published.js';
import type { ReleaseSource } from './release-source.js';
import { incompleteError } from './target-errors.js';

/**
 * A release that a target has already, as the source of a publish: a rollback, a promotion from another channel, a new rollout.
 * Nothing but documents is uploaded: where archives are missing, planning stops with `ERR_PUBLISH_INCOMPLETE`.
 *
 * Sequences never fall: where the release has a lower one than the channel's current release, `preparePublish` signs its content
 * again under the next one, which takes `releaseKeys`.
 *
 * @param options.name - Where it is from, for people.
 * @param options.roots - The chain of roots of the target, from {@link readPublished}.
 * @example
 * const { plan, source } = await preparePublish(publishedSource(content, { name, roots }), target, { channel, now, expiresAt });
 */
export function publishedSource(
  { release, bytes, digest, sizeBytes }: PublishedRelease,
  { name, roots }: Pick<ReleaseSource, 'name' | 'roots'>,
): ReleaseSource {
  return { name, roots, release, bytes, digest, sizeBytes, hasArchives: false, openArchive: noArchive };
}

/** The plan had none to upload. */
async function noArchive({ key }: ReleaseArchive): Promise<never> {
  throw incompleteError([key]);
}
