import { subtleCrypto } from '@lading/manifest/client';
import { crc32 } from './crc32.js';
import { inflateRaw } from './inflate.js';

/** SHA-256 over bytes that come in pieces. */
export interface Sha256Stream {
  update(bytes: Uint8Array): void;
  digest(): Uint8Array;
}

/**
 * The three algorithms that reading an archive needs. {@link WEB_CODECS} runs everywhere; `nodeCodecs` of
 * `@lading/mount/node` gives the same results faster.
 */
export interface ArchiveCodecs {
  sha256(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** The content of a raw deflate stream: exactly `sizeBytes`, every stored byte used, else it throws an `Error`. */
  inflateRaw(stored: Uint8Array, sizeBytes: number): Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>;
  crc32(bytes: Uint8Array): number;
  /** Where it is there, a big directory is read and hashed in pieces; WebCrypto has no such thing. */
  createSha256?(): Sha256Stream;
}

/** WebCrypto, `DecompressionStream` and a table-driven CRC-32: what Node 20 and browsers share. */
export const WEB_CODECS: ArchiveCodecs = {
  sha256: async (bytes) => new Uint8Array(await subtleCrypto().digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)),
  inflateRaw,
  crc32,
};
