import {
  assertAboveFloor,
  type Channel,
  channelKey,
  type Digest,
  isLadingError,
  MAX_CHANNEL_BYTES,
  ManifestError,
  maxEnvelopeBytes,
  type Release,
  type Root,
  type VerifiedChannel,
  verifyChannel,
  verifyRelease,
} from '@lading/manifest/client';
import { goodRelease } from './good-release.js';
import { MountError } from './mount-error.js';
import type { RecordTransaction } from './mount-store.js';
import { newestRoot } from './newest-root.js';
import { raiseFloor } from './trust-floor.js';
import {
  digest,
  type FloorRecord,
  type LatestRecord,
  objectOf,
  type ReleaseRecord,
  readFloorRecord,
  readLatestRecord,
  readReleaseRecord,
  readRootRecord,
  TRUST_RECORDS,
  writeFloorRecord,
} from './trust-records.js';
import { type KnownRelease, pinOf, type TrustContext, type TrustOptions, type TrustState } from './trust-state.js';

/** What an update found. */
export interface TrustUpdate {
  readonly state: TrustState;
  /** `stale`: the channel has expired, so nothing of it was adopted. */
  readonly outcome: 'adopted' | 'unchanged' | 'stale';
  readonly channel: Channel;
}

/** How an update decides. */
export interface UpdateTrustOptions extends TrustOptions {
  /** The clock, read once. */
  readonly now: Date;
  /**
   * May this release be adopted? `false` keeps the former one, an error says why it must not be. Asked after every
   * signature was checked and before anything of the release is kept.
   */
  readonly accept?: ((release: KnownRelease, channel: Channel) => boolean | Promise<boolean>) | undefined;
}

/**
 * Follows the root chain, reads the channel and the release it points at, verifies all of it, and keeps what it learned:
 * each root before the next one is fetched, floors before content is used.
 *
 * @throws ManifestError `ERR_TRUST_*`, `ERR_ENVELOPE` (also for a captive portal's HTML), `ERR_DOCUMENT`; MountError
 * `ERR_NO_CHANNEL` where there is no such channel, `ERR_SOURCE_*`, `ERR_STORE_*`. The state given stays right.
 */
export async function updateTrust(
  state: TrustState,
  options: UpdateTrustOptions,
  context: TrustContext,
): Promise<TrustUpdate> {
  const { root, floor } = await newestRoot(state, options, context);
  const now = new Date(Math.max(options.now.getTime(), floor.seenMs));
  const { project, channel: name } = options;
  const bytes = await fetchChannel(name, context);
  const verified = await verifyChannel(bytes, root, { now, project, name, floor });
  const { channel, isExpired } = verified;
  const trusted: TrustState = { ...state, root, floor };
  if (isExpired) return { state: trusted, outcome: 'stale', channel };
  const fetched = await fetchRelease(channel, trusted, context);
  const known: KnownRelease = { digest: channel.release.digest, release: fetched.release };
  const seenMs = Math.max(floor.seenMs, Date.parse(fetched.release.createdAt));
  const look: Look = { root: root.root, pin: await pinOf(options.keys), verified, seenMs };
  const seen = await storeFloor(look, context);
  const isAccepted = (await options.accept?.(known, channel)) ?? true;
  const { expiresAt, revoked = [] } = channel;
  const read = { expiresAt, revoked };
  if (!isAccepted) {
    await storeRead(look, read, state.latest?.digest, context);
    const kept = state.latest && { ...state.latest, ...read };
    return { state: { ...trusted, floor: seen, latest: kept, revoked }, outcome: 'unchanged', channel };
  }
  const latest: LatestRecord = { digest: known.digest, ...read };
  await storeLatest(look, { latest, release: fetched.record }, context);
  const outcome = state.latest?.digest === known.digest ? 'unchanged' : 'adopted';
  return { state: { root, floor: seen, latest: { ...latest, ...known }, revoked }, outcome, channel };
}

async function fetchChannel(name: string, { origin, signal }: TrustContext): Promise<Uint8Array> {
  const key = channelKey(name);
  const bytes = await origin?.fetch(key, { maxBytes: MAX_CHANNEL_BYTES, signal });
  if (bytes !== undefined) return bytes;
  throw new MountError('ERR_NO_CHANNEL', `${origin?.name ?? 'No origin'}: there is no ${key}`, {
    details: { origin: origin?.name ?? null, key },
    hint: 'Has this channel been published? Is the prefix right?',
  });
}

/** A verified release, and the record to keep it by. */
interface FetchedRelease {
  readonly release: Release;
  readonly record: ReleaseRecord;
}

