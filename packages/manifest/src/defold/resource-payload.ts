import { ManifestError } from '../manifest-error.js';
import { type DefoldResource, RESOURCE_COMPRESSED, RESOURCE_ENCRYPTED } from './defold-manifest.js';
import { decodeLz4Block } from './lz4-block.js';
import { applyXteaCtr } from './xtea-ctr.js';

/** The largest resource that is decoded: 1 GiB. */
export const MAX_RESOURCE_BYTES = 1_073_741_824;

/**
 * Gives a resource as the game sees it, from its stored payload (without the 16-byte header): decrypts, then unpacks,
 * as the flags say. Sizes are exact: a payload that is longer, shorter or unpacks to another size is refused.
 *
 * The payload's digest is the caller's to check, before this.
 *
 * @param resource - The payload's entry in the manifest.
 * @returns New bytes, or the payload itself where nothing had to be done.
 * @throws ManifestError `ERR_RESOURCE_PAYLOAD` (damaged, other sizes, a game with an encryption key of its own),
 * `ERR_TOO_LARGE` above 1 GiB.
 */
export function decodeResourcePayload(
  payload: Uint8Array,
  resource: Pick<DefoldResource, 'sizeBytes' | 'compressedSizeBytes' | 'flags'>,
): Uint8Array {
  const { sizeBytes, compressedSizeBytes, flags } = resource;
  const isCompressed = (flags & RESOURCE_COMPRESSED) !== 0;
  if (sizeBytes > MAX_RESOURCE_BYTES) {
    throw new ManifestError('ERR_TOO_LARGE', `Resource has ${sizeBytes} bytes; the limit is ${MAX_RESOURCE_BYTES}`, {
      details: { sizeBytes, maxBytes: MAX_RESOURCE_BYTES },
    });
  }
  const expected = isCompressed ? compressedSizeBytes : sizeBytes;
  if (payload.length !== expected) {
    throw new ManifestError(
      'ERR_RESOURCE_PAYLOAD',
      `Stored resource has ${payload.length} bytes; expected ${expected}`,
      {
        details: { expected: expected ?? null, actual: payload.length },
      },
    );
  }
  const plain = (flags & RESOURCE_ENCRYPTED) !== 0 ? applyXteaCtr(payload) : payload;
  return isCompressed ? decodeLz4Block(plain, sizeBytes) : plain;
}
