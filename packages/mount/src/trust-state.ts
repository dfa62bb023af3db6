import { type Digest, digestOf, loadPart, type Release, type TrustedRoot, trustRoot } from '@lading/manifest/client';
import type { ContentOrigin } from './content-origin.js';
import type { MountStore } from './mount-store.js';
import { raiseFloor, shippedFloor } from './trust-floor.js';
import {
  type FloorRecord,
  type LatestRecord,
  readFloorRecord,
  readLatestRecord,
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
  /** What the channel revoked when it was last adopted. It holds also where the release that it pointed at is not trusted any more. */
  readonly revoked: readonly Digest[];
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
  const known = latest === undefined ? undefined : await loadStored(latest.digest, root, context);
  return {
    root,
    floor: raiseFloor(shippedFloor(options), stored),
    latest: latest === undefined || known === undefined ? undefined : { ...latest, ...known },
    revoked: latest?.revoked ?? [],
  };
}

async function loadRoot(options: TrustOptions, context: TrustContext): Promise<TrustedRoot> {
  const { store, signal } = context;
  const record = readRootRecord(await store.record(TRUST_RECORDS.root, { signal }));
  if (options.keys === 'first-use') {
    if (record !== undefined) return trustRoot(new TextEncoder().encode(record.envelope));
    const { pinFirst } = await loadPart(() => import('./follow-roots.js'));
    return pinFirst(context);
  }
  const pinned = await trustRoot(options.keys);
  if (record === undefined || record.pin !== (await digestOf(pinned.bytes))) return pinned;
  return trustRoot(new TextEncoder().encode(record.envelope));
}

/** What {@link RootRecord.pin} says for these keys. */
export async function pinOf(keys: TrustOptions['keys']): Promise<string> {
  return keys === 'first-use' ? keys : digestOf(keys);
}

async function loadStored(digest: Digest, root: TrustedRoot, context: TrustContext): Promise<KnownRelease | undefined> {
  const { loadRelease } = await loadPart(() => import('./stored-release.js'));
  return loadRelease(digest, root, context);
}
