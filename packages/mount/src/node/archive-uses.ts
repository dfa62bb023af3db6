import { readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, removeFile, tidy } from './durable-file.js';
import { ifThere } from './store-error.js';

/**
 * When archives were last used: `used/<sha256>`, empty files whose time says it. Noting a use is one system call, in any number of
 * processes, and none of it has to survive: an archive without a note counts as used when it came.
 */
export class ArchiveUses {
  readonly #folder: string;

  constructor(root: string) {
    this.#folder = join(root, 'used');
  }

  /** Notes a use. Where that cannot be (no room, not allowed), it stays unnoted. */
  async note(hex: string, at: Date): Promise<void> {
    const path = join(this.#folder, hex);
    await tidy(async () => {
      if ((await ifThere(async () => utimes(path, at, at).then(() => true))) === true) return;
      await makeFolder(this.#folder);
      await writeFile(path, '');
      await utimes(path, at, at);
    });
  }

  /** When it was last used, in milliseconds since 1970. */
  async at(hex: string): Promise<number | undefined> {
    return (await ifThere(() => stat(join(this.#folder, hex))))?.mtimeMs;
  }

  /** The archive is gone. */
  async forget(hex: string): Promise<void> {
    await tidy(() => removeFile(join(this.#folder, hex)));
  }

  /** Removes the notes of archives that are not there. */
  async sweep(hexes: ReadonlySet<string>): Promise<void> {
    for (const name of (await ifThere(() => readdir(this.#folder))) ?? [])
      if (!hexes.has(name)) await this.forget(name);
  }
}
