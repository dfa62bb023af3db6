import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, digestHex } from '@lading/manifest';
import type { ArchiveWriter, StoredPartial } from '../mount-store.js';
import type { ArchiveFiles } from './archive-files.js';
import { removeFile } from './durable-file.js';
import { tryLock } from './file-lock.js';
import { openPartial } from './partial-archive.js';
import { ifThere } from './store-error.js';
import { sweepTemporaryFiles, temporaryName } from './temporary-file.js';

const PART_NAME = /^([0-9a-f]{64})\.part$/;
const REST_NAME = /^([0-9a-f]{64})\.(?:part|lock|journal)$/;

/** Downloads that go on: `partial/<sha256>.part`, its journal, and its lock while somebody writes to it. */
export class PartialFolder {
  readonly path: string;
  readonly #files: ArchiveFiles;

  constructor(path: string, files: ArchiveFiles) {
    this.path = path;
    this.#files = files;
  }

  /** Opens a download, behind what an earlier one has left; beside one that runs, a private one that starts from nothing. */
  async open(digest: Digest, sizeBytes: number): Promise<ArchiveWriter> {
    const hex = digestHex(digest);
    const base = join(this.path, hex);
    const lock = await lockPartial(`${base}.lock`);
    const partPath = lock === undefined ? `${base}.${temporaryName()}` : `${base}.part`;
    const archivePath = this.#files.path(hex);
    return openPartial({ digest, sizeBytes, partPath, journalPath: `${base}.journal`, archivePath, lock });
  }

  async list(signal: AbortSignal | undefined): Promise<readonly StoredPartial[]> {
    const found: StoredPartial[] = [];
    for (const name of ((await ifThere(() => readdir(this.path))) ?? []).sort()) {
      signal?.throwIfAborted();
      const hex = PART_NAME.exec(name)?.[1];
      const facts = hex === undefined ? undefined : await ifThere(() => stat(join(this.path, name)));
      if (facts?.isFile() === true)
        found.push({ digest: `sha256:${hex}`, receivedBytes: facts.size, usedAtMs: facts.mtimeMs });
    }
    return found;
  }

  /** Removes what a download has left; false where somebody writes to it, and where there is nothing. */
  async remove(hex: string): Promise<boolean> {
    const base = join(this.path, hex);
    if ((await ifThere(() => stat(`${base}.part`))) === undefined) return false;
    return underLock(base, async () => {
      await removeFile(`${base}.part`);
      await removeFile(`${base}.journal`);
    });
  }

  /** Clears up after processes that died: private downloads, locks, what is left of downloads that were committed. */
  async sweep(): Promise<void> {
    await sweepTemporaryFiles(this.path);
    const names = (await ifThere(() => readdir(this.path))) ?? [];
    for (const hex of new Set(names.map((name) => REST_NAME.exec(name)?.[1]))) {
      if (hex !== undefined) await this.#sweepRest(hex);
    }
  }

  /** What is left of a download whose archive has come in another way, or that has no bytes. */
  async #sweepRest(hex: string): Promise<void> {
    const base = join(this.path, hex);
    await underLock(base, async () => {
      if ((await ifThere(() => stat(this.#files.path(hex)))) !== undefined) await removeFile(`${base}.part`);
      if ((await ifThere(() => stat(`${base}.part`))) === undefined) await removeFile(`${base}.journal`);
    });
  }
}

/** False where somebody writes to the download. */
async function underLock(base: string, work: () => Promise<void>): Promise<boolean> {
  const lock = await lockPartial(`${base}.lock`);
  if (lock === undefined) return false;
  try {
    await work();
    return true;
  } finally {
    await lock.release();
  }
}

/** A dead holder's lock is gone after the first try, so that the second one takes it. */
async function lockPartial(path: string): ReturnType<typeof tryLock> {
  return (await tryLock(path, 'long')) ?? (await tryLock(path, 'long'));
}
