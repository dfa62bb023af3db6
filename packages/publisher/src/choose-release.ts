import { type Digest, type Release, sameReleaseContent } from '@lading/manifest';
import { PublishError } from './publish-error.js';
import type { PublishedRelease } from './published.js';
import type { ReadRelease } from './read-live-releases.js';

/** A release that can be gone back to. */
export type WholeRelease = ReadRelease & { readonly content: PublishedRelease };

/**
 * Chooses what a rollback goes back to: the newest release of the channel that was live before the current content first
 * was, is there, and was not revoked. After a rollback that is an older one still, never the one that was rolled back. Pure.
 *
 * @param releases - Releases of one channel, the newest first, as `liveReleases` gives them.
 * @param wanted - Version, digest, or at least 8 hex digits of its beginning, of the release to go back to instead.
 * @throws PublishError `ERR_PUBLISH_NO_RELEASE` where there is none, or where `wanted` fits several contents.
 */
export function chooseRollback(releases: readonly ReadRelease[], wanted?: string): WholeRelease {
  if (wanted !== undefined) return chosenOf(releases.filter(isWhole), wanted);
  const current = releases.find(({ isCurrent }) => isCurrent)?.content?.release;
  const oldestSame = releases.findLastIndex(({ content }) => isSame(content?.release, current));
  const before = releases.slice(oldestSame + 1).find(isWhole);
  if (before !== undefined) return before;
  throw noReleaseError('There is no older release to go back to', 'lading releases lists what was live.');
}

/**
 * Chooses the release that a channel points at now, for a promotion to another channel. Pure.
 *
 * @param releases - Releases of one channel, as `liveReleases` gives them.
 * @throws PublishError `ERR_PUBLISH_NO_RELEASE` where there is no such channel, or its release is not there.
 */
export function chooseCurrent(releases: readonly ReadRelease[]): WholeRelease {
  const current = releases.find(({ isCurrent }) => isCurrent);
  if (current !== undefined && isWhole(current)) return current;
  const problem = current === undefined ? 'There is no such channel' : 'The release of the channel is not there';
  throw noReleaseError(problem, 'lading releases lists the channels of a target.');
}

/**
 * Chooses the releases that a revocation is about: all that are or were live on a channel and have this version, or the one with
 * this digest. Pure.
 *
 * @returns Their digests.
 * @throws PublishError `ERR_PUBLISH_NO_RELEASE` where there is none, or where it is the one that is live now.
 */
export function chooseRevoked(releases: readonly ReadRelease[], wanted: string): readonly Digest[] {
  const chosen = releases.filter((one) => isNamed(one, wanted));
  if (chosen.length === 0)
    throw noReleaseError(`No release that was live is "${wanted.slice(0, 100)}"`, 'lading releases lists them.');
  if (chosen.some(({ isCurrent }) => isCurrent))
    throw noReleaseError(
      `"${wanted.slice(0, 100)}" is live now`,
      'lading rollback --revoke leaves it and revokes it at once.',
    );
  return [...new Set(chosen.map(({ release }) => release.digest))].sort();
}

function isWhole(one: ReadRelease): one is WholeRelease {
  return one.content !== undefined && !one.isRevoked;
}

function chosenOf(whole: readonly WholeRelease[], wanted: string): WholeRelease {
  const [chosen, ...others] = whole.filter((one) => isNamed(one, wanted));
  if (chosen === undefined) {
    const hint = 'lading releases lists what was live, with versions and digests. A revoked one stays revoked.';
    throw noReleaseError(`No release that was live and is there is "${wanted.slice(0, 100)}"`, hint);
  }
  if (others.every(({ content }) => isSame(content.release, chosen.content.release))) return chosen;
  const hint = `Name one by its digest: ${[chosen, ...others].map(({ release }) => release.digest).join(', ')}.`;
  throw noReleaseError(`Several releases are "${wanted.slice(0, 100)}"`, hint);
}

function isNamed({ content, release }: ReadRelease, wanted: string): boolean {
  const hex = wanted.replace(/^sha256:/, '');
  const isBeginning = /^[0-9a-f]{8,64}$/.test(hex) && release.digest.startsWith(`sha256:${hex}`);
  return content?.release.version === wanted || isBeginning;
}

function isSame(a: Release | undefined, b: Release | undefined): boolean {
  return a !== undefined && b !== undefined && sameReleaseContent(a, b);
}

function noReleaseError(message: string, hint: string): PublishError {
  return new PublishError('ERR_PUBLISH_NO_RELEASE', message, { hint });
}
