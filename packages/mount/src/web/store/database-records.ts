import type { JsonValue } from '@lading/manifest';
import type { MountStore } from '../../mount-store.js';
import { type Database, resultOf } from './database.js';

/** Records in a table: the browser lets one writing transaction of all tabs in at a time. */
export function databaseRecords(database: Database): Pick<MountStore, 'record' | 'transaction'> {
  return {
    async record(key, { signal } = {}) {
      signal?.throwIfAborted();
      return database.read(['records'], (tables) => resultOf<JsonValue | undefined>(tables.table('records').get(key)));
    },
    async transaction(change, { signal } = {}) {
      signal?.throwIfAborted();
      return database.write(['records'], async ({ table }) => {
        const records = table('records');
        const [keys, values] = await Promise.all([resultOf(records.getAllKeys()), resultOf(records.getAll())]);
        signal?.throwIfAborted();
        const draft = new Map<string, JsonValue>(keys.map((key, i) => [String(key), values[i]]));
        const changed = new Set<string>();
        const result = change({
          get: (key) => draft.get(key),
          set(key, value) {
            draft.set(key, structuredClone(value));
            changed.add(key);
          },
          delete(key) {
            draft.delete(key);
            changed.add(key);
          },
          keys: () => [...draft.keys()].sort(),
        });
        for (const key of changed) {
          if (draft.has(key)) records.put(draft.get(key), key);
          else records.delete(key);
        }
        return result;
      });
    },
  };
}
