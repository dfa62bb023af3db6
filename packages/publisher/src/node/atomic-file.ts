import { createHash } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Digest } from '@lading/manifest';
import { bodySizeBytes, readBody } from '../object-body.js';
import type { ObjectBody, TargetCallOptions } from '../publish-target.js';
import { makeFoldersFor, openNewFile, syncFolder } from './file-durability.js';
import { isNotFound } from './folder-error.js';
import { RESERVED_FOLDER } from './folder-path.js';
import { isMakerGone, uniqueName } from './owner-tag.js';

/** A whole, durable file that is not yet where it belongs. */
export interface StagedFile {
  readonly path: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
}

/** The folder of a target in which files grow until they are whole. */
export function stagingFolder(dir: string): string {
  return join(dir, RESERVED_FOLDER, 'tmp');
}

/** Writes a body to a file of its own and syncs it. Leaves nothing behind when it throws. */
export async function stageFile(dir: string, body: ObjectBody, options: TargetCallOptions = {}): Promise<StagedFile> {
  const path = join(stagingFolder(dir), uniqueName());
  const handle = await openNewFile(path);
  const hash = createHash('sha256');
  let sizeBytes = 0;
  try {
    for await (const chunk of readBody(body, { start: 0, end: bodySizeBytes(body), signal: options.signal })) {
      await writeAll(handle, chunk);
      hash.update(chunk);
      sizeBytes += chunk.length;
      options.onProgress?.(sizeBytes);
    }
    await handle.sync();
  } catch (error) {
    await handle.close();
    await rm(path, { force: true });
    throw error;
  }
  await handle.close();
  return { path, digest: `sha256:${hash.digest('hex')}`, sizeBytes };
}

/** Puts a staged file where it belongs: readers see the old file or the new one, also after a power cut. */
export async function placeFile(dir: string, staged: StagedFile, path: string): Promise<void> {
  await makeFoldersFor(dir, path);
  await rename(staged.path, path);
  await syncFolder(dirname(path));
}

/** Throws away a staged file. */
export async function discardFile(staged: StagedFile): Promise<void> {
  await rm(staged.path, { force: true });
}

/** Deletes what killed processes of this machine left in the staging folder. */
export async function sweepStaging(dir: string): Promise<void> {
  for (const name of await namesIn(stagingFolder(dir))) {
    if (isMakerGone(name) === true) await rm(join(stagingFolder(dir), name), { force: true });
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

async function writeAll(
  handle: { write(bytes: Uint8Array, offset: number): Promise<{ bytesWritten: number }> },
  bytes: Uint8Array,
): Promise<void> {
  let offset = 0;
  while (offset < bytes.length) offset += (await handle.write(bytes, offset)).bytesWritten;
}
