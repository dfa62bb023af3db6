import { type FileHandle, lstat, open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { errnoOf } from '../folder-error.js';
import { RESERVED_FOLDER } from '../folder-path.js';

/** Folders by the URL path at which they are served, longest path first. Paths start and end with a slash. */
export type ServedFolders = readonly { readonly path: string; readonly dir: string }[];

/** A file that a request asks for, open: a rename in between changes nothing. The caller closes the handle. */
export interface ServedFile {
  readonly handle: FileHandle;
  readonly sizeBytes: number;
  /** Strong: a rename brings another inode, a write another time. */
  readonly etag: string;
  /** Name of the file that was found: `index.html` for a folder. */
  readonly name: string;
}

/**
 * Opens what a URL path means: a file, or `index.html` of a folder.
 *
 * @param urlPath - Path of the request as it came, percent-encoded, without the query.
 * @returns `undefined` for what is not there and for every way out of the folders (`..`, also encoded; backslashes; links to
 * the outside; our own reserved folder); `folder` for a folder with an index where the path lacks the slash at its end.
 */
export async function openServedFile(
  folders: ServedFolders,
  urlPath: string,
): Promise<ServedFile | 'folder' | undefined> {
  const path = decodedPath(urlPath);
  const folder = folders.find((candidate) => path?.startsWith(candidate.path));
  if (path === undefined || folder === undefined) return undefined;
  const rest = path.slice(folder.path.length);
  if (rest.split('/')[0] === RESERVED_FOLDER) return undefined;
  try {
    return await openBelow(folder.dir, rest);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'].includes(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
}

function decodedPath(urlPath: string): string | undefined {
  try {
    const path = decodeURIComponent(urlPath);
    const isUnsafe = (segment: string): boolean => segment === '..' || /[\\\0]/.test(segment);
    return path.split('/').some(isUnsafe) ? undefined : path;
  } catch {
    return undefined; // Not percent-encoded text: no file has that name.
  }
}

async function openBelow(dir: string, rest: string): Promise<ServedFile | 'folder' | undefined> {
  const isFolder = (await lstat(join(dir, rest))).isDirectory();
  const path = await realpath(isFolder ? join(dir, rest, 'index.html') : join(dir, rest));
  const root = await realpath(dir);
  if (!path.startsWith(root.endsWith(sep) ? root : `${root}${sep}`)) return undefined;
  if (isFolder && rest !== '' && !rest.endsWith('/')) return 'folder';
  return openFile(path, path.slice(path.lastIndexOf(sep) + 1));
}

async function openFile(path: string, name: string): Promise<ServedFile | undefined> {
  const handle = await open(path, 'r');
  try {
    const facts = await handle.stat({ bigint: true });
    if (facts.isFile()) return { handle, name, sizeBytes: Number(facts.size), etag: etagOf(facts) };
  } catch (error) {
    await handle.close();
    throw error;
  }
  await handle.close();
  return undefined;
}

function etagOf({
  ino,
  size,
  mtimeNs,
}: {
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
}): string {
  return `"${[ino, size, mtimeNs].map((part) => part.toString(36)).join('-')}"`;
}
