import { mkdir, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from './store-error.js';

/** Makes the names in a folder durable: what was created, renamed or removed in it survives a power cut. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return; // A folder cannot be opened there; NTFS journals its names itself.
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Makes a folder, with its parents, durably. Step by step: `mkdir` with `recursive` says ENOENT where the disk is full
 * (Node 20), and does not tell which names are new.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    return makeFolder(path);
  }
  await syncFolder(dirname(path));
}

/** Writes a new file whole and durably. Its name is not: sync the folder, or link the file first. */
export async function writeNewFile(path: string, text: string): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes a file; one that is not there is fine. */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}

/** Clears up after a change that is kept already: what cannot be removed is no harm and goes with a later sweep. */
export async function tidy(remove: () => Promise<void>): Promise<void> {
  try {
    await remove();
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
  }
}
