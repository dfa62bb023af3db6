import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Digest } from '@lading/manifest';
import { tooLargeError } from '../target-errors.js';
import { errnoOf } from './folder-error.js';

const CHUNK_BYTES = 1024 * 1024;

/** What a file holds, read from one open handle: a rename in between changes nothing. */
export interface FileFacts {
  readonly sizeBytes: number;
  readonly digest: Digest;
  readonly modifiedAt: Date;
}

/** Runs an action on an open regular file; `undefined` where there is none. Follows no link. */
export async function withFile<T>(path: string, action: (file: FileHandle) => Promise<T>): Promise<T | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch (error) {
    // A file where the key has a folder: there is no such object.
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
  try {
    return (await file.stat()).isFile() ? await action(file) : undefined;
  } finally {
    await file.close();
  }
}

/** Hashes an open file in bounded memory. */
export async function fileFacts(file: FileHandle, signal: AbortSignal | undefined): Promise<FileFacts> {
  const hash = createHash('sha256');
  const buffer = new Uint8Array(CHUNK_BYTES);
  let sizeBytes = 0;
  for (;;) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, buffer.length, sizeBytes);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    sizeBytes += bytesRead;
  }
  return { sizeBytes, digest: `sha256:${hash.digest('hex')}`, modifiedAt: (await file.stat()).mtime };
}

/** Reads an open file whole. */
export async function fileBytes(file: FileHandle, key: string, maxBytes: number): Promise<Uint8Array> {
  const { size } = await file.stat();
  if (size > maxBytes) throw tooLargeError(key, maxBytes, size);
  const bytes = new Uint8Array(size);
  let offset = 0;
  while (offset < size) {
    const { bytesRead } = await file.read(bytes, offset, size - offset, offset);
    if (bytesRead === 0) break;
    offset += bytesRead;
  }
  return bytes.subarray(0, offset);
}
