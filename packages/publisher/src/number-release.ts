import {
  renumberRelease,
  type SignedDocument,
  type SigningKey,
  sameReleaseContent,
  signRelease,
  verifyRelease,
} from '@lading/manifest';
import { PublishError } from './publish-error.js';
import { newestRoot, type ReleaseSource } from './release-source.js';
import type { CurrentChannel, TargetState } from './target-state.js';
import { trusted } from './trust-error.js';

/**
 * Gives a release the sequence under which it can be published: sequences never fall.
 *
 * - The channel already points at the same content (whatever its sequence and time): that release is taken.
 * - The sequence is above that of the current release: the release stays as it is.
 * - Otherwise, with keys, it is signed again under the current sequence + 1; `renumberedFrom` says so.
 *
 * @throws PublishError `ERR_PUBLISH_SEQUENCE` where the sequence is too low and no release keys are given;
 * `ERR_PUBLISH_TRUST` where the release (or what the keys sign) does not verify with the newest root.
 */
export async function numberRelease(
  source: ReleaseSource,
  state: TargetState,
  options: { readonly releaseKeys?: readonly SigningKey[] | undefined } = {},
): Promise<ReleaseSource> {
  const numbered = { ...source, roots: state.roots };
  const current = state.channel;
  if (current?.release !== undefined && sameReleaseContent(source.release, current.release.release)) {
    return { ...numbered, ...takeCurrent(current.release, current) };
  }
  const pointer = current?.channel.release;
  if (pointer === undefined || pointer.digest === source.digest || source.release.sequence > pointer.sequence) {
    return verified(numbered);
  }
  const { releaseKeys = [] } = options;
  if (releaseKeys.length === 0) throw sequenceError(source, state.channel);
  const release = renumberRelease(source.release, nextSequence(pointer.sequence));
  return verified(
    { ...numbered, release, ...sealed(await signRelease(release, releaseKeys)) },
    source.release.sequence,
  );
}

/** One more; beyond 2^53 - 1 there is nothing, so a project that gets there needs new keys. */
export function nextSequence(sequence: number): number {
  if (Number.isSafeInteger(sequence + 1)) return sequence + 1;
  throw new PublishError('ERR_PUBLISH_SEQUENCE', `There is no sequence above ${sequence}`, {
    details: { sequence },
    hint: 'Only an attacker counts that far. Rotate the keys of the role and start a new channel.',
  });
}

function takeCurrent(
  { release, bytes }: NonNullable<CurrentChannel['release']>,
  { channel }: CurrentChannel,
): Pick<ReleaseSource, 'release' | 'bytes' | 'digest' | 'sizeBytes'> {
  return { release, bytes, digest: channel.release.digest, sizeBytes: channel.release.sizeBytes };
}

function sealed({ bytes, digest, sizeBytes }: SignedDocument): Pick<ReleaseSource, 'bytes' | 'digest' | 'sizeBytes'> {
  return { bytes, digest, sizeBytes };
}

async function verified(source: ReleaseSource, renumberedFrom?: number): Promise<ReleaseSource> {
  const newest = newestRoot(source.roots);
  const { digest, sizeBytes } = source;
  const { project, sequence } = source.release;
  const hint = 'Sign with a key that the newest root names for releases: lading split --key …';
  await trusted(`Release does not verify with root ${newest.root.version}`, hint, () =>
    verifyRelease(source.bytes, newest, { digest, sizeBytes, project, sequence }),
  );
  return renumberedFrom === undefined ? source : { ...source, renumberedFrom };
}

function sequenceError(source: ReleaseSource, current: CurrentChannel | undefined): PublishError {
  const actual = source.release.sequence;
  const expected = (current?.channel.release.sequence ?? 0) + 1;
  const message = `Release has sequence ${actual}, the channel on the target needs at least ${expected}`;
  return new PublishError('ERR_PUBLISH_SEQUENCE', message, {
    details: { actual, expected },
    hint: `Split again with sequence ${expected}, or give the release key, so that publish can number the release.`,
  });
}
