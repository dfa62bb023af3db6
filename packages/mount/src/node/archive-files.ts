import { readdir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from './durable-file.js';
import { ifThere } from './store-error.js';
import { isAbandoned, temporaryName } from './temporary-file.js';

const WHOLE = /^([0-9a-f]{64})\.zip$/;
/** `<sha256>.<temporary name>`: an archive that a process has put aside, to remove it unless somebody needs it. */
const ASIDE = /^([0-9a-f]{64})\.(.+\.tmp)$/;

/** A scan of a folder may miss a name that is changed meanwhile. Putting aside and back are two changes. */
const MAX_LOOKS = 4;

/** A file with an archive's bytes. */
export interface ArchiveFile {
  readonly hex: string;
  readonly sizeBytes: number;
  /** When it was written, in milliseconds since 1970. */
  readonly writtenAtMs: number;
}

/**
 * The files of whole archives. One that is put aside has another name until its fate is decided; changing a name is atomic, so of a
 * process that puts it back and one that removes it exactly one succeeds. An archive that is aside is still there for everybody: whoever
 * looks for it puts it back.
 */
export class ArchiveFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  path(hex: string): string {
    return join(this.#folder, `${hex}.zip`);
  }

  /** Tells whether an archive is there; where it was aside it is back by then. */
  async find(hex: string): Promise<boolean> {
    for (let look = 0; look < MAX_LOOKS; look++) {
      if ((await ifThere(() => stat(this.path(hex)))) !== undefined) return true;
      for (const name of await this.#asideOf(hex)) if (await this.#move(name, `${hex}.zip`)) return true;
    }
    return false;
  }

  /** All archives, each once, in the order of their digests. */
  async list(signal: AbortSignal | undefined): Promise<readonly ArchiveFile[]> {
    const found = new Map<string, ArchiveFile>();
    for (const name of (await ifThere(() => readdir(this.#folder))) ?? []) {
      signal?.throwIfAborted();
      const hex = WHOLE.exec(name)?.[1] ?? ASIDE.exec(name)?.[1];
      const facts = hex === undefined ? undefined : await ifThere(() => stat(join(this.#folder, name)));
      if (hex !== undefined && facts?.isFile() === true)
        found.set(hex, { hex, sizeBytes: facts.size, writtenAtMs: facts.mtimeMs });
    }
    return [...found.values()].sort((a, b) => (a.hex < b.hex ? -1 : 1));
  }

  /** Puts an archive aside, asks whether it is needed, and removes it or puts it back. True where it was removed. */
  async removeUnless(hex: string, isNeeded: () => Promise<boolean>): Promise<boolean> {
    const aside = `${hex}.${temporaryName()}`;
    if (!(await this.#putAside(hex, aside))) return false;
    let isKept = true;
    try {
      isKept = await isNeeded();
    } finally {
      if (isKept) await this.#move(aside, `${hex}.zip`);
    }
    if (isKept || (await this.#unlink(aside)) === undefined) return false; // Somebody has put it back.
    await syncFolder(this.#folder);
    return true;
  }

  /** Removes an archive, wherever it is. */
  async remove(hex: string): Promise<void> {
    const names = [`${hex}.zip`, ...(await this.#asideOf(hex))];
    const removed = await Promise.all(names.map((name) => this.#unlink(name)));
    if (removed.includes(true)) await syncFolder(this.#folder);
  }

  /** Puts back what processes that died had put aside. */
  async sweep(): Promise<void> {
    for (const name of (await ifThere(() => readdir(this.#folder))) ?? []) {
      const hex = ASIDE.exec(name)?.[1];
      if (hex !== undefined && (await isAbandoned(name, join(this.#folder, name))))
        await this.#move(name, `${hex}.zip`);
    }
  }

  /** Also takes what another process has put aside: it may be dead, and where it is not, it finds its file gone. */
  async #putAside(hex: string, aside: string): Promise<boolean> {
    for (const name of [`${hex}.zip`, ...(await this.#asideOf(hex))]) if (await this.#move(name, aside)) return true;
    return false;
  }

  async #asideOf(hex: string): Promise<readonly string[]> {
    const names = (await ifThere(() => readdir(this.#folder))) ?? [];
    return names.filter((name) => ASIDE.exec(name)?.[1] === hex);
  }

  /** False where there is no such file any more. */
  async #move(from: string, to: string): Promise<boolean> {
    const isMoved = await ifThere(() => rename(join(this.#folder, from), join(this.#folder, to)).then(() => true));
    return isMoved === true;
  }

  async #unlink(name: string): Promise<true | undefined> {
    return ifThere(() => unlink(join(this.#folder, name)).then(() => true as const));
  }
}
