import type { JsonObject } from '@lading/manifest';
import type { MountStore } from '@lading/mount';

const KEY = 'lading.pull';

/** What `pull` was told, kept beside what it downloaded, so that `read` trusts and follows the same. */
export interface PullRecord {
  readonly channel: string;
  /** Envelope of the pinned root; `undefined` for trust on first use. */
  readonly trust: Uint8Array | undefined;
}

/** Keeps the record, where it changed. */
export async function storePullRecord(store: MountStore, { channel, trust }: PullRecord): Promise<void> {
  const value = { channel, trust: trust === undefined ? null : new TextDecoder().decode(trust) };
  await store.transaction((records) => {
    if (JSON.stringify(records.get(KEY)) !== JSON.stringify(value)) records.set(KEY, value);
  });
}

/** Reads the record; `undefined` for a store that another program made. */
export async function readPullRecord(store: MountStore): Promise<PullRecord | undefined> {
  const value = await store.record(KEY);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { channel, trust } = value as JsonObject;
  if (typeof channel !== 'string') return undefined;
  return { channel, trust: typeof trust === 'string' ? new TextEncoder().encode(trust) : undefined };
}
