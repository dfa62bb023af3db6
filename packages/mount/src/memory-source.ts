import type { ByteSource } from './byte-source.js';
import { assertSourceRange } from './source-range.js';

/**
 * Makes a byte source of bytes in memory. Reads are copies; the given bytes are not copied, so do not change them.
 *
 * @param name - What messages call it. Default `memory`.
 * @example
 * const source = memorySource(new Uint8Array([1, 2, 3]));
 * await source.read(1, 2); // → Uint8Array [2, 3]
 */
export function memorySource(bytes: Uint8Array, name = 'memory'): ByteSource {
  const sizeBytes = bytes.length;
  return {
    name,
    sizeBytes,
    async read(offset, length, options = {}) {
      assertSourceRange({ name, sizeBytes }, offset, length);
      options.signal?.throwIfAborted();
      return new Uint8Array(bytes.subarray(offset, offset + length));
    },
  };
}
