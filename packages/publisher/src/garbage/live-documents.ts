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
  /** The longest life that channel documents were published with. */
  readonly lifeMs: number;
}

/**
 * Marks what must stay: every channel document that is current, or younger than its life and the grace, or points at one of
 * the last releases of its channel, or at one that installs outside a staged rollout still use ({@link documentsInUse}); the
 * releases that those point at; and the archives of these.
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

/** A channel document that stays. */
export interface StayingDocument {
  readonly document: PublishedChannel;
  /** A client may hold it, so what it needs must be there. */
  readonly isClaimable: boolean;
}

/** The documents that stay, and with them what they point at. Pure. */
export function stayingDocuments(
  published: Pick<Published, 'channels'>,
  options: MarkOptions,
): readonly StayingDocument[] {
  const { now, graceMs, keepReleases, lifeMs } = options;
  const kept = new Set(lastReleases(liveReleases(published), keepReleases).map(nameOf));
  const claimable = new Set(
    published.channels.filter(
      ({ isCurrent, channel }) => isCurrent || Date.parse(channel.expiresAt) + graceMs >= now.getTime(),
    ),
  );
  const inUse = documentsInUse(published.channels, claimable, lifeMs);
  return published.channels.flatMap((document) => {
    const { name: channel, release } = document.channel;
    const isClaimable = claimable.has(document);
    return inUse.has(document) || kept.has(nameOf({ channel, release })) ? [{ document, isClaimable }] : [];
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

/**
 * The documents whose releases an install may be on that has read one of these within its life. Who is outside a staged
 * rollout stays on what it had: that of the last document that all installs got, of a staged one in between whose share it
 * was in, or of an older one still, where it did not read the channel while the others were current. A document that it had
 * read by then expired less than a life before the staged one does, so all of those count.
 *
 * @param documents - Of each channel the newest first.
 */
function documentsInUse(
  documents: readonly PublishedChannel[],
  claimable: ReadonlySet<PublishedChannel>,
  lifeMs: number,
): ReadonlySet<PublishedChannel> {
  const inUse = new Set(claimable);
  documents.forEach((document, i) => {
    if (!inUse.has(document) || isForAll(document)) return;
    const { name, expiresAt } = document.channel;
    const heldUntilMs = Date.parse(expiresAt) - lifeMs;
    let isSettled = false;
    for (const older of documents.slice(i + 1)) {
      if (older.channel.name !== name) break;
      if (!isSettled || Date.parse(older.channel.expiresAt) >= heldUntilMs) inUse.add(older);
      if (isForAll(older)) isSettled = true;
    }
  });
  return inUse;
}

function isForAll({ channel }: PublishedChannel): boolean {
  return (channel.rollout ?? 100) === 100;
}
