import { type Digest, digestHex } from '../digest.js';
import { ManifestError } from '../manifest-error.js';

/** The largest root envelope that is read, in bytes: 64 KiB. */
export const MAX_ROOT_BYTES: number = 64 * 1024;

/** The largest channel envelope that is read, in bytes: 16 KiB. */
export const MAX_CHANNEL_BYTES: number = 16 * 1024;

/** The largest release envelope that is read, in bytes: 64 MiB, room for 65,536 archives and as many roots. */
export const MAX_RELEASE_BYTES: number = 64 * 1024 * 1024;

const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** Tells whether a text may name an archive or a channel: 1 to 64 of `a-z 0-9 . _ -`, the first a letter or digit. */
export function isArchiveName(name: string): boolean {
  return NAME.test(name);
}

/**
 * Key of an archive, relative to the prefix that the channel is read from.
 *
 * @throws ManifestError `ERR_PATH` where the name is none (see {@link isArchiveName}).
 * @example
 * archiveKey('level-1', await digestOf(bytes)); // → 'archives/level-1.e3b0c44298fc1c14.zip'
 */
export function archiveKey(name: string, digest: Digest): string {
  return `archives/${assertName(name)}.${digestHex(digest).slice(0, 16)}.zip`;
}

/** Key of a release: `releases/` and the 64 hex digits of its payload's digest. */
export function releaseKey(digest: Digest): string {
  return `releases/${digestHex(digest)}.json`;
}

/**
 * Key of a channel, the only mutable object of a bucket.
 *
 * @throws ManifestError `ERR_PATH` where the name is none (the rule of {@link isArchiveName}).
 */
export function channelKey(name: string): string {
  return `channels/${assertName(name)}.json`;
}

/**
 * Key under which a channel document is kept once another one takes its place: what was public stays known.
 *
 * @param digest - Digest of the document's payload.
 * @throws ManifestError `ERR_PATH` where the name or the sequence is none.
 * @example
 * historyKey('stable', 12, digest); // → 'history/stable/12.e3b0c44298fc1c14.json'
 */
export function historyKey(name: string, sequence: number, digest: Digest): string {
  return `history/${assertName(name)}/${assertCount('Channel sequence', sequence)}.${digestHex(digest).slice(0, 16)}.json`;
}

/**
 * Key of a root document.
 *
 * @throws ManifestError `ERR_PATH` where the version is no whole number from 1 to 2^53 - 1.
 */
export function rootKey(version: number): string {
  return `root/${assertCount('Root version', version)}.json`;
}

function assertCount(what: string, count: number): number {
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new ManifestError('ERR_PATH', `${what} must be a whole number from 1 to 2^53 - 1, is ${count}`, {
    details: { actual: count },
  });
}

function assertName(name: string): string {
  if (isArchiveName(name)) return name;
  throw new ManifestError('ERR_PATH', `${JSON.stringify(name.slice(0, 100))} cannot name an archive or a channel`, {
    details: { name: name.slice(0, 200) },
    hint: 'Use 1 to 64 of a-z, 0-9, dot, underscore and hyphen; the first a letter or a digit.',
  });
}
