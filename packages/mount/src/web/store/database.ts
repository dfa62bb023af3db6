import { browserCall } from './web-store-error.js';

/** Tables of the store. */
export type TableName = 'records' | 'archives' | 'partials' | 'chunks';

const TABLES: readonly TableName[] = ['records', 'archives', 'partials', 'chunks'];

/** A transaction whose tables are at hand. */
export interface Tables {
  table(name: TableName): IDBObjectStore;
}

/** What one IndexedDB database offers to the store: transactions that end whole or not at all. */
export interface Database {
  read<T>(names: readonly TableName[], work: (tables: Tables) => Promise<T>): Promise<T>;
  /** Durable before it resolves. `work` awaits nothing but requests of these tables; what it throws takes everything back. */
  write<T>(names: readonly TableName[], work: (tables: Tables) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Makes a database that opens when it is first used, and again after the browser has thrown it away. */
export function openDatabase(name: string): Database {
  let opened: Promise<IDBDatabase> | undefined;
  const forget = (): void => {
    opened = undefined;
  };
  const connect = (): Promise<IDBDatabase> => {
    opened ??= connection(name, forget);
    opened.catch(forget);
    return opened;
  };
  const run = <T>(mode: IDBTransactionMode, names: readonly TableName[], work: (tables: Tables) => Promise<T>) =>
    browserCall(`IndexedDB ${name}`, async () => inTransaction(await connect(), { mode, names }, work));
  return {
    read: (names, work) => run('readonly', names, work),
    write: (names, work) => run('readwrite', names, work),
    async close() {
      const former = opened;
      forget();
      (await former)?.close();
    },
  };
}

/** The result of a request. */
export function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function connection(name: string, onGone: () => void): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    for (const table of TABLES) request.result.createObjectStore(table);
  };
  const database = await resultOf(request);
  database.onclose = onGone;
  database.onversionchange = () => {
    onGone();
    database.close();
  };
  return database;
}

interface TransactionOptions {
  readonly mode: IDBTransactionMode;
  readonly names: readonly TableName[];
}

async function inTransaction<T>(
  database: IDBDatabase,
  { mode, names }: TransactionOptions,
  work: (tables: Tables) => Promise<T>,
): Promise<T> {
  const transaction = database.transaction([...names], mode, { durability: 'strict' });
  const ended = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new DOMException('The transaction ended', 'AbortError'));
  });
  // Both may fail: the transaction's own reason (no space) says more than that its requests were broken off.
  let failure: { readonly reason: unknown } | undefined;
  const working = work({ table: (name) => transaction.objectStore(name) }).catch((reason: unknown) => {
    failure = { reason };
    if (!(reason instanceof DOMException)) transaction.abort();
    return undefined as T;
  });
  const [result, end] = await Promise.allSettled([working, ended]);
  if (failure !== undefined && !(failure.reason instanceof DOMException)) throw failure.reason;
  if (end.status === 'rejected') throw end.reason;
  if (failure !== undefined) throw failure.reason;
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}
