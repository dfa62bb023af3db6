import { type FileHandle, mkdir, open, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf, isNotFound } from './folder-error.js';
import { foldersDownTo } from './folder-path.js';

/** Makes a rename or a new name survive a power cut. Windows has no such call for folders and needs none. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes the folders that hold `path`, durably: each new name is synced in the folder above it. */
export async function makeFoldersFor(dir: string, path: string): Promise<void> {
  const first = await mkdir(dirname(path), { recursive: true });
  if (first === undefined) return;
  await syncFolder(dirname(first));
  for (const folder of foldersDownTo(dir, path)) if (folder.length >= first.length) await syncFolder(folder);
}

/** Opens a new file in a folder that another process may remove while it is empty. */
export async function openNewFile(path: string): Promise<FileHandle> {
  for (let attempt = 1; ; attempt++) {
    try {
      await mkdir(dirname(path), { recursive: true });
      return await open(path, 'wx');
    } catch (error) {
      if (!isNotFound(error) || attempt === 20) throw error;
    }
  }
}

/** Removes folders, innermost first, as long as they are empty. */
export async function removeEmptyFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    try {
      await rmdir(folder);
    } catch (error) {
      if (isNotFound(error) || errnoOf(error) === 'ENOTDIR') continue;
      if (['ENOTEMPTY', 'EEXIST', 'EBUSY', 'EPERM', 'EACCES'].includes(errnoOf(error) ?? '')) return;
      throw error;
    }
  }
}
