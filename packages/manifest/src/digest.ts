import { bytesToHex } from './hex.js';
import { ManifestError } from './manifest-error.js';

/** Names bytes by what they are: `sha256:` and 64 lower-case hex digits. */
export type Digest = `sha256:${string}`;

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Tells whether a value is a well-formed {@link Digest}. */
export function isDigest(value: unknown): value is Digest {
  return typeof value === 'string' && DIGEST.test(value);
}

/**
 * Computes the digest of bytes with WebCrypto.
 *
 * @throws ManifestError `ERR_NO_WEBCRYPTO` on a page without a secure context, where browsers hide `crypto.subtle`.
 * @example
 * await digestOf(new Uint8Array()); // → 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
 */
export async function digestOf(bytes: Uint8Array): Promise<Digest> {
  const hash = await subtleCrypto().digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return `sha256:${bytesToHex(new Uint8Array(hash))}`;
}

/** The 64 hex digits of a digest, without its algorithm. */
export function digestHex(digest: Digest): string {
  return digest.slice('sha256:'.length);
}

/** WebCrypto, or a typed error that says why it is missing. Never a fallback: what cannot be verified is not used. */
export function subtleCrypto(): SubtleCrypto {
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined) {
    throw new ManifestError('ERR_NO_WEBCRYPTO', 'WebCrypto is not available here', {
      hint: 'Serve the page over https or from localhost: browsers offer crypto.subtle only in secure contexts.',
    });
  }
  return subtle;
}
