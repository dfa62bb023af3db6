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

/** Options of {@link liveReleases}. */
export interface LiveReleasesOptions {
  /** Default: all channels. */
  readonly channel?: string | undefined;
  /** How many of each channel, the newest. Default: all. */
  readonly last?: number | undefined;
}

/**
 * Says which releases are live and which were, by channel, the newest first. Channel documents in a row that point at one
 * release (it was only renewed, or its rollout changed) count as one. Pure.
 *
 * @example
 * liveReleases(published).find(({ channel, isCurrent }) => channel === 'stable' && !isCurrent)?.release.digest;
 */
export function liveReleases(
  { channels }: Pick<Published, 'channels'>,
  options: LiveReleasesOptions = {},
): readonly LiveRelease[] {
  const { channel: wanted, last = Number.POSITIVE_INFINITY } = options;
  const names = new Set(channels.map(({ channel }) => channel.name).filter((name) => (wanted ?? name) === name));
  return [...names].flatMap((name) => liveOn(channels.filter(({ channel }) => channel.name === name)).slice(0, last));
}

/** The releases of one channel, of its documents. */
function liveOn(documents: readonly PublishedChannel[]): LiveRelease[] {
  const current = documents.find(({ isCurrent }) => isCurrent);
  const revoked = new Set(current?.channel.revoked);
  const live: LiveRelease[] = [];
  documents.forEach((document, i) => {
    const { name, project, release } = document.channel;
    // What was replaced last says when its successor came. A channel that never moved was written when it began.
    const since =
      documents[i + 1]?.modifiedAt ?? (documents.length === 1 && document.isCurrent ? document.modifiedAt : undefined);
    const newer = live.at(-1);
    if (newer?.release.digest === release.digest) {
      live[live.length - 1] = { ...newer, since };
      return;
    }
    const { isCurrent } = document;
    const until = isCurrent ? undefined : document.modifiedAt;
    live.push({
      channel: name,
      project,
      release,
      document,
      isCurrent,
      isRevoked: revoked.has(release.digest),
      since,
      until,
    });
  });
  return live;
}
