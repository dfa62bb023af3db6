import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { PublishError } from '../publish-error.js';
import type { ListedObject } from '../publish-target.js';
import { compareKeys, targetKeyProblem } from '../target-key.js';
import { errnoOf, isNotFound } from './folder-error.js';
import { RESERVED_FOLDER } from './folder-path.js';

/** How many names one folder may hold: they are sorted in memory. */
const MAX_FOLDER_ENTRIES = 1_000_000;

/**
 * Lists the files below a folder whose key starts with a prefix, in the order of their keys' bytes. Links, sockets and
 * names that can be no key are not objects of the target and stay out.
 */
export async function* listFolder(
  dir: string,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<ListedObject> {
  const start = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  const stack: string[] = (await namesBelow(dir, start, prefix)).reverse();
  for (let name = stack.pop(); name !== undefined; name = stack.pop()) {
    signal?.throwIfAborted();
    if (name.endsWith('/')) {
      for (const child of (await namesBelow(dir, name, prefix)).reverse()) stack.push(child);
    } else {
      const object = await listedFile(dir, name);
      if (object !== undefined) yield object;
    }
  }
}

/**
 * Keys of the files and, with a slash at the end, of the folders in one folder. With the slash their order is that of
 * all keys below them.
 */
async function namesBelow(dir: string, folder: string, prefix: string): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of openFolder(join(dir, folder))) {
    if (folder === '' && entry.name === RESERVED_FOLDER) continue;
    const key = `${folder}${entry.name}`;
    if (targetKeyProblem(key) !== undefined) continue;
    if (names.length === MAX_FOLDER_ENTRIES) throw tooManyError(folder);
    if (entry.isFile() && key.startsWith(prefix)) names.push(key);
    else if (entry.isDirectory() && mayHold(`${key}/`, prefix)) names.push(`${key}/`);
  }
  return names.sort(compareKeys);
}

function mayHold(folder: string, prefix: string): boolean {
  return folder.startsWith(prefix) || prefix.startsWith(folder);
}

async function* openFolder(
  path: string,
): AsyncGenerator<{ readonly name: string; isFile(): boolean; isDirectory(): boolean }> {
  try {
    yield* await opendir(path);
  } catch (error) {
    if (!isNotFound(error) && errnoOf(error) !== 'ENOTDIR') throw error;
  }
}

async function listedFile(dir: string, key: string): Promise<ListedObject | undefined> {
  try {
    const facts = await lstat(join(dir, key));
    return facts.isFile() ? { key, sizeBytes: facts.size, modifiedAt: facts.mtime } : undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function tooManyError(folder: string): PublishError {
  const message = `Folder "${folder}" has more than ${MAX_FOLDER_ENTRIES} entries`;
  return new PublishError('ERR_TARGET_TOO_LARGE', message, { details: { folder, maxEntries: MAX_FOLDER_ENTRIES } });
}
