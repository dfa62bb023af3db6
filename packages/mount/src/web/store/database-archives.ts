import type { Digest } from '@lading/manifest';
import { blobSource } from '../../blob-source.js';
import type { ByteSource } from '../../byte-source.js';
import type { ArchiveStore } from '../../mount-store.js';
import {
  type ArchiveRow,
  archiveRow,
  chunksOf,
  deleteArchive,
  deletePartial,
  freshName,
  type PartialRow,
  partialRow,
} from './archive-rows.js';
import { type Database, resultOf } from './database.js';
import { bytesOf, openDatabaseWriter } from './database-writer.js';
import { takeLock } from './page-lock.js';

/** What the archives of a database need. */
export interface DatabaseArchivesOptions {
  readonly name: string;
  readonly now: () => Date;
  readonly onCommit: () => void;
}

const TABLES = ['archives', 'partials', 'chunks'] as const;

/** Archives in a database: each is a row and the chunks that it names, which together read as one Blob, without a copy. */
export function databaseArchives(database: Database, options: DatabaseArchivesOptions): ArchiveStore {
  const { name, now, onCommit } = options;
  const lockName = (digest: Digest): string => `${name} ${digest}`;
  return {
    async open(digest, { signal } = {}) {
      signal?.throwIfAborted();
      return openArchive(database, digest);
    },
    async openWriter(digest, sizeBytes, { signal } = {}) {
      signal?.throwIfAborted();
      await stopAsking(database, digest);
      const lock = await takeLock(lockName(digest));
      return openDatabaseWriter(digest, { database, sizeBytes, now, lock, onCommit });
    },
    // The browser orders keys by code unit.
    list: () =>
      database.read(TABLES, async ({ table }) => {
        const rows = await resultOf<ArchiveRow[]>(table('archives').getAll());
        return rows.map(({ digest, sizeBytes, usedAtMs }) => ({ digest, sizeBytes, usedAtMs }));
      }),
    partials: () =>
      database.read(TABLES, async ({ table }) => {
        const rows = await resultOf<PartialRow[]>(table('partials').getAll());
        return rows.map(({ digest, receivedBytes, usedAtMs }) => ({ digest, receivedBytes, usedAtMs }));
      }),
    remove: (digest) =>
      database.write(TABLES, async (tables) => {
        const row = await archiveRow(tables, digest);
        if (row !== undefined) deleteArchive(tables, row);
      }),
    touch: (digest, at) =>
      database.write(TABLES, async (tables) => {
        const row = await archiveRow(tables, digest);
        if (row !== undefined) tables.table('archives').put({ ...row, usedAtMs: at.getTime() }, digest);
      }),
    removeUnless: (digest, isNeeded) => removeUnless(database, digest, isNeeded),
    async removePartial(digest) {
      const lock = await takeLock(lockName(digest));
      if (lock === undefined) return false;
      try {
        return await database.write(TABLES, async (tables) => {
          const row = await partialRow(tables, digest);
          if (row !== undefined) deletePartial(tables, row);
          return row !== undefined;
        });
      } finally {
        await lock.release();
      }
    },
  };
}

async function openArchive(database: Database, digest: Digest): Promise<ByteSource | undefined> {
  const found = await database.read(TABLES, async (tables) => {
    const row = await archiveRow(tables, digest);
    return row && { row, blobs: await resultOf<Blob[]>(tables.table('chunks').getAll(chunksOf(row.part))) };
  });
  if (found === undefined) return undefined;
  const { row, blobs } = found;
  if (bytesOf(blobs) !== row.sizeBytes) {
    // The browser has lost chunks: the archive is not there, and comes again.
    await database.write(TABLES, async (tables) => deleteArchive(tables, row));
    return undefined;
  }
  if (row.asking !== undefined && !(await stopAsking(database, digest))) return undefined;
  return blobSource(new Blob(blobs), digest);
}

/** Lets a removal that asks find that the archive is needed. False where the archive is gone. */
function stopAsking(database: Database, digest: Digest): Promise<boolean> {
  return database.write(TABLES, async (tables) => {
    const row = await archiveRow(tables, digest);
    if (row?.asking !== undefined) tables.table('archives').put({ ...row, asking: undefined }, digest);
    return row !== undefined;
  });
}

async function removeUnless(database: Database, digest: Digest, isNeeded: () => Promise<boolean>): Promise<boolean> {
  const asking = freshName();
  const isThere = await database.write(TABLES, async (tables) => {
    const row = await archiveRow(tables, digest);
    if (row !== undefined) tables.table('archives').put({ ...row, asking }, digest);
    return row !== undefined;
  });
  if (!isThere) return false;
  let isKept = true;
  try {
    isKept = await isNeeded();
  } finally {
    if (isKept) await stopAsking(database, digest);
  }
  if (isKept) return false;
  return database.write(TABLES, async (tables) => {
    const row = await archiveRow(tables, digest);
    if (row?.asking !== asking) return false;
    deleteArchive(tables, row);
    return true;
  });
}
