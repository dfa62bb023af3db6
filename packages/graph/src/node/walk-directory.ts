import type { Dirent, Stats } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { GraphError } from '../graph-error.js';

/** A file of a walked folder. */
export interface WalkedFile {
  /** Its resource path, in NFC. */
  readonly path: string;
  /** Where it is on disk; its name there may be in another normal form. */
  readonly file: string;
  readonly sizeBytes: number;
  /** Changes with every change of the file's content: size, times and inode. */
  readonly stamp: string;
  /** When the file last changed, in ms since 1970, as the file system says it. */
  readonly changedAtMs: number;
}

/** What a walk finds: files by path, and what cannot be a resource. */
export interface DirectoryWalk {
  readonly files: readonly WalkedFile[];
  readonly problems: readonly { readonly path: string; readonly problem: string }[];
}

/** How {@link walkDirectory} walks. */
export interface WalkOptions {
  /** Says of a resource path (of a file, or of a folder with a slash at the end) whether to leave it out. */
  readonly ignores: (path: string) => boolean;
  readonly maxFiles: number;
  readonly maxDepth: number;
  readonly signal?: AbortSignal | undefined;
}

const STATS_AT_ONCE = 32;

interface OpenFolder {
  readonly path: string;
  readonly file: string;
  /** Real paths of the folders above and of this one: a link back to one of them would never end. */
  readonly chain: readonly string[];
}

/**
 * Walks a folder. A link is followed where it ends inside the folder and not in a folder that holds it; all others are
 * problems, as is everything that is neither file nor folder. The order on disk does not matter.
 *
 * @throws GraphError `ERR_DIRECTORY` where the folder cannot be read, `ERR_GRAPH_LIMIT` beyond the limits.
 */
export async function walkDirectory(dir: string, options: WalkOptions): Promise<DirectoryWalk> {
  const walk = new Walk(await rootOf(dir), options);
  return walk.run(dir);
}

async function rootOf(dir: string): Promise<string> {
  try {
    const root = await realpath(dir);
    if ((await stat(root)).isDirectory()) return root;
  } catch (cause) {
    throw directoryError(dir, cause);
  }
  throw new GraphError('ERR_DIRECTORY', `${dir} is not a folder`, { details: { path: dir } });
}

function directoryError(dir: string, cause: unknown): GraphError {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
  return new GraphError('ERR_DIRECTORY', `Cannot read the folder ${dir}: ${REASONS.get(code) ?? code}`, {
    cause,
    details: { path: dir, reason: code },
  });
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'it is not there'],
  ['ENOTDIR', 'it is not a folder'],
  ['EACCES', 'permission denied'],
]);

class Walk {
  readonly #root: string;
  readonly #options: WalkOptions;
  readonly #files: WalkedFile[] = [];
  readonly #problems: { path: string; problem: string }[] = [];
  readonly #open: OpenFolder[] = [];

  constructor(root: string, options: WalkOptions) {
    this.#root = root;
    this.#options = options;
  }

  async run(dir: string): Promise<DirectoryWalk> {
    this.#open.push({ path: '', file: dir, chain: [this.#root] });
    for (let folder = this.#open.pop(); folder !== undefined; folder = this.#open.pop()) await this.#readFolder(folder);
    return { files: this.#files.sort(byPath), problems: this.#problems.sort(byPath) };
  }

  async #readFolder(folder: OpenFolder): Promise<void> {
    const { signal, maxDepth } = this.#options;
    signal?.throwIfAborted();
    if (folder.chain.length > maxDepth)
      throw new GraphError('ERR_GRAPH_LIMIT', `${folder.file} is deeper than ${maxDepth} folders`, {
        details: { path: folder.path },
      });
    let entries: Dirent[];
    try {
      entries = await readdir(folder.file, { withFileTypes: true });
    } catch (cause) {
      throw directoryError(folder.file, cause);
    }
    for (let first = 0; first < entries.length; first += STATS_AT_ONCE) {
      signal?.throwIfAborted();
      await Promise.all(entries.slice(first, first + STATS_AT_ONCE).map((entry) => this.#visit(folder, entry)));
    }
  }

  async #visit(folder: OpenFolder, entry: Dirent): Promise<void> {
    const path = `${folder.path}/${entry.name.normalize('NFC')}`;
    if (this.#options.ignores(entry.isDirectory() ? `${path}/` : path)) return;
    const file = join(folder.file, entry.name);
    try {
      const stats = await lstat(file);
      if (stats.isSymbolicLink()) await this.#visitLink(folder, path, file);
      else this.#take(folder, path, file, stats, join(folder.chain.at(-1) as string, entry.name));
    } catch (error) {
      if (error instanceof GraphError) throw error;
      this.#problem(path, `cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
    }
  }

  async #visitLink(folder: OpenFolder, path: string, file: string): Promise<void> {
    let target: string;
    try {
      target = await realpath(file);
    } catch {
      this.#problem(path, 'is a link to something that is not there');
      return;
    }
    if (!isInside(this.#root, target)) this.#problem(path, 'is a link out of the folder');
    else if (folder.chain.some((above) => above === target)) this.#problem(path, 'is a link to a folder that holds it');
    else this.#take(folder, path, file, await stat(file), target);
  }

  #take(folder: OpenFolder, path: string, file: string, stats: Stats, real: string): void {
    if (stats.isDirectory()) {
      if (!this.#options.ignores(`${path}/`)) this.#open.push({ path, file, chain: [...folder.chain, real] });
    } else if (!stats.isFile()) this.#problem(path, 'is neither a file nor a folder');
    else {
      if (this.#files.length === this.#options.maxFiles)
        throw new GraphError('ERR_GRAPH_LIMIT', `The folder has more than ${this.#options.maxFiles} files`);
      const { size, mtimeMs, ctimeMs, ino } = stats;
      this.#files.push({
        path,
        file,
        sizeBytes: size,
        stamp: [size, mtimeMs, ctimeMs, ino].join(' '),
        changedAtMs: ctimeMs,
      });
    }
  }

  #problem(path: string, problem: string): void {
    this.#problems.push({ path, problem });
  }
}

function isInside(root: string, target: string): boolean {
  return target === root || target.startsWith(root.endsWith(sep) ? root : `${root}${sep}`);
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
