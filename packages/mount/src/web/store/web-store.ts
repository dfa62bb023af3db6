import { isLadingError, type LadingError } from '@lading/manifest/client';
import { memoryStore } from '../../memory-store.js';
import { MountError } from '../../mount-error.js';
import type { MountStore } from '../../mount-store.js';
import { openDatabase } from './database.js';
import { databaseArchives } from './database-archives.js';
import { databaseRecords } from './database-records.js';
import { probeDatabase } from './probe-database.js';

/** Where a page can keep content. */
export type WebStoreBackend = 'indexed-db' | 'memory';

/** Options of {@link webStore}. */
export interface WebStoreOptions {
  /** Name of the database; stores of one name share their content. Default `lading`. */
  readonly name?: string | undefined;
  /** Backends to try, the best first. Default: all. Memory is always the last one. */
  readonly backends?: readonly WebStoreBackend[] | undefined;
  /** Whether the browser is asked to keep the content, once, after the first archive is whole. Firefox asks the player. Default true. */
  readonly persist?: boolean | undefined;
  /** The clock. Default: the system's. */
  readonly now?: (() => Date) | undefined;
}

/** The store of a page. `name` is its backend. */
export interface WebStore extends MountStore {
  readonly name: WebStoreBackend;
  /** Why it is none of the backends that are better. */
  readonly reasons: readonly LadingError[];
}

/** Defaults of {@link WebStoreOptions}. */
export const WEB_STORE_DEFAULTS: { readonly [K in keyof WebStoreOptions]-?: NonNullable<WebStoreOptions[K]> } = {
  name: 'lading',
  backends: ['indexed-db', 'memory'],
  persist: true,
  now: () => new Date(),
};

/**
 * Opens the store of a page, on the first backend that gives back what is written to it. Where none does (storage is blocked, a
 * sandboxed frame) content is kept in memory, and `reasons` says why.
 *
 * @example
 * const store = await webStore();
 * console.log(store.name, store.reasons); // indexed-db []
 * const runtime = await createRuntime({ store, channel: url, keys: pinnedRoot });
 */
export async function webStore(options: WebStoreOptions = {}): Promise<WebStore> {
  const backends = options.backends ?? WEB_STORE_DEFAULTS.backends;
  const reasons: LadingError[] = [];
  if (backends.includes('indexed-db')) {
    try {
      return await databaseStore(options);
    } catch (error) {
      reasons.push(reasonOf(error));
    }
  }
  return { ...memoryStore(), name: 'memory', reasons };
}

async function databaseStore(options: WebStoreOptions): Promise<WebStore> {
  const {
    name = WEB_STORE_DEFAULTS.name,
    persist = WEB_STORE_DEFAULTS.persist,
    now = WEB_STORE_DEFAULTS.now,
  } = options;
  const database = openDatabase(name);
  await probeDatabase(database);
  let mayAsk = persist;
  const onCommit = (): void => {
    if (mayAsk) askToPersist();
    mayAsk = false;
  };
  return {
    name: 'indexed-db',
    reasons: [],
    isDurable: true,
    archives: databaseArchives(database, { name, now, onCommit }),
    ...databaseRecords(database),
    close: () => database.close(),
  };
}

/** Nobody waits for the answer: a player may leave the question open. A no is no error, the store is a cache then. */
function askToPersist(): void {
  if (!('storage' in navigator) || !('persist' in navigator.storage)) return;
  navigator.storage.persist().catch(() => false);
}

function reasonOf(error: unknown): LadingError {
  if (isLadingError(error)) return error;
  return new MountError('ERR_STORE_FAILED', `IndexedDB cannot be used: ${String(error)}`, { cause: error });
}
