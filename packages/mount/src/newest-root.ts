import { loadPart, type TrustedRoot, trustRoot } from '@lading/manifest/client';
import { probeRoot } from './probe-root.js';
import { raiseFloor, shippedFloor } from './trust-floor.js';
import { readFloorRecord, readRootRecord, TRUST_RECORDS } from './trust-records.js';
import { pinOf, type TrustContext, type TrustOptions, type TrustState } from './trust-state.js';

/** A root, and the floor under it. */
export type RootAndFloor = Pick<TrustState, 'root' | 'floor'>;

/** The newest root and its floor. What follows the chain of roots is loaded where there is a next one. */
export async function newestRoot(
  state: RootAndFloor,
  options: TrustOptions,
  context: TrustContext,
): Promise<RootAndFloor> {
  const pin = await pinOf(options.keys);
  const known = await newestKnown(state, { ...options, pin }, context);
  const next = await probeNext(known.root, context);
  if (next === undefined) return known;
  const { followRoots } = await loadPart(() => import('./follow-roots.js'));
  return followRoots(known, next, { options, pin, context });
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

/** The root after a trusted one, as it stands at the origin; nothing of it is verified. `undefined` where there is none. */
export async function probeNext({ root }: TrustedRoot, context: TrustContext): Promise<Uint8Array | undefined> {
  const { origin, signal } = context;
  return origin && probeRoot(origin, root.version + 1, { signal });
}
