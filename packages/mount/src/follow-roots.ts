import { MAX_ROOT_BYTES, rootKey, type TrustedRoot, trustRoot, updateRoot } from '@lading/manifest/client';
import { MountError } from './mount-error.js';
import { probeRoot } from './probe-root.js';
import { raiseFloor, recoverFloor, shippedFloor } from './trust-floor.js';
import { type FloorRecord, readFloorRecord, readRootRecord, TRUST_RECORDS, writeFloorRecord } from './trust-records.js';
import { pinOf, type TrustContext, type TrustOptions, type TrustState } from './trust-state.js';

/** Roots that one update follows at most. */
const MAX_ROOT_STEPS = 256;

/** A root, and the floor under it. */
type RootAndFloor = Pick<TrustState, 'root' | 'floor'>;

/** Follows the root chain to its end. Each root is kept before the next one is fetched. */
export async function followRoots(
  state: RootAndFloor,
  options: TrustOptions,
  context: TrustContext,
): Promise<RootAndFloor> {
  const pin = await pinOf(options.keys);
  let { root, floor } = await newestKnown(state, { ...options, pin }, context);
  for (let step = 0; step < MAX_ROOT_STEPS; step++) {
    const next = await nextRoot(root, context);
    if (next === undefined) break;
    await storeRoot(next, { before: root, pin }, context);
    floor = raiseFloor(shippedFloor(options), recoverFloor(floor, { before: root.root, after: next.root }));
    root = next;
  }
  return { root, floor };
}

/** What the store knows by now: another process may have seen more, a key of which has been taken away included. */
async function newestKnown(
  state: RootAndFloor,
  options: TrustOptions & { readonly pin: string },
  { store, signal }: TrustContext,
): Promise<RootAndFloor> {
  const record = readRootRecord(await store.record(TRUST_RECORDS.root, { signal }));
  const stored = readFloorRecord(await store.record(TRUST_RECORDS.floor(options.channel), { signal }));
  const { version } = state.root.root;
  if (record === undefined || record.version <= version || record.pin !== options.pin) {
    return { root: state.root, floor: raiseFloor(state.floor, stored) };
  }
  const root = await trustRoot(new TextEncoder().encode(record.envelope));
  return { root, floor: raiseFloor(shippedFloor(options), stored) };
}

async function nextRoot(trusted: TrustedRoot, context: TrustContext): Promise<TrustedRoot | undefined> {
  const { origin, signal } = context;
  const bytes = origin && (await probeRoot(origin, trusted.root.version + 1, { signal }));
  return bytes === undefined ? undefined : updateRoot(trusted, bytes);
}

/** Pins whatever root 1 the origin shows first. */
export async function pinFirst(context: TrustContext): Promise<TrustedRoot> {
  const { origin, signal } = context;
  const bytes = await origin?.fetch(rootKey(1), { maxBytes: MAX_ROOT_BYTES, signal });
  if (bytes === undefined) {
    throw new MountError('ERR_NO_CHANNEL', `${origin?.name ?? 'No origin'}: there is no ${rootKey(1)}`, {
      details: { origin: origin?.name ?? null, key: rootKey(1) },
      hint: 'Is this the prefix of a published layout? It holds root/, channels/, releases/ and archives/.',
    });
  }
  const root = await trustRoot(bytes);
  await storeRoot(root, { before: root, pin: 'first-use' }, context);
  return root;
}

/**
 * Keeps a root durably, before anything that it signs for is used, and in the same change what it does to the floors of all
 * channels: between the two, the old keys could sign anything. An older root never replaces a newer one.
 */
async function storeRoot(
  { root, bytes }: TrustedRoot,
  { before, pin }: { readonly before: TrustedRoot; readonly pin: string },
  { store, signal }: TrustContext,
): Promise<void> {
  const envelope = new TextDecoder().decode(bytes);
  await store.transaction(
    (records) => {
      const stored = readRootRecord(records.get(TRUST_RECORDS.root));
      if (stored !== undefined && stored.pin === pin && stored.version >= root.version) return;
      records.set(TRUST_RECORDS.root, { version: root.version, envelope, pin });
      for (const key of records.keys()) {
        const floor = key.startsWith(TRUST_RECORDS.floor('')) ? readFloorRecord(records.get(key)) : undefined;
        if (floor === undefined) continue;
        const recovered: FloorRecord = recoverFloor(floor, { before: before.root, after: root });
        records.set(key, writeFloorRecord(recovered));
      }
    },
    { signal },
  );
}
