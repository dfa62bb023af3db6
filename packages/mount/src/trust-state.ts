import {
  type Digest,
  digestOf,
  MAX_ROOT_BYTES,
  ManifestError,
  type Release,
  rootKey,
  type TrustedRoot,
  trustRoot,
  updateRoot,
  verifyRelease,
} from '@lading/manifest/client';
import type { ContentOrigin } from './content-origin.js';
import { MountError } from './mount-error.js';
import type { MountStore } from './mount-store.js';
import { probeRoot } from './probe-root.js';
import {
  type FloorRecord,
  type LatestRecord,
  readFloorRecord,
  readLatestRecord,
  readReleaseRecord,
  readRootRecord,
  TRUST_RECORDS,
} from './trust-records.js';

/** What the app says about trust; nothing in it comes from the network. */
export interface TrustOptions {
  /**
   * The root that the app was shipped with: the bytes of a signed root document. `'first-use'` pins whatever root 1 the
   * origin shows first; whoever controls the network then decides, so it is for tools, not for games.
   */
  readonly keys: Uint8Array | 'first-use';
  /** Name of the channel. */
  readonly channel: string;
  /** The project that documents must name. Default: any that the keys sign for. */
  readonly project?: string | undefined;
  /** What the app was shipped with: nothing older is ever adopted, even after storage was wiped. */
  readonly floor?: { readonly sequence: number; readonly releaseSequence?: number | undefined } | undefined;
}

/** A release and its name. */
export interface KnownRelease {
  readonly digest: Digest;
  readonly release: Release;
}

/** What is trusted now. */
export interface TrustState {
  readonly root: TrustedRoot;
  readonly floor: FloorRecord;
  /** The release that the channel pointed at when it was last adopted. */
  readonly latest: (KnownRelease & LatestRecord) | undefined;
}

/** Where trust is kept and where it comes from. */
export interface TrustContext {
  readonly store: MountStore;
  /** Needed for `'first-use'` and for updates. */
  readonly origin: ContentOrigin | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads the trust state of a store, or starts one from the pinned root. Stored documents are verified again. Goes to
 * the network only for `keys: 'first-use'` with an empty store.
 *
 * A stored root that was reached from another pin is not used: the app now says otherwise. Floors stay.
 *
 * @throws ManifestError where the pinned root is none; MountError `ERR_STORE_CORRUPT`, `ERR_NO_CHANNEL`.
 */
export async function loadTrust(options: TrustOptions, context: TrustContext): Promise<TrustState> {
  const { store, signal } = context;
  const root = await loadRoot(options, context);
  const stored = readFloorRecord(await store.record(TRUST_RECORDS.floor(options.channel), { signal }));
  const latest = readLatestRecord(await store.record(TRUST_RECORDS.latest(options.channel), { signal }));
  const known = latest === undefined ? undefined : await loadRelease(latest.digest, root, context);
  return {
    root,
    floor: raiseFloor(shippedFloor(options), stored),
    latest: latest === undefined || known === undefined ? undefined : { ...latest, ...known },
  };
}

/**
 * Reads a release that was verified and stored earlier, and verifies it again. `undefined` where it is not there, or
 * where the keys that signed it are not trusted any more.
 */
export async function loadRelease(
  digest: Digest,
  root: TrustedRoot,
  { store, signal }: TrustContext,
): Promise<KnownRelease | undefined> {
  const record = readReleaseRecord(await store.record(TRUST_RECORDS.release(digest), { signal }));
  if (record === undefined) return undefined;
  try {
    const release = await verifyRelease(new TextEncoder().encode(record.envelope), root, { ...record, digest });
    return { digest, release };
  } catch (error) {
    // Keys were rotated away since: not trusted, so not there. The next refresh brings one that is.
    if (error instanceof ManifestError && error.code.startsWith('ERR_TRUST')) return undefined;
    throw error;
  }
}

/** The floor that an app was shipped with. */
export function shippedFloor({ floor }: TrustOptions): FloorRecord {
  const sequence = floor?.sequence ?? 0;
  return { sequence, digest: undefined, releaseSequence: floor?.releaseSequence ?? 0, seenMs: 0 };
}

function raiseFloor(shipped: FloorRecord, stored: FloorRecord | undefined): FloorRecord {
  if (stored === undefined) return shipped;
  return {
    sequence: Math.max(stored.sequence, shipped.sequence),
    digest: stored.sequence >= shipped.sequence ? stored.digest : undefined,
    releaseSequence: Math.max(stored.releaseSequence, shipped.releaseSequence),
    seenMs: stored.seenMs,
  };
}

async function loadRoot(options: TrustOptions, context: TrustContext): Promise<TrustedRoot> {
  const { store, signal } = context;
  const record = readRootRecord(await store.record(TRUST_RECORDS.root, { signal }));
  if (options.keys === 'first-use') {
    if (record !== undefined) return trustRoot(new TextEncoder().encode(record.envelope));
    return pinFirst(context);
  }
  const pinned = await trustRoot(options.keys);
  if (record === undefined || record.pin !== (await digestOf(pinned.bytes))) return pinned;
  return trustRoot(new TextEncoder().encode(record.envelope));
}

async function pinFirst(context: TrustContext): Promise<TrustedRoot> {
  const { origin, signal } = context;
  const bytes = await origin?.fetch(rootKey(1), { maxBytes: MAX_ROOT_BYTES, signal });
  if (bytes === undefined) {
    throw new MountError('ERR_NO_CHANNEL', `${origin?.name ?? 'No origin'}: there is no ${rootKey(1)}`, {
      details: { origin: origin?.name ?? null, key: rootKey(1) },
      hint: 'Is this the prefix of a published layout? It holds root/, channels/, releases/ and archives/.',
    });
  }
  const root = await trustRoot(bytes);
  await storeRoot(root, 'first-use', context);
  return root;
}

/** Keeps a root durably, before anything that it signs for is used. An older one never replaces a newer one. */
export async function storeRoot(trusted: TrustedRoot, pin: string, { store, signal }: TrustContext): Promise<void> {
  const envelope = new TextDecoder().decode(trusted.bytes);
  await store.transaction(
    (records) => {
      const stored = readRootRecord(records.get(TRUST_RECORDS.root));
      if (stored !== undefined && stored.pin === pin && stored.version >= trusted.root.version) return;
      records.set(TRUST_RECORDS.root, { version: trusted.root.version, envelope, pin });
    },
    { signal },
  );
}

/** What {@link RootRecord.pin} says for these keys. */
export async function pinOf(keys: TrustOptions['keys']): Promise<string> {
  return keys === 'first-use' ? keys : digestOf(keys);
}

/** One step of the root chain. */
export async function nextRoot(trusted: TrustedRoot, context: TrustContext): Promise<TrustedRoot | undefined> {
  const { origin, signal } = context;
  const bytes = origin && (await probeRoot(origin, trusted.root.version + 1, { signal }));
  return bytes === undefined ? undefined : updateRoot(trusted, bytes);
}
