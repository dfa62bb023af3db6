import { MAX_ROOT_BYTES, rootKey, type TrustedRoot, trustRoot, updateRoot } from '@lading/manifest/client';
import { MountError } from './mount-error.js';
import { probeNext, type RootAndFloor } from './newest-root.js';
import { recoverFloor } from './recover-floor.js';
import { raiseFloor, shippedFloor } from './trust-floor.js';
import { type FloorRecord, readFloorRecord, readRootRecord, TRUST_RECORDS, writeFloorRecord } from './trust-records.js';
import type { TrustContext, TrustOptions } from './trust-state.js';

/** Roots that one update follows at most. */
const MAX_ROOT_STEPS = 256;

/**
 * Follows the root chain to its end. Each root is kept before the next one is fetched.
 *
 * @param nextBytes - The root after the trusted one, as it came.
 */
export async function followRoots(
  trusted: RootAndFloor,
  nextBytes: Uint8Array,
  { options, pin, context }: { readonly options: TrustOptions; readonly pin: string; readonly context: TrustContext },
): Promise<RootAndFloor> {
  let { root, floor } = trusted;
  let bytes: Uint8Array | undefined = nextBytes;
  for (let step = 1; bytes !== undefined; step++) {
    const next: TrustedRoot = await updateRoot(root, bytes);
    await storeRoot(next, { before: root, pin }, context);
    floor = raiseFloor(shippedFloor(options), recoverFloor(floor, { before: root.root, after: next.root }));
    root = next;
    bytes = step < MAX_ROOT_STEPS ? await probeNext(root, context) : undefined;
  }
  return { root, floor };
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
