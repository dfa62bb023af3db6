import { join, resolve } from 'node:path';
import type { JsonValue } from '@lading/manifest';
import type { MountStore, RecordTransaction, StoreOptions } from '../mount-store.js';
import { SerialQueue } from '../serial-queue.js';
import { printableName } from '../source-name.js';
import { ArchiveFolder, type BrokenArchive } from './archive-folder.js';
import { makeFolder } from './durable-file.js';
import { acquireLock } from './file-lock.js';
import { RecordTable } from './record-table.js';
import { storeCall } from './store-error.js';
import { sweepTemporaryFiles } from './temporary-file.js';

/** Options of {@link nodeStore}. */
export interface NodeStoreOptions {
  /** How long a change of records waits for other processes, in milliseconds. Default 20_000. */
  readonly lockTimeoutMs?: number | undefined;
}

/** Defaults of {@link NodeStoreOptions}. */
export const NODE_STORE_DEFAULTS: { readonly lockTimeoutMs: number } = { lockTimeoutMs: 20_000 };

/** A store in a folder. */
export interface NodeStore extends MountStore {
  /** Reads every archive of the store and gives those whose bytes are wrong. Nothing is hashed at start. */
  verify(options?: StoreOptions): Promise<readonly BrokenArchive[]>;
}

/**
 * Makes a store of a folder, which several processes may share. Nothing is written before there is something to keep,
 * and reading works in a folder that cannot be written to.
 *
 * Archives are `archives/<sha256>.zip`, records `records.<version>.json`. Everything is written aside, made durable and
 * then named; records are written after the archives they name. Kill it or pull the plug at any instant: the next start
 * finds the old state or the new.
 *
 * @throws MountError (its calls) `ERR_STORE_FULL`, `ERR_STORE_DENIED`, `ERR_STORE_BUSY`, `ERR_STORE_CORRUPT`,
 * `ERR_STORE_FAILED`.
 * @example
 * const runtime = await createRuntime({ store: nodeStore('content'), channel: url, keys: pinnedRoot });
 */
export function nodeStore(folder: string, options: NodeStoreOptions = {}): NodeStore {
  const root = resolve(folder); // A change of the working directory must not move the store.
  const timeoutMs = options.lockTimeoutMs ?? NODE_STORE_DEFAULTS.lockTimeoutMs;
  const table = new RecordTable(root);
  const archives = new ArchiveFolder(root);
  const changes = new SerialQueue();
  let isSwept = false;
  const prepare = async (): Promise<void> => {
    await makeFolder(root);
    if (!isSwept) await sweepTemporaryFiles(root);
    await archives.sweep();
    isSwept = true;
  };
  return {
    name: printableName(folder),
    isDurable: true,
    archives,
    record: async (key, { signal } = {}) => {
      signal?.throwIfAborted();
      return storeCall(root, async () => (await table.read()).records.get(key));
    },
    transaction: (change, { signal } = {}) =>
      changes.run(() =>
        storeCall(root, async () => {
          signal?.throwIfAborted();
          const now = draftOf((await table.read()).records);
          const result = change(now.transaction);
          if (!now.isChanged()) return result; // Only read: no lock, no write.
          await prepare();
          const lock = await acquireLock(join(root, 'lock'), { signal, timeoutMs });
          try {
            return await write(table, change);
          } finally {
            await lock.release();
          }
        }),
      ),
    verify: (call) => archives.verify(call),
    close: async () => {},
  };
}

/** Compare and swap: decides on the newest records and writes the next version, again where somebody was faster. */
async function write<T>(table: RecordTable, change: (records: RecordTransaction) => T): Promise<T> {
  for (;;) {
    const base = await table.read();
    const draft = draftOf(base.records);
    const result = change(draft.transaction);
    if (!draft.isChanged() || (await table.write(base, draft.records))) return result;
  }
}

interface Draft {
  readonly records: ReadonlyMap<string, JsonValue>;
  readonly transaction: RecordTransaction;
  isChanged(): boolean;
}

function draftOf(base: ReadonlyMap<string, JsonValue>): Draft {
  const records = new Map(base);
  let isChanged = false;
  return {
    records,
    isChanged: () => isChanged,
    transaction: {
      get: (key) => records.get(key),
      set(key, value) {
        if (JSON.stringify(records.get(key)) === JSON.stringify(value)) return;
        records.set(key, structuredClone(value));
        isChanged = true;
      },
      delete(key) {
        if (records.delete(key)) isChanged = true;
      },
      keys: () => [...records.keys()].sort(),
    },
  };
}
