import type { ByteSource } from './byte-source.js';

/** Bytes that are read ahead. */
const WINDOW_BYTES = 1024 * 1024;

/**
 * Makes a byte source that reads ahead: small reads that go forward through an archive cost one read of `source` a
 * mebibyte. It holds one window; reads that need more go past it. For one reader at a time.
 */
export function windowSource(source: ByteSource): ByteSource {
  const { name, sizeBytes } = source;
  let from = 0;
  let window: Uint8Array = new Uint8Array();
  return {
    name,
    sizeBytes,
    async read(offset, length, options = {}) {
      options.signal?.throwIfAborted();
      if (length > WINDOW_BYTES || offset < 0 || offset + length > sizeBytes)
        return source.read(offset, length, options);
      if (offset < from || offset + length > from + window.length) {
        window = await source.read(offset, Math.min(WINDOW_BYTES, sizeBytes - offset), options);
        from = offset;
      }
      return new Uint8Array(window.subarray(offset - from, offset - from + length));
    },
    close: async () => source.close?.(),
  };
}
