import { fstatSync, readSync, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { ByteSource, ReadOptions } from '../byte-source.js';
import { MountError, type MountErrorCode } from '../mount-error.js';
import { printableName } from '../source-name.js';
import { assertSourceRange, truncatedError } from '../source-range.js';

/** Options of {@link fileSource}. */
export interface FileSourceOptions extends ReadOptions {
  /** What messages call it. Default: the path. */
  readonly name?: string | undefined;
  /**
   * Reads of up to so many bytes block for the few microseconds that the page cache takes, instead of a trip through
   * the thread pool that costs ten times that. Set 0 for files on slow or remote disks. Default 64 KiB.
   */
  readonly syncUpToBytes?: number | undefined;
}

/** The defaults of {@link FileSourceOptions}. */
export const FILE_SOURCE_DEFAULTS: { readonly syncUpToBytes: number } = { syncUpToBytes: 64 * 1024 };

/**
 * Opens a file as a byte source. It holds one file handle until `close()`; a file that is replaced meanwhile is read on
 * in its old state, one that is written to is noticed by its size or time.
 *
 * @throws MountError `ERR_SOURCE_MISSING`, `ERR_SOURCE_FORBIDDEN`, `ERR_SOURCE_FAILED`; reads also
 * `ERR_SOURCE_CHANGED` and `ERR_SOURCE_TRUNCATED`.
 * @example
 * const source = await fileSource('dist/archives/level-1.0123456789abcdef.zip');
 * try {
 *   await source.read(0, 4);
 * } finally {
 *   await source.close?.();
 * }
 */
export async function fileSource(path: string, options: FileSourceOptions = {}): Promise<ByteSource> {
  const name = options.name ?? printableName(path);
  options.signal?.throwIfAborted();
  const handle = await open(path, 'r').catch((cause: unknown) => {
    throw fileError(name, cause);
  });
  try {
    const stats = await handle.stat();
    if (!stats.isFile())
      throw new MountError('ERR_SOURCE_FAILED', `${name}: not a file`, { details: { source: name } });
    return sourceOf({
      name,
      handle,
      stats,
      syncUpToBytes: options.syncUpToBytes ?? FILE_SOURCE_DEFAULTS.syncUpToBytes,
    });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

interface OpenFile {
  readonly name: string;
  readonly handle: FileHandle;
  readonly stats: Stats;
  readonly syncUpToBytes: number;
}

function sourceOf(file: OpenFile): ByteSource {
  const { name, handle, stats } = file;
  let isClosed = false;
  const requireOpen = (): void => {
    if (isClosed) throw new MountError('ERR_SOURCE_FAILED', `${name}: closed`, { details: { source: name } });
  };
  return {
    name,
    sizeBytes: stats.size,
    async read(offset, length, { signal } = {}) {
      assertSourceRange({ name, sizeBytes: stats.size }, offset, length);
      signal?.throwIfAborted();
      requireOpen();
      try {
        const bytes = new Uint8Array(length);
        const isSmall = length <= file.syncUpToBytes;
        const received = isSmall ? fillNow(handle.fd, bytes, offset) : await fill(handle, bytes, offset);
        requireOpen();
        checkUnchanged(file);
        if (received < length) throw truncatedError(name, offset, length, received);
        signal?.throwIfAborted();
        return bytes;
      } catch (error) {
        throw isSystemError(error) ? fileError(name, error) : error;
      }
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      await handle.close();
    },
  };
}

function fillNow(fd: number, bytes: Uint8Array, offset: number): number {
  let received = 0;
  while (received < bytes.length) {
    const count = readSync(fd, bytes, received, bytes.length - received, offset + received);
    if (count === 0) break;
    received += count;
  }
  return received;
}

async function fill(handle: FileHandle, bytes: Uint8Array, offset: number): Promise<number> {
  let received = 0;
  while (received < bytes.length) {
    const { bytesRead } = await handle.read(bytes, received, bytes.length - received, offset + received);
    if (bytesRead === 0) break;
    received += bytesRead;
  }
  return received;
}

function checkUnchanged({ name, handle, stats }: OpenFile): void {
  const now = fstatSync(handle.fd);
  if (now.size === stats.size && now.mtimeMs === stats.mtimeMs) return;
  if (now.size < stats.size) throw truncatedError(name, 0, stats.size, now.size);
  throw new MountError('ERR_SOURCE_CHANGED', `${name}: the file has been written to since it was opened`, {
    details: { source: name, expected: stats.size, actual: now.size },
  });
}

const CODES: ReadonlyMap<string, MountErrorCode> = new Map([
  ['ENOENT', 'ERR_SOURCE_MISSING'],
  ['ENOTDIR', 'ERR_SOURCE_MISSING'],
  ['EACCES', 'ERR_SOURCE_FORBIDDEN'],
  ['EPERM', 'ERR_SOURCE_FORBIDDEN'],
]);

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

/** Puts what the file system said into words of ours. @internal */
export function fileError(name: string, cause: unknown): MountError {
  const code = isSystemError(cause) ? (cause.code ?? '') : '';
  const reason = cause instanceof Error ? cause.message.replace(/^[A-Z]+: |, \w+.*$/g, '') : String(cause);
  const details = { source: name, code };
  return new MountError(CODES.get(code) ?? 'ERR_SOURCE_FAILED', `${name}: ${reason}`, { cause, details });
}
