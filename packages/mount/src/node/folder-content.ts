import { constants, type Dirent, type Stats } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Problem } from '@lading/manifest';
import type { ReadOptions } from '../byte-source.js';
import { contentError, filesContent } from '../files-content.js';
import { MountError } from '../mount-error.js';
import type { MountedContent } from '../mounted-content.js';
import { printableName } from '../source-name.js';
import { truncatedError } from '../source-range.js';
import { fileError } from './file-source.js';

/** Options of {@link folderContent}. */
export interface FolderContentOptions extends ReadOptions {
  /** The most files that a folder may have. Default 100,000. */
  readonly maxFiles?: number | undefined;
}

/** The defaults of {@link FolderContentOptions}. */
export const FOLDER_CONTENT_DEFAULTS: { readonly maxFiles: number } = { maxFiles: 100_000 };

/** Windows does not know it; there a link is still found by what it is when the folder is listed. */
const READ_NO_LINK = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);

interface ListedFile {
  readonly path: string;
  readonly file: string;
  readonly sizeBytes: number;
  readonly changedAtMs: number;
}

/**
 * Makes content of a plain folder: `levels/1.json` in it is `/levels/1.json`. The folder is listed now, and what it serves is what it
 * has now: a file that is written to or taken away later fails its reads instead of giving other bytes, and a new one is not seen.
 * Links are refused, so nothing outside the folder is ever served. No file stays open.
 *
 * @throws MountError `ERR_MOUNT_CONTENT` for links, devices and names that are no resource paths, all at once
 * (`details.problems`); `ERR_SOURCE_TOO_LARGE`, `ERR_SOURCE_MISSING`, `ERR_SOURCE_FORBIDDEN`, `ERR_SOURCE_FAILED`; reads also
 * `ERR_SOURCE_CHANGED`.
 * @example
 * const runtime = await createRuntime({ store: memoryStore(), base: await folderContent('assets') });
 */
export async function folderContent(folder: string, options: FolderContentOptions = {}): Promise<MountedContent> {
  const name = printableName(folder);
  const { maxFiles = FOLDER_CONTENT_DEFAULTS.maxFiles, signal } = options;
  const problems: Problem[] = [];
  const files: ListedFile[] = [];
  const folders = [{ path: '', place: resolve(folder) }];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    signal?.throwIfAborted();
    const { path, place } = next;
    for (const entry of await listFolder(place, name)) {
      const at = { path: `${path}/${entry.name}`, place: join(place, entry.name) };
      if (entry.isDirectory()) folders.push(at);
      else if (!entry.isFile()) problems.push({ path: at.path, problem: 'is a link or no file' });
      else files.push(await statFile(at.path, at.place));
      if (files.length > maxFiles) throw tooManyError(name, maxFiles);
    }
  }
  if (problems.length > 0) throw contentError(name, problems);
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return filesContent(name, files, readListed);
}

async function listFolder(place: string, name: string): Promise<Dirent[]> {
  try {
    return await readdir(place, { withFileTypes: true });
  } catch (error) {
    throw fileError(name, error);
  }
}

async function statFile(path: string, file: string): Promise<ListedFile> {
  try {
    const { size, mtimeMs } = await lstat(file);
    return { path, file, sizeBytes: size, changedAtMs: mtimeMs };
  } catch (error) {
    throw fileError(path, error);
  }
}

async function readListed(listed: ListedFile, { signal }: ReadOptions): Promise<Uint8Array<ArrayBuffer>> {
  const { path, file, sizeBytes } = listed;
  const handle = await open(file, READ_NO_LINK).catch((error: unknown) => {
    throw fileError(path, error);
  });
  try {
    assertUnchanged(listed, await handle.stat());
    const bytes = new Uint8Array(sizeBytes);
    for (let at = 0; at < sizeBytes; ) {
      signal?.throwIfAborted();
      const { bytesRead } = await handle.read(bytes, at, sizeBytes - at, at);
      if (bytesRead === 0) throw truncatedError(path, 0, sizeBytes, at);
      at += bytesRead;
    }
    assertUnchanged(listed, await handle.stat());
    return bytes;
  } catch (error) {
    throw error instanceof Error && 'syscall' in error ? fileError(path, error) : error;
  } finally {
    await handle.close();
  }
}

function assertUnchanged({ path, sizeBytes, changedAtMs }: ListedFile, now: Stats): void {
  if (now.isFile() && now.size === sizeBytes && now.mtimeMs === changedAtMs) return;
  throw new MountError('ERR_SOURCE_CHANGED', `${path}: the file has changed since the folder was listed`, {
    details: { source: path, expected: sizeBytes, actual: now.size },
    hint: 'Remove the mount and add the folder again.',
  });
}

function tooManyError(name: string, maxFiles: number): MountError {
  return new MountError('ERR_SOURCE_TOO_LARGE', `${name} has more than ${maxFiles} files`, {
    details: { source: name, maxFiles },
    hint: 'Is it the right folder? Set maxFiles where it has that many on purpose.',
  });
}
