import type { ReleasePointer } from '@lading/manifest';
import type { Published, PublishedChannel } from './published.js';

/** A release during the time that a channel pointed at it. */
export interface LiveRelease {
  /** Name of the channel. */
  readonly channel: string;
  readonly project: string;
  readonly release: ReleasePointer;
  /** The last channel document that pointed at it: its sequence, rollout and expiry are those that count. */
  readonly document: PublishedChannel;
  /** The channel points at it now. */
  readonly isCurrent: boolean;
  /** The channel has revoked it since. */
  readonly isRevoked: boolean;
  /** When the channel came to it. Unknown for the first release of a channel, and where the target tells no times. */
  readonly since: Date | undefined;
  /** When the channel left it. */
  readonly until: Date | undefined;
}

/**
 * Says which releases are live and which were, by channel, the newest first. Channel documents in a row that point at one
 * release (it was only renewed, or its rollout changed) count as one. Pure.
 *
 * @example
 * liveReleases(published).find(({ channel, isCurrent }) => channel === 'stable' && !isCurrent)?.release.digest;
 */
export function liveReleases({ channels }: Pick<Published, 'channels'>): readonly LiveRelease[] {
  const live: LiveRelease[] = [];
  const revoked = new Map(channels.filter(isNow).map(({ channel }) => [channel.name, new Set(channel.revoked)]));
  channels.forEach((document, i) => {
    const { name, project, release } = document.channel;
    const older = channels[i + 1];
    // What was replaced last says when its successor came.
    const since = older?.channel.name === name ? older.modifiedAt : sinceOfFirst(document);
    const newer = live.at(-1);
    if (newer?.channel === name && newer.release.digest === release.digest) {
      live[live.length - 1] = { ...newer, since };
      return;
    }
    const { isCurrent } = document;
    const isRevoked = revoked.get(name)?.has(release.digest) === true;
    const until = isCurrent ? undefined : document.modifiedAt;
    live.push({ channel: name, project, release, document, isCurrent, isRevoked, since, until });
  });
  return live;
}

/** A channel that never moved was written when it began. */
function sinceOfFirst({ isCurrent, modifiedAt }: PublishedChannel): Date | undefined {
  return isCurrent ? modifiedAt : undefined;
}

function isNow({ isCurrent }: PublishedChannel): boolean {
  return isCurrent;
}
