import type { JsonObject, JsonValue, VariantChoice } from '@lading/manifest';
import type { MountStore } from '@lading/mount';

const KEY = 'lading.pull';

/** What `pull` was told, kept beside what it downloaded, so that `read` trusts and follows the same. */
export interface PullRecord {
  readonly channel: string;
  /** Envelope of the pinned root; `undefined` for trust on first use. */
  readonly trust: Uint8Array | undefined;
  /** Which variants were taken. */
  readonly variants: VariantChoice;
}

/** Keeps the record, where it changed. */
export async function storePullRecord(store: MountStore, { channel, trust, variants }: PullRecord): Promise<void> {
  const chosen: JsonObject = Object.fromEntries(Object.entries(variants).map(([axis, values]) => [axis, [...values]]));
  const value = { channel, trust: trust === undefined ? null : new TextDecoder().decode(trust), variants: chosen };
  await store.transaction((records) => {
    if (JSON.stringify(records.get(KEY)) !== JSON.stringify(value)) records.set(KEY, value);
  });
}

/** Reads the record; `undefined` for a store that another program made. */
export async function readPullRecord(store: MountStore): Promise<PullRecord | undefined> {
  const value = await store.record(KEY);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { channel, trust, variants } = value as JsonObject;
  if (typeof channel !== 'string') return undefined;
  return {
    channel,
    trust: typeof trust === 'string' ? new TextEncoder().encode(trust) : undefined,
    variants: choiceIn(variants),
  };
}

function choiceIn(value: JsonValue | undefined): VariantChoice {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([axis, values]) => [axis, Array.isArray(values) ? values.map(String) : []]),
  );
}
