import { compareKeys } from '@lading/publisher';
import type { KeyValueStore, VersionedValue } from '../src/key-value-store.js';

/** A database in memory, as one with values of 64 KiB and answers that take a moment. */
export function memoryStore(): KeyValueStore & { readonly values: ReadonlyMap<string, VersionedValue> } {
  const values = new Map<string, VersionedValue>();
  let versions = 0;
  const moment = async (signal: AbortSignal | undefined): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
  };
  return {
    values,
    maxValueBytes: 65_536,
    async get(key, { signal }) {
      await moment(signal);
      return values.get(key);
    },
    async set(key, value, { expected, signal }) {
      await moment(signal);
      if (value.length > 65_536) throw new Error('the value is too large');
      if (expected !== undefined && expected !== (values.get(key)?.version ?? 'none')) return undefined;
      versions += 1;
      values.set(key, { value: value.slice(), version: `v${versions}` });
      return `v${versions}`;
    },
    async delete(key, { signal }) {
      await moment(signal);
      values.delete(key);
    },
    async *entries(prefix, { signal }) {
      const keys = [...values.keys()].filter((key) => key.startsWith(prefix)).sort(compareKeys);
      for (const key of keys) {
        await moment(signal);
        const found = values.get(key);
        if (found !== undefined) yield [key, found.value];
      }
    },
  };
}
