import { type Release, serializeRelease } from './release-document.js';

/**
 * Tells whether two releases are the same build: equal but for `sequence` and `createdAt`. A publisher that finds the
 * content unchanged publishes nothing.
 */
export function sameReleaseContent(a: Release, b: Release): boolean {
  const [first, second] = [a, b].map((one) => serializeRelease({ ...one, sequence: 1, createdAt: EPOCH }));
  return first?.length === second?.length && first?.every((byte, i) => byte === second?.[i]) === true;
}

/** The same release under another sequence, as a publisher gives out numbers and a rollback goes up, never down. */
export function renumberRelease(release: Release, sequence: number): Release {
  return { ...release, sequence };
}

const EPOCH = '1970-01-01T00:00:00Z';
