import type { ContentOrigin } from './content-origin.js';
import { memorySource } from './memory-source.js';
import { MountError } from './mount-error.js';
import { assertOriginKey } from './origin-key.js';

const CHUNK_BYTES = 65_536;

/**
 * Makes a content origin of a map from keys to bytes: for tests, for content that is built into an app, and as the
 * reference of the contract. The map may change while it is in use.
 *
 * @example
 * const origin = memoryOrigin(new Map([['root/1.json', envelope]]));
 */
export function memoryOrigin(files: ReadonlyMap<string, Uint8Array>, name = 'memory'): ContentOrigin {
  const existing = (key: string): Uint8Array => {
    const bytes = files.get(key);
    if (bytes !== undefined) return bytes;
    throw new MountError('ERR_SOURCE_MISSING', `${name}: no object ${key}`, { details: { source: name, key } });
  };
  return {
    name,
    async fetch(key, { maxBytes, signal }) {
      signal?.throwIfAborted();
      assertOriginKey(key);
      const bytes = files.get(key);
      if (bytes !== undefined && bytes.length > maxBytes) throw tooLargeError(`${name}: ${key}`, maxBytes);
      return bytes?.slice();
    },
    async open(key, { sizeBytes, signal }) {
      signal?.throwIfAborted();
      assertOriginKey(key);
      const bytes = existing(key);
      assertObjectSize(`${name}: ${key}`, sizeBytes, bytes.length);
      return memorySource(bytes, key);
    },
    async *stream(key, { offset, sizeBytes, signal }) {
      assertOriginKey(key);
      const bytes = existing(key);
      assertObjectSize(`${name}: ${key}`, sizeBytes, bytes.length);
      for (let at = offset; at < bytes.length; at += CHUNK_BYTES) {
        signal?.throwIfAborted();
        yield bytes.slice(at, at + CHUNK_BYTES);
      }
    },
    async list() {
      const keys = [...files.keys()].sort();
      return keys.map((key) => ({ key, sizeBytes: existing(key).length }));
    },
  };
}

/** Throws `ERR_VERIFY_SIZE` where an object is not as long as the signed document says. */
export function assertObjectSize(what: string, expected: number, actual: number): void {
  if (expected === actual) return;
  throw new MountError('ERR_VERIFY_SIZE', `${what}: expected ${expected} bytes, got ${actual}`, {
    details: { object: what, expected, actual },
  });
}

/** Says that an object has more bytes than its cap. */
export function tooLargeError(what: string, maxBytes: number): MountError {
  return new MountError('ERR_SOURCE_TOO_LARGE', `${what} has more than ${maxBytes} bytes`, {
    details: { object: what, maxBytes },
  });
}