async function fetchRelease(channel: Channel, state: TrustState, context: TrustContext): Promise<FetchedRelease> {
  const { project } = channel;
  const { digest: name, sizeBytes, sequence } = channel.release;
  if (channel.revoked?.includes(name) === true) {
    throw new ManifestError('ERR_TRUST_MISMATCH', `Channel points at release ${name}, which it revokes itself`);
  }
  const verify = async (bytes: Uint8Array): Promise<FetchedRelease> => {
    const release = await verifyRelease(bytes, state.root, { ...channel.release, project });
    return { release, record: { envelope: new TextDecoder().decode(bytes), sizeBytes, sequence, project } };
  };
  const kept = readReleaseRecord(await context.store.record(TRUST_RECORDS.release(name), { signal: context.signal }));
  if (kept !== undefined) {
    try {
      // Verified again: the root may be another one by now.
      return await verify(new TextEncoder().encode(kept.envelope));
    } catch (error) {
      // Its key was rotated away. What is published may be signed anew, under the same digest.
      if (!isLadingError(error, 'ERR_TRUST_SIGNATURE')) throw error;
    }
  }
  return verify(await download(channel, context));
}

async function download({ release }: Channel, { origin, signal }: TrustContext): Promise<Uint8Array> {
  const { key, sizeBytes } = release;
  const bytes = await origin?.fetch(key, { maxBytes: maxEnvelopeBytes(sizeBytes), signal });
  if (bytes !== undefined) return bytes;
  throw new MountError('ERR_SOURCE_MISSING', `${origin?.name}: there is no ${key}, the current release`, {
    details: { key },
    hint: 'The edge of a CDN may lag behind for some seconds; try again.',
    retryable: true,
  });
}

/** What one look at the network found, to be kept. */
interface Look {
  readonly root: Root;
  readonly pin: string;
  readonly verified: VerifiedChannel;
  readonly seenMs: number;
}

/** Writes what a look found, unless another process has seen more by now: then this channel is an old one, or one of two. */
function keep<T>(
  look: Look,
  { store, signal }: TrustContext,
  change: (records: RecordTransaction, floor: FloorRecord | undefined) => T,
): Promise<T> {
  return store.transaction((records) => change(records, assertNewest(records, look)), { signal });
}

function storeFloor(look: Look, context: TrustContext): Promise<FloorRecord> {
  const { channel, digest } = look.verified;
  return keep(look, context, (records, floor) => {
    const { sequence, release } = channel;
    const seen = raiseFloor({ sequence, digest, releaseSequence: release.sequence, seenMs: look.seenMs }, floor);
    records.set(TRUST_RECORDS.floor(channel.name), writeFloorRecord(seen));
    return seen;
  });
}

/** Throws where the store knows a newer root or a higher floor than this look had; gives the floor that is stored. */
function assertNewest(records: RecordTransaction, { root, pin, verified }: Look): FloorRecord | undefined {
  const stored = readRootRecord(records.get(TRUST_RECORDS.root));
  if (stored !== undefined && stored.pin === pin && stored.version > root.version) {
    throw new ManifestError('ERR_TRUST_ROOT', `Root ${stored.version} came while root ${root.version} was trusted`, {
      details: { expected: stored.version, actual: root.version },
      hint: 'Another process has followed it. Refresh again.',
    });
  }
  const floor = readFloorRecord(records.get(TRUST_RECORDS.floor(verified.channel.name)));
  if (floor !== undefined) assertAboveFloor(verified.channel, verified.digest, floor);
  return floor;
}

/** Keeps what the channel points at, with the release itself, and drops releases that nothing refers to any more. */
function storeLatest(
  look: Look,
  { latest, release }: { readonly latest: LatestRecord; readonly release: ReleaseRecord },
  context: TrustContext,
): Promise<void> {
  return keep(look, context, (records) => {
    records.set(TRUST_RECORDS.release(latest.digest), { ...release });
    records.set(TRUST_RECORDS.latest(look.verified.channel.name), { ...latest, revoked: [...latest.revoked] });
    dropReleases(records);
  });
}

/** Keeps what a channel says of the release that stays: until when it is kept for those who stay, and what is revoked. */
function storeRead(
  look: Look,
  { expiresAt, revoked }: Omit<LatestRecord, 'digest'>,
  kept: Digest | undefined,
  context: TrustContext,
): Promise<void> {
  const key = TRUST_RECORDS.latest(look.verified.channel.name);
  return keep(look, context, (records) => {
    if (kept === undefined || readLatestRecord(records.get(key))?.digest !== kept) return;
    records.set(key, { digest: kept, expiresAt, revoked: [...revoked] });
  });
}

/** Drops releases that no channel points at, no mount comes from and no probation goes back to. */
export function dropReleases(records: RecordTransaction): void {
  const good = goodRelease(records);
  const kept = [...currentReleases(records), ...(good === undefined ? [] : [good])];
  const needed = new Set(kept.map(TRUST_RECORDS.release));
  for (const key of records.keys()) if (key.startsWith('release/') && !needed.has(key)) records.delete(key);
}

/** The releases that mounts may come from: the newest of each channel, and the one that is mounted. */
export function currentReleases(records: RecordTransaction): ReadonlySet<Digest> {
  const current = new Set<Digest>();
  for (const key of records.keys()) {
    if (key !== TRUST_RECORDS.active && !key.startsWith(TRUST_RECORDS.latest(''))) continue;
    const record = objectOf(records.get(key), key);
    if (record !== undefined) current.add(digest(record, 'digest'));
  }
  return current;
}
