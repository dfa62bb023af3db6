import type { Digest, JsonValue } from '@lading/manifest';
import type { ByteSource } from './byte-source.js';

/** Options of store calls. */
export interface StoreOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * One archive on its way into the store. Bytes are appended in order; `commit` makes the archive visible under its
 * digest, at once and durably, and refuses bytes whose digest is another one (`ERR_VERIFY_DIGEST`, and the partial
 * bytes are gone). `suspend` keeps what is there for a later `openWriter` of the same digest.
 */
export interface ArchiveWriter {
  /** Bytes that are there already: where a resumed download goes on. */
  readonly receivedBytes: number;
  append(bytes: Uint8Array): Promise<void>;
  commit(): Promise<void>;
  suspend(): Promise<void>;
  discard(): Promise<void>;
}

/** An archive in a store. */
export interface StoredArchive {
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** When it was last used, or came, in milliseconds since 1970. Default: nobody knows, so long ago. */
  readonly usedAtMs?: number | undefined;
}

/** What a download that was suspended has left in a store. */
export interface StoredPartial {
  readonly digest: Digest;
  readonly receivedBytes: number;
  /** When it was last written to, in milliseconds since 1970. Default: nobody knows, so long ago. */
  readonly usedAtMs?: number | undefined;
}

/** Content-addressed archives: immutable, named by digest, visible only when whole and right. */
export interface ArchiveStore {
  open(digest: Digest, options?: StoreOptions): Promise<ByteSource | undefined>;
  openWriter(digest: Digest, sizeBytes: number, options?: StoreOptions): Promise<ArchiveWriter>;
  list(options?: StoreOptions): Promise<readonly StoredArchive[]>;
  /** Downloads that were suspended, so that a plan counts only what is still to come. Absent: none are kept. */
  partials?(options?: StoreOptions): Promise<readonly StoredPartial[]>;
  remove(digest: Digest, options?: StoreOptions): Promise<void>;
  /** Notes that an archive was used at a time: cheaply, and where it cannot be noted that is no error. Absent: uses are not noted. */
  touch?(digest: Digest, at: Date): Promise<void>;
  /**
   * Takes an archive away unless somebody needs it, beside other processes: puts it aside, asks, and then removes it or puts it back.
   * Whoever opens it, or wants to write it, in the meantime has it back, and then it stays, whatever the answer. Killed at any point,
   * the archive is as if nothing had been done, or gone. What is open reads on. Absent: the store cannot, and nothing of it is freed.
   *
   * @param isNeeded - Asked once, while the archive is aside. What it throws means that it is needed.
   * @returns True where the archive is gone by this call.
   */
  removeUnless?(digest: Digest, isNeeded: () => Promise<boolean>, options?: StoreOptions): Promise<boolean>;
  /** Removes what a suspended download has left, unless somebody writes to it. True where there was something. Absent: cannot. */
  removePartial?(digest: Digest, options?: StoreOptions): Promise<boolean>;
}

/** A consistent view of the records; writes become visible together, when the transaction ends. */
export interface RecordTransaction {
  get(key: string): JsonValue | undefined;
  set(key: string, value: JsonValue): void;
  delete(key: string): void;
  keys(): readonly string[];
}

/** Where a runtime keeps archives and its records (trust state, mounts). Atomic and durable: a reader sees old or new. */
export interface MountStore {
  readonly name: string;
  /** False where content does not survive the process (memory). */
  readonly isDurable: boolean;
  readonly archives: ArchiveStore;
  /** Reads one record. */
  record(key: string, options?: StoreOptions): Promise<JsonValue | undefined>;
  /** Runs `change` on the newest records and keeps all its writes, or none. `change` is synchronous and may run again. */
  transaction<T>(change: (records: RecordTransaction) => T, options?: StoreOptions): Promise<T>;
  close(): Promise<void>;
}
