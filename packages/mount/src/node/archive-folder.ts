import { createHash } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, digestHex, isLadingError } from '@lading/manifest';
import type { ByteSource } from '../byte-source.js';
import type { ArchiveStore, ArchiveWriter, StoredArchive, StoredPartial, StoreOptions } from '../mount-store.js';
import { ArchiveFiles } from './archive-files.js';
import { ArchiveUses } from './archive-uses.js';
import { makeFolder } from './durable-file.js';
import { fileSource } from './file-source.js';
import { PartialFolder } from './partial-folder.js';
import { ifThere, storeCall } from './store-error.js';

/** An archive whose bytes are not what its name says. */
export interface BrokenArchive {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly actual: Digest;
}

const READ_BYTES = 1024 * 1024;
/** How often an archive may be put aside between its being found and opened. */
const MAX_OPENS = 4;

/** The archives of a store: `archives/<sha256>.zip`, each whole or not there; `partial/` holds downloads that go on. */
export class ArchiveFolder implements ArchiveStore {
  readonly #folder: string;
  readonly #files: ArchiveFiles;
  readonly #partials: PartialFolder;
  readonly #uses: ArchiveUses;
  #isSwept = false;

  constructor(root: string) {
    this.#folder = join(root, 'archives');
    this.#files = new ArchiveFiles(this.#folder);
    this.#partials = new PartialFolder(join(root, 'partial'), this.#files);
    this.#uses = new ArchiveUses(root);
  }

  async open(digest: Digest, { signal }: StoreOptions = {}): Promise<ByteSource | undefined> {
    const hex = digestHex(digest);
    for (let i = 0; i < MAX_OPENS; i++) {
      try {
        return await fileSource(this.#files.path(hex), { signal, name: `archives/${hex}.zip` });
      } catch (error) {
        if (!isLadingError(error, 'ERR_SOURCE_MISSING')) throw error;
      }
      if (!(await storeCall(this.#folder, () => this.#files.find(hex)))) return undefined;
    }
    return undefined;
  }

  async openWriter(digest: Digest, sizeBytes: number, { signal }: StoreOptions = {}): Promise<ArchiveWriter> {
    signal?.throwIfAborted();
    return storeCall(this.#partials.path, async () => {
      const hex = digestHex(digest);
      const isThere = await this.#files.find(hex);
      const existing = isThere ? await ifThere(() => stat(this.#files.path(hex))) : undefined;
      if (existing?.size === sizeBytes) return finishedWriter(sizeBytes);
      await makeFolder(this.#folder);
      await makeFolder(this.#partials.path);
      await this.sweep();
      return this.#partials.open(digest, sizeBytes);
    });
  }

  list({ signal }: StoreOptions = {}): Promise<readonly StoredArchive[]> {
    return storeCall(this.#folder, async () => {
      const found: StoredArchive[] = [];
      for (const { hex, sizeBytes, writtenAtMs } of await this.#files.list(signal))
        found.push({ digest: `sha256:${hex}`, sizeBytes, usedAtMs: (await this.#uses.at(hex)) ?? writtenAtMs });
      return found;
    });
  }

  partials({ signal }: StoreOptions = {}): Promise<readonly StoredPartial[]> {
    return storeCall(this.#partials.path, () => this.#partials.list(signal));
  }

  async remove(digest: Digest, { signal }: StoreOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    await storeCall(this.#folder, () => this.#files.remove(digestHex(digest)));
    await this.#uses.forget(digestHex(digest));
  }

  touch(digest: Digest, at: Date): Promise<void> {
    return this.#uses.note(digestHex(digest), at);
  }

  async removeUnless(
    digest: Digest,
    isNeeded: () => Promise<boolean>,
    { signal }: StoreOptions = {},
  ): Promise<boolean> {
    signal?.throwIfAborted();
    const hex = digestHex(digest);
    const isRemoved = await storeCall(this.#folder, () => this.#files.removeUnless(hex, isNeeded));
    if (isRemoved) await this.#uses.forget(hex);
    return isRemoved;
  }

  async removePartial(digest: Digest, { signal }: StoreOptions = {}): Promise<boolean> {
    signal?.throwIfAborted();
    return storeCall(this.#partials.path, () => this.#partials.remove(digestHex(digest)));
  }

  /** Reads every archive and gives those whose bytes are others than their name says. */
  async verify({ signal }: StoreOptions = {}): Promise<readonly BrokenArchive[]> {
    const broken: BrokenArchive[] = [];
    for (const { digest, sizeBytes } of await this.list({ signal })) {
      const path = this.#files.path(digestHex(digest));
      const actual = await storeCall(this.#folder, () => ifThere(() => digestOfFile(path, signal)));
      if (actual !== undefined && actual !== digest) broken.push({ digest, sizeBytes, actual });
    }
    return broken;
  }

  /** Clears up after processes that died, once. */
  async sweep(): Promise<void> {
    if (this.#isSwept) return;
    await this.#partials.sweep();
    await this.#files.sweep();
    await this.#uses.sweep(new Set((await this.#files.list(undefined)).map(({ hex }) => hex)));
    this.#isSwept = true;
  }
}

/** The archive is there already: nothing to write. */
function finishedWriter(sizeBytes: number): ArchiveWriter {
  return {
    receivedBytes: sizeBytes,
    append: async ({ length }) => {
      if (length > 0) throw new Error('unreachable: bytes behind the end of an archive');
    },
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
