import { createHash } from 'node:crypto';
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, digestHex, isLadingError } from '@lading/manifest';
import type { ByteSource } from '../byte-source.js';
import type { ArchiveStore, ArchiveWriter, StoreOptions } from '../mount-store.js';
import { makeFolder, removeFile, syncFolder } from './durable-file.js';
import { tryLock } from './file-lock.js';
import { fileSource } from './file-source.js';
import { openPartial } from './partial-archive.js';
import { ifThere, storeCall } from './store-error.js';
import { sweepTemporaryFiles, temporaryName } from './temporary-file.js';

/** An archive whose bytes are not what its name says. */
export interface BrokenArchive {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly actual: Digest;
}

const ARCHIVE_NAME = /^([0-9a-f]{64})\.zip$/;
const PART_NAME = /^([0-9a-f]{64})\.part$/;
const REST_NAME = /^([0-9a-f]{64})\.(?:part|lock|journal)$/;
const READ_BYTES = 1024 * 1024;

/** The archives of a store: `archives/<sha256>.zip`, each whole or not there; `partial/` holds downloads that go on. */
export class ArchiveFolder implements ArchiveStore {
  readonly #folder: string;
  readonly #partials: string;
  #isSwept = false;

  constructor(root: string) {
    this.#folder = join(root, 'archives');
    this.#partials = join(root, 'partial');
  }

  async open(digest: Digest, { signal }: StoreOptions = {}): Promise<ByteSource | undefined> {
    try {
      return await fileSource(this.#path(digest), { signal, name: `archives/${digestHex(digest)}.zip` });
    } catch (error) {
      if (isLadingError(error, 'ERR_SOURCE_MISSING')) return undefined;
      throw error;
    }
  }

  async openWriter(digest: Digest, sizeBytes: number, { signal }: StoreOptions = {}): Promise<ArchiveWriter> {
    signal?.throwIfAborted();
    return storeCall(this.#partials, async () => {
      const existing = await ifThere(() => stat(this.#path(digest)));
      if (existing?.size === sizeBytes) return finishedWriter(sizeBytes);
      await makeFolder(this.#folder);
      await makeFolder(this.#partials);
      await this.sweep();
      const base = join(this.#partials, digestHex(digest));
      const lock = await lockPartial(`${base}.lock`);
      const partPath = lock === undefined ? `${base}.${temporaryName()}` : `${base}.part`;
      const archivePath = this.#path(digest);
      return openPartial({ digest, sizeBytes, partPath, journalPath: `${base}.journal`, archivePath, lock });
    });
  }

  async list({ signal }: StoreOptions = {}): Promise<readonly { digest: Digest; sizeBytes: number }[]> {
    return this.#files(this.#folder, ARCHIVE_NAME, signal);
  }

  async partials({ signal }: StoreOptions = {}): Promise<readonly { digest: Digest; receivedBytes: number }[]> {
    const files = await this.#files(this.#partials, PART_NAME, signal);
    return files.map(({ digest, sizeBytes }) => ({ digest, receivedBytes: sizeBytes }));
  }

  async remove(digest: Digest, { signal }: StoreOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    await storeCall(this.#folder, async () => {
      if ((await ifThere(() => stat(this.#path(digest)))) === undefined) return;
      await removeFile(this.#path(digest));
      await syncFolder(this.#folder);
    });
  }

  /** Reads every archive and gives those whose bytes are others than their name says. */
  async verify({ signal }: StoreOptions = {}): Promise<readonly BrokenArchive[]> {
    const broken: BrokenArchive[] = [];
    for (const { digest, sizeBytes } of await this.list({ signal })) {
      const actual = await storeCall(this.#folder, () => ifThere(() => digestOfFile(this.#path(digest), signal)));
      if (actual !== undefined && actual !== digest) broken.push({ digest, sizeBytes, actual });
    }
    return broken;
  }

  /** Clears up after processes that died: private downloads, locks, what is left of downloads that were committed. */
  async sweep(): Promise<void> {
    if (this.#isSwept) return;
    await sweepTemporaryFiles(this.#partials);
    const names = (await ifThere(() => readdir(this.#partials))) ?? [];
    for (const hex of new Set(names.map((name) => REST_NAME.exec(name)?.[1]))) {
      if (hex !== undefined) await this.#sweepRest(hex);
    }
    this.#isSwept = true;
  }

  /** What is left of a download whose archive has come in another way, or that has no bytes. */
  async #sweepRest(hex: string): Promise<void> {
    const base = join(this.#partials, hex);
    const lock = await lockPartial(`${base}.lock`);
    if (lock === undefined) return;
    try {
      if ((await ifThere(() => stat(this.#path(`sha256:${hex}`)))) !== undefined) await removeFile(`${base}.part`);
      if ((await ifThere(() => stat(`${base}.part`))) === undefined) await removeFile(`${base}.journal`);
    } finally {
      await lock.release();
    }
  }

  async #files(
    folder: string,
    pattern: RegExp,
    signal: AbortSignal | undefined,
  ): Promise<{ digest: Digest; sizeBytes: number }[]> {
    return storeCall(folder, async () => {
      const found: { digest: Digest; sizeBytes: number }[] = [];
      for (const name of ((await ifThere(() => readdir(folder))) ?? []).sort()) {
        signal?.throwIfAborted();
        const hex = pattern.exec(name)?.[1];
        const facts = hex === undefined ? undefined : await ifThere(() => stat(join(folder, name)));
        if (facts?.isFile() === true) found.push({ digest: `sha256:${hex}`, sizeBytes: facts.size });
      }
      return found;
    });
  }

  #path(digest: Digest): string {
    return join(this.#folder, `${digestHex(digest)}.zip`);
  }
}

/** A dead holder's lock is gone after the first try, so that the second one takes it. */
async function lockPartial(path: string): ReturnType<typeof tryLock> {
  return (await tryLock(path, 'long')) ?? (await tryLock(path, 'long'));
}

/** The archive is there already: nothing to write. */
function finishedWriter(sizeBytes: number): ArchiveWriter {
  return {
    receivedBytes: sizeBytes,
    append: () => Promise.reject(new Error('unreachable: bytes behind the end of an archive')),
    commit: async () => {},
    suspend: async () => {},
    discard: async () => {},
  };
}

async function digestOfFile(path: string, signal: AbortSignal | undefined): Promise<Digest> {
  const file: FileHandle = await open(path, 'r');
  try {
    const hash = createHash('sha256');
    const buffer = new Uint8Array(READ_BYTES);
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, READ_BYTES, null);
      if (bytesRead === 0) return `sha256:${hash.digest('hex')}`;
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
