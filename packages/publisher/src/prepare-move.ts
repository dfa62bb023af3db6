import type { ReleaseArchive } from '@lading/manifest';
import { type PreparedPublish, type PreparePublishOptions, preparePublish } from './prepare-publish.js';
import type { PublishPlan } from './publish-plan.js';
import type { PublishTarget } from './publish-target.js';
import type { PublishedRelease } from './published.js';
import type { ReleaseSource } from './release-source.js';
import { incompleteError } from './target-errors.js';

/** Options of {@link prepareMove}. */
export interface PrepareMoveOptions extends PreparePublishOptions {
  /** The chain of roots of the target, from {@link readPublished}. */
  readonly roots: ReleaseSource['roots'];
}

/**
 * Plans to point a channel at a release that the target has already: a rollback, or a promotion from another channel.
 * Writes nothing; `applyPublish` does what the plan says.
 *
 * Sequences never fall: where the release has a lower one than the channel's current release, its content is signed again
 * under the next one, which takes `releaseKeys`.
 *
 * @throws PublishError `ERR_PUBLISH_INCOMPLETE` where the target lacks archives of the release, all of them in
 * `details.problems`; and what `preparePublish` throws.
 */
export async function prepareMove(
  { release, bytes, digest, sizeBytes }: PublishedRelease,
  target: PublishTarget,
  { roots, ...options }: PrepareMoveOptions,
): Promise<PreparedPublish> {
  const source = { name: target.name, roots, release, bytes, digest, sizeBytes, openArchive: noArchive };
  const prepared = await preparePublish(source, target, options);
  assertWhole(prepared.plan);
  return prepared;
}

function assertWhole({ uploads }: PublishPlan): void {
  const missing = uploads.filter(({ kind }) => kind === 'archive');
  if (missing.length > 0) throw incompleteError(missing.map(({ key }) => key));
}

/** The plan was whole, so nobody asks for an archive. */
async function noArchive({ key }: ReleaseArchive): Promise<never> {
  throw incompleteError([key]);
}
