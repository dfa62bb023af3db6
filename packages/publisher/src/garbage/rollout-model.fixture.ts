import type { Channel, Digest } from '@lading/manifest';
import type { PublishedChannel } from '../published.js';

export const DAY_MS = 86_400_000;
export const LIFE_MS: number = 10 * DAY_MS;
export const GRACE_MS: number = 3 * DAY_MS;

/** Which documents stay at a time, of all there are, the newest first. */
export type Rule = (documents: readonly PublishedChannel[], nowMs: number) => readonly PublishedChannel[];

/** One install: follows the rules of the client (`mustMove` and `isInRollout` of `@lading/mount`). */
interface Install {
  readonly number: number;
  release: Digest | undefined;
  /** End of life of the channel document that it read last. */
  claimMs: number;
}

const SHARES = [0, 10, 50, 100, 100];

/**
 * A project, its installs and a garbage collection, without any bytes: a document is what it says, a release is a name. What
 * a rule lets die is gone when it has been dead for the grace.
 */
export class RolloutModel {
  readonly #random: () => number;
  readonly #rule: Rule;
  readonly #installs: readonly Install[];
  readonly #deadSince = new Map<string, number>();
  readonly #releases = new Set<Digest>();
  #documents: readonly PublishedChannel[] = [];
  #nowMs = 0;
  #names = 0;
  deleted = 0;

  constructor(random: () => number, rule: Rule) {
    this.#random = random;
    this.#rule = rule;
    this.#installs = Array.from({ length: 10 }, (_, number) => ({ number, release: undefined, claimMs: -1 }));
    this.#publish(100);
  }

  /** Does something; throws where an install that reads the channel in time lacks its release. */
  step(): void {
    const action = Math.floor(this.#random() * 9);
    if (action === 0) this.#publish(this.#pick(SHARES));
    else if (action === 1) this.#change({ rollout: this.#pick(SHARES) });
    else if (action === 2) this.#change({});
    else if (action === 3) this.#revoke();
    else if (action <= 5) this.#collect();
    else if (action === 6) for (const install of this.#installs) this.#read(install);
    else this.#nowMs += (0.5 + 3 * this.#random()) * DAY_MS;
    for (const { number, release, claimMs } of this.#installs) {
      if (release !== undefined && claimMs >= this.#nowMs && !this.#releases.has(release))
        throw new Error(`install ${number} lacks ${release.slice(0, 20)}`);
    }
  }

  #pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.#random() * items.length)];
    if (item === undefined) throw new Error('unreachable: nothing to pick from');
    return item;
  }

  #publish(rollout: number): void {
    this.#names += 1;
    const digest = `sha256:${String(this.#names).padStart(64, '0')}` as const;
    this.#releases.add(digest);
    this.#show({ rollout, release: { key: digest, digest, sizeBytes: 1, sequence: this.#names } });
  }

  #change(over: Partial<Channel>): void {
    const [current] = this.#documents;
    if (current !== undefined) this.#show({ ...current.channel, ...over });
  }

  #revoke(): void {
    const [current, ...others] = this.#documents;
    const old = others.filter(({ channel }) => channel.release.digest !== current?.channel.release.digest);
    if (old.length > 0)
      this.#change({ revoked: [...(current?.channel.revoked ?? []), this.#pick(old).channel.release.digest] });
  }

  #show(over: Partial<Channel>): void {
    const sequence = (this.#documents[0]?.channel.sequence ?? 0) + 1;
    const { revoked } = this.#documents[0]?.channel ?? {};
    const channel: Channel = {
      format: 'lading.channel/1',
      project: 'game',
      name: 'stable',
      root: 1,
      revoked,
      release: { key: '', digest: 'sha256:', sizeBytes: 0, sequence: 0 },
      ...over,
      sequence,
      expiresAt: new Date(this.#nowMs + LIFE_MS).toISOString(),
    };
    const digest = `sha256:document${sequence}` as const;
    const document = { key: digest, digest, channel, isCurrent: true, modifiedAt: new Date(this.#nowMs) };
    this.#documents = [document as PublishedChannel, ...this.#documents.map((one) => ({ ...one, isCurrent: false }))];
  }

  #read(install: Install): void {
    const channel = this.#documents[0]?.channel;
    if (this.#random() < 0.7 || channel === undefined || Date.parse(channel.expiresAt) < this.#nowMs) return;
    const mustMove =
      install.release === undefined ||
      channel.revoked?.includes(install.release) === true ||
      install.claimMs < this.#nowMs;
    const place = (channel.release.sequence * 31 + install.number * 17) % 100;
    if (mustMove || place < (channel.rollout ?? 100)) install.release = channel.release.digest;
    install.claimMs = Date.parse(channel.expiresAt);
  }

  #collect(): void {
    const staying = this.#rule(this.#documents, this.#nowMs);
    const live = new Set(staying.map(({ channel }) => channel.release.digest));
    const documents = new Set(staying.map(({ digest }) => digest));
    for (const release of this.#releases) if (this.#isGone(release, live.has(release))) this.#releases.delete(release);
    this.#documents = this.#documents.filter(({ digest }) => !this.#isGone(digest, documents.has(digest)));
  }

  #isGone(name: string, isLive: boolean): boolean {
    const since = this.#deadSince.get(name) ?? this.#nowMs;
    if (isLive) this.#deadSince.delete(name);
    else this.#deadSince.set(name, since);
    const isGone = !isLive && this.#nowMs - since >= GRACE_MS;
    if (isGone) this.deleted += 1;
    return isGone;
  }
}

/** Random numbers from a seed. */
export function randomFrom(seed: number): () => number {
  let state = (seed + 1) >>> 0;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}
