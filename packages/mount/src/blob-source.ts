import type { ByteSource } from './byte-source.js';
import { MountError } from './mount-error.js';
import { printableName } from './source-name.js';
import { assertSourceRange, truncatedError } from './source-range.js';

/**
 * Makes a byte source of a `Blob` or `File`: an upload, or a file of the origin private file system.
 *
 * A `File` dies when what is behind it changes or goes away; reads then fail with `ERR_SOURCE_CHANGED`, or
 * `ERR_SOURCE_MISSING` where the browser says that it is gone.
 *
 * @param name - What messages call it. Default: the file's name, or `blob`.
 * @example
 * const source = blobSource(new Blob(['abc']));
 * await source.read(0, 1); // → Uint8Array [97]
 */
export function blobSource(blob: Blob, name: string = nameOfBlob(blob)): ByteSource {
  const sizeBytes = blob.size;
  return {
    name,
    sizeBytes,
    async read(offset, length, options = {}) {
      assertSourceRange({ name, sizeBytes }, offset, length);
      options.signal?.throwIfAborted();
      const bytes = await readSlice(blob, offset, length, name);
      options.signal?.throwIfAborted();
      if (bytes.length !== length) throw truncatedError(name, offset, length, bytes.length);
      return bytes;
    },
  };
}

async function readSlice(blob: Blob, offset: number, length: number, name: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
  } catch (cause) {
    const isGone = cause instanceof Error && cause.name === 'NotFoundError';
    const what = isGone ? 'is gone' : 'has changed or cannot be read';
    throw new MountError(isGone ? 'ERR_SOURCE_MISSING' : 'ERR_SOURCE_CHANGED', `${name}: the file ${what}`, {
      cause,
      details: { source: name, offset, length },
      hint: 'Open the file again: a File object is dead once the file behind it changes.',
    });
  }
}

function nameOfBlob(blob: Blob): string {
  return 'name' in blob && typeof blob.name === 'string' && blob.name !== '' ? printableName(blob.name) : 'blob';
}
