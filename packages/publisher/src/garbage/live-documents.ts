import { type Channel, historyKey, type Release } from '@lading/manifest';
import { type LiveRelease, liveReleases } from '../live-releases.js';
import type { PublishTarget, TargetCallOptions } from '../publish-target.js';
import { type Published, type PublishedChannel, readPublishedRelease } from '../published.js';
import { incompleteError } from '../target-errors.js';

/** What keeps documents and archives alive. */
export interface MarkOptions extends TargetCallOptions {
  readonly now: Date;
  /** How long after its expiry a channel document still counts. */
  readonly graceMs: number;
  /** How many releases of each channel stay whatever their age, the current one counted. */
  readonly keepReleases: number;
}

/**
 * Marks what must stay: every channel document that is current, or younger than its life and the grace, or points at one of
 * the last releases of its channel, or at one that installs outside a staged rollout still use; the releases that those point
 * at; and the archives of these.
 *
 * @returns Keys of objects.
 * @throws PublishError `ERR_PUBLISH_INCOMPLETE` where a release that clients may still ask for is not there,
 * `ERR_PUBLISH_TRUST` where one does not verify: then nothing may be deleted at all.
 */
export async function markLive(
  target: PublishTarget,
  published: Published,
  options: MarkOptions,
): Promise<ReadonlySet<string>> {
  const marked = new Set<string>();
  for (const { document, isClaimable } of stayingDocuments(published, options)) {
    const { channel, digest } = document;
    // A current document may have been kept already by a publish that was killed before its switch.
    marked.add(historyKey(channel.name, channel.sequence, digest));
    if (marked.has(channel.release.key)) continue;
    const found = await readPublishedRelease(target, document, { roots: published.roots, signal: options.signal });
    if (found === undefined && isClaimable) throw incompleteError([channel.release.key]);
    if (found !== undefined) markRelease(marked, channel, found.release);
  }
  return marked;
}

function markRelease(marked: Set<string>, channel: Channel, release: Release): void {
  marked.add(channel.release.key);
  for (const { key } of release.archives) marked.add(key);
}

interface StayingDocument {
  readonly document: PublishedChannel;
  /** A client may hold it, so what it needs must be there. */
  readonly isClaimable: boolean;
}

function stayingDocuments(published: Published, { now, graceMs, keepReleases }: MarkOptions): StayingDocument[] {
  const live = liveReleases(published);
  const kept = new Set([...lastReleases(live, keepReleases), ...releasesInUse(live)].map(nameOf));
  return published.channels.flatMap((document) => {
    const { name: channel, release, expiresAt } = document.channel;
    const isClaimable = document.isCurrent || Date.parse(expiresAt) + graceMs >= now.getTime();
    return isClaimable || kept.has(nameOf({ channel, release })) ? [{ document, isClaimable }] : [];
  });
}

function nameOf({ channel, release }: Pick<LiveRelease, 'channel' | 'release'>): string {
  return `${channel} ${release.digest}`;
}

function lastReleases(live: readonly LiveRelease[], count: number): readonly LiveRelease[] {
  const seen = new Map<string, number>();
  return live.filter(({ channel }) => {
    seen.set(channel, (seen.get(channel) ?? 0) + 1);
    return (seen.get(channel) ?? 0) <= count;
  });
}

/** From the current release of each channel back to the last one that all installs got: some of them are still there. */
function releasesInUse(live: readonly LiveRelease[]): readonly LiveRelease[] {
  const settled = new Set<string>();
  return live.filter(({ channel, document }) => {
    if (settled.has(channel)) return false;
    if ((document.channel.rollout ?? 100) === 100) settled.add(channel);
    return true;
  });
}
