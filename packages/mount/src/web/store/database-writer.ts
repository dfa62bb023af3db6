import { type Digest, isDigest } from '@lading/manifest/client';
import { oversizedError, wrongDigestError } from '../../archive-error.js';
import type { ArchiveWriter } from '../../mount-store.js';
import { createSha256 } from '../../sha256-stream.js';
import { archiveRow, chunksOf, deletePartial, freshName, type PartialRow, partialRow } from './archive-rows.js';
import { type Database, resultOf } from './database.js';
import type { PageLock } from './page-lock.js';

/** So many bytes are collected before they become a chunk: what a killed page loses at most. */
const CHUNK_BYTES = 1024 * 1024;

/** What a writer of the database needs. */
export interface DatabaseWriterOptions {
  readonly database: Database;
  readonly sizeBytes: number;
  readonly now: () => Date;
  /** Held while it writes. Without one the bytes stay with the page until commit, and are never resumed. */
  readonly lock: PageLock | undefined;
  readonly onCommit: () => void;
}

const TABLES = ['archives', 'partials', 'chunks'] as const;

/** Opens a download. What an earlier one brought is hashed again; nothing of it is believed before the whole is right. */
export async function openDatabaseWriter(digest: Digest, options: DatabaseWriterOptions): Promise<ArchiveWriter> {
  try {
    const writer = new DatabaseWriter(digest, options);
    if (options.lock !== undefined) await writer.resume();
    return writer;
  } catch (error) {
    await options.lock?.release();
    throw error;
  }
}

class DatabaseWriter implements ArchiveWriter {
  readonly #digest: Digest;
  readonly #options: DatabaseWriterOptions;
  readonly #blobs: Blob[] = [];
  #hash = createSha256();
  #part: string = freshName();
  #pending: Uint8Array<ArrayBuffer>[] = [];
  #pendingBytes = 0;
  #chunks = 0;
  #storedBytes = 0;

  constructor(digest: Digest, options: DatabaseWriterOptions) {
    this.#digest = digest;
    this.#options = options;
  }

  get receivedBytes(): number {
    return this.#storedBytes + this.#pendingBytes;
  }

  async resume(): Promise<void> {
    const { database, sizeBytes } = this.#options;
    const found = await database.read(TABLES, async (tables) => {
      const row = await partialRow(tables, this.#digest);
      return row && { row, blobs: await resultOf<Blob[]>(tables.table('chunks').getAll(chunksOf(row.part))) };
    });
    if (found === undefined) return;
    const { row, blobs } = found;
    const isWhole =
      blobs.length === row.chunks && bytesOf(blobs) === row.receivedBytes && row.receivedBytes <= sizeBytes;
    if (!isWhole || !(await this.#hashAgain(blobs))) {
      this.#hash = createSha256();
      await database.write(TABLES, async (tables) => deletePartial(tables, row));
      return;
    }
    this.#part = row.part;
    this.#chunks = row.chunks;
    this.#storedBytes = row.receivedBytes;
  }

  async append(bytes: Uint8Array): Promise<void> {
    const { sizeBytes } = this.#options;
    if (this.receivedBytes + bytes.length > sizeBytes) throw oversizedError(this.#digest, sizeBytes);
    this.#pending.push(new Uint8Array(bytes));
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes >= CHUNK_BYTES) await this.#flush();
  }

  async commit(): Promise<void> {
    await this.#flush();
    const actual = `sha256:${hex(this.#hash.digest())}`;
    if (!isDigest(actual)) throw new Error(`unreachable: ${actual}`);
    if (actual !== this.#digest) {
      await this.discard();
      throw wrongDigestError(this.#digest, actual);
    }
    await this.#publish();
    await this.#options.lock?.release();
    this.#options.onCommit();
  }

  async suspend(): Promise<void> {
    try {
      await this.#flush();
    } finally {
      await this.#options.lock?.release();
    }
  }

  async discard(): Promise<void> {
    const { database, lock } = this.#options;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#blobs.splice(0);
    try {
      if (lock !== undefined) await database.write(TABLES, async (tables) => deletePartial(tables, this.#row(0, 0)));
    } finally {
      await lock?.release();
    }
  }

  /** Old or new: the row of the archive and the end of its partial are one transaction. */
  async #publish(): Promise<void> {
    const { database, sizeBytes, now, lock } = this.#options;
    await database.write(TABLES, async (tables) => {
      const digest = this.#digest;
      const former = await archiveRow(tables, digest);
      const row = { digest, sizeBytes, part: former?.part ?? this.#part, usedAtMs: now().getTime() };
      tables.table('archives').put(row, digest);
      if (lock !== undefined) tables.table('partials').delete(digest);
      if (former !== undefined) tables.table('chunks').delete(chunksOf(this.#part));
      else this.#blobs.forEach((blob, i) => void tables.table('chunks').put(blob, [this.#part, i]));
    });
  }

  /** A chunk and the count of what is there are one transaction. Where it fails the bytes before it stay as they were. */
  async #flush(): Promise<void> {
    if (this.#pendingBytes === 0) return;
    const blob = new Blob(this.#pending);
    const { database, lock } = this.#options;
    if (lock === undefined) this.#blobs.push(blob);
    else {
      const row = this.#row(this.#chunks + 1, this.#storedBytes + blob.size);
      await database.write(TABLES, async ({ table }) => {
        table('chunks').put(blob, [this.#part, this.#chunks]);
        table('partials').put(row, this.#digest);
      });
    }
    for (const bytes of this.#pending) this.#hash.update(bytes);
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#chunks++;
    this.#storedBytes += blob.size;
  }

  #row(chunks: number, receivedBytes: number): PartialRow {
    const usedAtMs = this.#options.now().getTime();
    return { digest: this.#digest, part: this.#part, chunks, receivedBytes, usedAtMs };
  }

  /** False where the browser has lost what it stored. */
  async #hashAgain(blobs: readonly Blob[]): Promise<boolean> {
    for (const blob of blobs) {
      const bytes = await blob.arrayBuffer().catch((error: unknown) => {
        if (error instanceof DOMException) return undefined;
        throw error;
      });
      if (bytes === undefined) return false;
      this.#hash.update(new Uint8Array(bytes));
    }
    return true;
  }
}

/** Bytes of all of them. */
export function bytesOf(blobs: readonly Blob[]): number {
  return blobs.reduce((sum, { size }) => sum + size, 0);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
