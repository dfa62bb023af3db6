import type { Digest, JsonValue } from '@lading/manifest';
import { MOUNT_RECORDS, type MountIntent, writeIntent } from './mount-intent.js';
import type { MountStore, RecordTransaction } from './mount-store.js';
import type { TrialStart } from './release-probation.js';
import { nameTaken, type RootPlan, type WantedMount } from './root-plan.js';
import { digest, objectOf, TRUST_RECORDS, textList } from './trust-records.js';
import { currentReleases, dropReleases } from './update-trust.js';

/** What the store has of mounts, not yet looked into. */
export interface MountRecords {
  readonly active: Digest | undefined;
  readonly held: readonly string[];
  readonly sequence: number;
  /** By name, in code unit order. */
  readonly mounts: ReadonlyMap<string, JsonValue>;
}

/** Reads all records of mounts in one consistent view. @throws MountError `ERR_STORE_CORRUPT` */
export function loadMountRecords(store: MountStore, signal: AbortSignal | undefined): Promise<MountRecords> {
  return store.transaction(
    (records) => {
      const active = objectOf(records.get(TRUST_RECORDS.active), TRUST_RECORDS.active);
      const mounts = new Map<string, JsonValue>();
      for (const key of records.keys()) {
        const value = key.startsWith(MOUNT_RECORDS.prefix) ? records.get(key) : undefined;
        if (value !== undefined) mounts.set(key.slice(MOUNT_RECORDS.prefix.length), value);
      }
      return {
        active: active === undefined ? undefined : digest(active, 'digest'),
        held: textList(records.get(MOUNT_RECORDS.held) ?? [], MOUNT_RECORDS.held),
        sequence: lastSequence(records),
        mounts,
      };
    },
    { signal },
  );
}

interface StoreIntentInput {
  readonly wanted: WantedMount;
  readonly release: Digest;
  /** Where releases have to prove themselves. */
  readonly beginTrial: TrialStart | undefined;
}

/**
 * Keeps a new mount. `undefined`: another process has moved on to a newer release, and this one's is not kept any more.
 *
 * @throws MountError `ERR_MOUNT_EXISTS` where another process has taken the name meanwhile.
 */
export function storeIntent(
  store: MountStore,
  { wanted, release, beginTrial }: StoreIntentInput,
  signal: AbortSignal | undefined,
): Promise<MountIntent | undefined> {
  return store.transaction(
    (records) => {
      if (!currentReleases(records).has(release)) return undefined;
      if (records.get(MOUNT_RECORDS.mount(wanted.name)) !== undefined) throw nameTaken(wanted.name);
      const intent = intentOf(wanted, release, lastSequence(records) + 1);
      records.set(MOUNT_RECORDS.sequence, intent.sequence);
      records.set(MOUNT_RECORDS.mount(intent.name), writeIntent(intent));
      records.set(TRUST_RECORDS.active, { digest: release });
      beginTrial?.(records, release);
      return intent;
    },
    { signal },
  );
}

/** Takes a mount away for good. */
export async function storeRemoval(
  store: MountStore,
  { name, held }: { readonly name: string; readonly held: readonly string[] },
  signal: AbortSignal | undefined,
): Promise<void> {
  await store.transaction(
    (records) => {
      records.delete(MOUNT_RECORDS.mount(name));
      records.set(MOUNT_RECORDS.held, [...held]);
    },
    { signal },
  );
}

interface StorePlanInput {
  readonly plan: RootPlan;
  readonly former: ReadonlyMap<string, MountIntent>;
  readonly beginTrial: TrialStart | undefined;
}

/**
 * Keeps the mounts of a plan, all at once. A mount that stays in place, with new bytes or not, keeps its sequence. `undefined`:
 * another process has moved on to a newer release, and the plan's is not kept any more.
 */
export function storePlan(
  store: MountStore,
  { plan, former, beginTrial }: StorePlanInput,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, MountIntent> | undefined> {
  return store.transaction(
    (records) => {
      if (!currentReleases(records).has(plan.release.digest)) return undefined;
      let sequence = lastSequence(records);
      const intents = new Map<string, MountIntent>();
      for (const wanted of plan.mounts) {
        const intent = intentOf(wanted, plan.release.digest, former.get(wanted.name)?.sequence ?? ++sequence);
        intents.set(intent.name, intent);
        records.set(MOUNT_RECORDS.mount(intent.name), writeIntent(intent));
      }
      for (const name of plan.dropped) records.delete(MOUNT_RECORDS.mount(name));
      records.set(MOUNT_RECORDS.sequence, sequence);
      records.set(MOUNT_RECORDS.held, [...plan.held]);
      records.set(TRUST_RECORDS.active, { digest: plan.release.digest });
      beginTrial?.(records, plan.release.digest);
      dropReleases(records);
      return intents;
    },
    { signal },
  );
}

function intentOf(wanted: WantedMount, release: Digest, sequence: number): MountIntent {
  const { name, priority, mode, allow, dataOnly, isForRoot, archive } = wanted;
  const { digest: archiveDigest } = archive;
  return {
    name,
    priority,
    sequence,
    archive: archive.name,
    digest: archiveDigest,
    release,
    mode,
    allow,
    dataOnly,
    isForRoot,
  };
}

function lastSequence(records: RecordTransaction): number {
  const stored = records.get(MOUNT_RECORDS.sequence);
  return typeof stored === 'number' && Number.isSafeInteger(stored) && stored >= 0 ? stored : 0;
}
