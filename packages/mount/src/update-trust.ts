import {
  type Channel,
  channelKey,
  MAX_CHANNEL_BYTES,
  ManifestError,
  maxEnvelopeBytes,
  type Release,
  type Role,
  type Root,
  type TrustedRoot,
  type VerifiedChannel,
  verifyChannel,
  verifyRelease,
} from '@lading/manifest/client';
import { MountError } from './mount-error.js';
import type { RecordTransaction } from './mount-store.js';
import { goodRelease } from './probation.js';
import {
  digest,
  type FloorRecord,
  type LatestRecord,
  objectOf,
  type ReleaseRecord,
  readFloorRecord,
  readReleaseRecord,
  TRUST_RECORDS,
  writeFloorRecord,
} from './trust-records.js';
import {
  type KnownRelease,
  nextRoot,
  pinOf,
  shippedFloor,
  storeRoot,
  type TrustContext,
  type TrustOptions,
  type TrustState,
} from './trust-state.js';

/** Roots that one update follows at most. */
export const MAX_ROOT_STEPS = 256;

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
  const { root, floor } = await followRoots(state, options, context);
  const now = new Date(Math.max(options.now.getTime(), floor.seenMs));
  const { project, channel: name } = options;
  const bytes = await fetchChannel(name, context);
  const verified = await verifyChannel(bytes, root, { now, project, name, floor });
  const { channel } = verified;
  const trusted: TrustState = { ...state, root, floor };
  if (verified.isExpired) return { state: trusted, outcome: 'stale', channel };
  const fetched = await fetchRelease(channel, trusted, context);
  const known: KnownRelease = { digest: channel.release.digest, release: fetched.release };
  const seen = floorAfter(floor, verified, known.release);
  await storeFloor(seen, name, context);
  const isAccepted = (await options.accept?.(known, channel)) ?? true;
  if (!isAccepted) return { state: { ...trusted, floor: seen }, outcome: 'unchanged', channel };
  const latest = { digest: known.digest, expiresAt: channel.expiresAt, revoked: channel.revoked ?? [] };
  await storeLatest(latest, fetched.record, { context, name });
  const outcome = state.latest?.digest === known.digest ? 'unchanged' : 'adopted';
  return { state: { root, floor: seen, latest: { ...latest, ...known } }, outcome, channel };
}

function floorAfter(floor: FloorRecord, { channel, digest }: VerifiedChannel, release: Release): FloorRecord {
  const seenMs = Math.max(floor.seenMs, Date.parse(release.createdAt));
  return { sequence: channel.sequence, digest, releaseSequence: channel.release.sequence, seenMs };
}

async function followRoots(
  state: TrustState,
  options: UpdateTrustOptions,
  context: TrustContext,
): Promise<{ readonly root: TrustedRoot; readonly floor: FloorRecord }> {
  let { root, floor } = state;
  const pin = await pinOf(options.keys);
  for (let step = 0; step < MAX_ROOT_STEPS; step++) {
    const next = await nextRoot(root, context);
    if (next === undefined) break;
    const recovered = recoverFloor(floor, { before: root.root, after: next.root, shipped: shippedFloor(options) });
    if (recovered !== floor) await lowerFloor(recovered, options.channel, context);
    await storeRoot(next, pin, context);
    root = next;
    floor = recovered;
  }
  return { root, floor };
}

/**
 * A thief of the channel key can sign sequence 2^53 - 1, and no honest channel would ever be newer. A root that takes
 * his key away also takes back what it signed: the floor of that role falls to what the app was shipped with.
 */
function recoverFloor(
  floor: FloorRecord,
  { before, after, shipped }: { readonly before: Root; readonly after: Root; readonly shipped: FloorRecord },
): FloorRecord {
  const channelChanged = !sameKeys(before, after, 'channel');
  const releaseChanged = !sameKeys(before, after, 'release');
  if (!channelChanged && !releaseChanged) return floor;
  return {
    sequence: channelChanged ? shipped.sequence : floor.sequence,
    digest: channelChanged ? undefined : floor.digest,
    releaseSequence: shipped.releaseSequence,
    seenMs: releaseChanged ? 0 : floor.seenMs,
  };
}

function sameKeys(before: Root, after: Root, role: Role): boolean {
  return [...before.roles[role].keyids].sort().join() === [...after.roles[role].keyids].sort().join();
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
  const { sizeBytes, sequence } = channel.release;
  const name = channel.release.digest;
  if (channel.revoked?.includes(name) === true) {
    throw new ManifestError('ERR_TRUST_MISMATCH', `Channel points at release ${name}, which it revokes itself`);
  }
  const stored = await context.store.record(TRUST_RECORDS.release(name), { signal: context.signal });
  const kept = readReleaseRecord(stored);
  const bytes = kept === undefined ? await download(channel, context) : new TextEncoder().encode(kept.envelope);
  const { project } = channel;
  // Kept bytes are verified again: the root may be another one by now.
  const release = await verifyRelease(bytes, state.root, { ...channel.release, project });
  return { release, record: { envelope: new TextDecoder().decode(bytes), sizeBytes, sequence, project } };
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

/** Keeps a floor. Another process may have seen more by now: then this channel is an old one. */
async function storeFloor(seen: FloorRecord, name: string, { store, signal }: TrustContext): Promise<void> {
  const newest = await store.transaction(
    (records) => {
      const key = TRUST_RECORDS.floor(name);
      const stored = readFloorRecord(records.get(key));
      if (stored !== undefined && stored.sequence > seen.sequence) return stored.sequence;
      records.set(key, writeFloorRecord(seen));
      return seen.sequence;
    },
    { signal },
  );
  if (newest === seen.sequence) return;
  throw new ManifestError('ERR_TRUST_ROLLBACK', `Channel sequence is ${seen.sequence}, ${newest} was seen meanwhile`, {
    details: { actual: seen.sequence, floor: newest },
  });
}

async function lowerFloor(floor: FloorRecord, name: string, { store, signal }: TrustContext): Promise<void> {
  const key = TRUST_RECORDS.floor(name);
  await store.transaction((records) => records.set(key, writeFloorRecord(floor)), { signal });
}

/** Keeps what the channel points at, with the release itself, and drops releases that nothing refers to any more. */
async function storeLatest(
  latest: LatestRecord,
  release: ReleaseRecord,
  { context, name }: { readonly context: TrustContext; readonly name: string },
): Promise<void> {
  await context.store.transaction(
    (records) => {
      records.set(TRUST_RECORDS.release(latest.digest), { ...release });
      records.set(TRUST_RECORDS.latest(name), { ...latest, revoked: [...latest.revoked] });
      dropReleases(records);
    },
    { signal: context.signal },
  );
}

/** Drops releases that no channel points at, no mount comes from and no probation goes back to. */
export function dropReleases(records: RecordTransaction): void {
  const keys = records.keys();
  const needed = new Set<string>();
  for (const key of keys) {
    if (key !== TRUST_RECORDS.active && !key.startsWith(TRUST_RECORDS.latest(''))) continue;
    const record = objectOf(records.get(key), key);
    if (record !== undefined) needed.add(TRUST_RECORDS.release(digest(record, 'digest')));
  }
  const good = goodRelease(records);
  if (good !== undefined) needed.add(TRUST_RECORDS.release(good));
  for (const key of keys) if (key.startsWith('release/') && !needed.has(key)) records.delete(key);
}
