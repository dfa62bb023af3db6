import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import type { ContentOrigin, OriginObject, OriginOptions } from '../content-origin.js';
import { assertObjectSize, tooLargeError } from '../memory-origin.js';
import { MountError } from '../mount-error.js';
import { assertOriginKey } from '../origin-key.js';
import { printableName } from '../source-name.js';
import { truncatedError } from '../source-range.js';
import { fileSource } from './file-source.js';
import { systemCode } from './store-error.js';

const CHUNK_BYTES = 1024 * 1024;
/** Files that {@link folderOrigin} lists at most: a layout has a few thousand, a wrong folder may have millions. */
const MAX_FILES = 1_000_000;

/**
 * Makes a content origin of a folder that holds a bucket layout: the output of a split, a folder target.
 *
 * @throws MountError (its calls) `ERR_SOURCE_MISSING`, `ERR_SOURCE_FORBIDDEN`, `ERR_SOURCE_FAILED`,
 * `ERR_SOURCE_TOO_LARGE`, `ERR_SOURCE_KEY`, `ERR_VERIFY_SIZE`.
 * @example
 * const report = await verifyContent(folderOrigin('dist/content'), { trust: 'first-use' });
 */
export function folderOrigin(folder: string): ContentOrigin {
  const root = resolve(folder);
  const name = printableName(folder);
  const place = (key: string): string => {
    assertOriginKey(key);
    return join(root, ...key.split('/'));
  };
  return {
    name,
    fetch: async (key, options) => readCapped(place(key), { ...options, key }),
    async open(key, { sizeBytes, signal }) {
      const source = await fileSource(place(key), { signal, name: key });
      try {
        assertObjectSize(key, sizeBytes, source.sizeBytes);
      } catch (error) {
        await source.close?.();
        throw error;
      }
      return source;
    },
    async *stream(key, options) {
      yield* streamFile(place(key), { ...options, key });
    },
    list: (options) => listFiles(root, options),
  };
}

async function readCapped(
  path: string,
  { key, maxBytes, signal }: OriginOptions & { readonly key: string; readonly maxBytes: number },
): Promise<Uint8Array | undefined> {
  signal?.throwIfAborted();
  const file = await openFile(path, key);
  if (file === undefined) return undefined;
  try {
    const facts = await file.stat();
    const { size } = facts;
    if (!facts.isFile()) throw new MountError('ERR_SOURCE_FAILED', `${key} is no file`, { details: { key } });
    if (size > maxBytes) throw tooLargeError(key, maxBytes);
    const bytes = new Uint8Array(size);
    for (let at = 0; at < size; ) {
      const { bytesRead } = await file.read(bytes, at, size - at, at);
      if (bytesRead === 0) throw truncatedError(key, 0, size, at);
      at += bytesRead;
    }
    return bytes;
  } catch (error) {
    throw readError(error, key);
  } finally {
    await file.close();
  }
}

async function* streamFile(
  path: string,
  request: OriginOptions & { readonly key: string; readonly offset: number; readonly sizeBytes: number },
): AsyncGenerator<Uint8Array> {
  const { key, offset, sizeBytes, signal } = request;
  const file = await openFile(path, key);
  if (file === undefined) throw missingError(key);
  try {
    assertObjectSize(key, sizeBytes, (await file.stat()).size);
    for (let at = offset; at < sizeBytes; ) {
      signal?.throwIfAborted();
      const chunk = new Uint8Array(Math.min(CHUNK_BYTES, sizeBytes - at));
      const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
      if (bytesRead === 0) throw truncatedError(key, offset, sizeBytes - offset, at - offset);
      at += bytesRead;
      yield chunk.subarray(0, bytesRead);
    }
  } catch (error) {
    throw readError(error, key);
  } finally {
    await file.close();
  }
}

async function openFile(path: string, key: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return undefined;
    throw readError(error, key);
  }
}

async function listFiles(root: string, { signal }: OriginOptions = {}): Promise<readonly OriginObject[]> {
  const found: OriginObject[] = [];
  try {
    for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
      signal?.throwIfAborted();
      if (entry.isDirectory()) continue;
      const path = join(entry.parentPath, entry.name);
      if (found.length >= MAX_FILES) throw tooManyError(root);
      // Whatever is no file (a link, a socket) is listed too: it is part of what stands there.
      const sizeBytes = entry.isFile() ? (await stat(path)).size : 0;
      found.push({ key: relative(root, path).split(sep).join('/'), sizeBytes });
    }
  } catch (error) {
    throw readError(error, printableName(root));
  }
  return found.sort((a, b) => (a.key < b.key ? -1 : 1));
}

function readError(error: unknown, key: string): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  if (code === 'ENOENT') return missingError(key, error);
  const isForbidden = code === 'EACCES' || code === 'EPERM';
  return new MountError(isForbidden ? 'ERR_SOURCE_FORBIDDEN' : 'ERR_SOURCE_FAILED', `${key}: ${code}`, {
    cause: error,
    details: { key, code },
  });
}

function missingError(key: string, cause?: unknown): MountError {
  return new MountError('ERR_SOURCE_MISSING', `${key}: there is no such file`, { cause, details: { key } });
}

function tooManyError(root: string): MountError {
  return new MountError('ERR_SOURCE_TOO_LARGE', `${printableName(root)} has more than ${MAX_FILES} files`, {
    details: { maxFiles: MAX_FILES },
    hint: 'Is this the folder of a layout? It holds root/, channels/, releases/ and archives/.',
  });
}
