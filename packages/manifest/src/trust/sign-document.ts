import { type Digest, digestOf } from '../digest.js';
import { ManifestError } from '../manifest-error.js';
import { MAX_CHANNEL_BYTES, MAX_RELEASE_BYTES, MAX_ROOT_BYTES } from './bucket-layout.js';
import { type Channel, serializeChannel } from './channel-document.js';
import { maxEnvelopeBytes, PAYLOAD_TYPES, type PayloadType } from './envelope.js';
import { type Release, serializeRelease } from './release-document.js';
import { assertKeyids } from './role-keys.js';
import { type Root, serializeRoot } from './root-document.js';
import { sealEnvelope } from './seal-envelope.js';
import type { SigningKey } from './signing-key.js';

/** A signed document, ready to be written. */
export interface SignedDocument {
  /** The envelope: what a file or an object holds. Differs from run to run, as ECDSA signatures do. */
  readonly bytes: Uint8Array;
  /** The canonical JSON that is signed: equal documents, equal bytes. */
  readonly payload: Uint8Array;
  /** Digest of `payload`, which names a release. */
  readonly digest: Digest;
  /** Size of `payload`. */
  readonly sizeBytes: number;
}

/**
 * Signs a root document. Give the keys of its own root role and, from version 2 on, those of the version before.
 *
 * @throws ManifestError `ERR_DOCUMENT` with all problems, `ERR_KEY`, `ERR_TOO_LARGE`.
 */
export async function signRoot(root: Root, keys: readonly SigningKey[]): Promise<SignedDocument> {
  const payload = serializeRoot(root);
  await assertKeyids(root);
  return seal(PAYLOAD_TYPES.root, payload, { keys, maxBytes: MAX_ROOT_BYTES });
}

/**
 * Signs a channel document.
 *
 * @throws ManifestError `ERR_DOCUMENT` with all problems, `ERR_KEY`, `ERR_TOO_LARGE`.
 */
export function signChannel(channel: Channel, keys: readonly SigningKey[]): Promise<SignedDocument> {
  return seal(PAYLOAD_TYPES.channel, serializeChannel(channel), { keys, maxBytes: MAX_CHANNEL_BYTES });
}

/**
 * Signs a release document.
 *
 * @throws ManifestError `ERR_DOCUMENT` with all problems, `ERR_KEY`, `ERR_TOO_LARGE`.
 */
export function signRelease(release: Release, keys: readonly SigningKey[]): Promise<SignedDocument> {
  return seal(PAYLOAD_TYPES.release, serializeRelease(release), { keys, maxBytes: MAX_RELEASE_BYTES });
}

interface SealOptions {
  readonly keys: readonly SigningKey[];
  readonly maxBytes: number;
}

async function seal(type: PayloadType, payload: Uint8Array, { keys, maxBytes }: SealOptions): Promise<SignedDocument> {
  // Room for all signatures is kept free, so that keys in other hands can still add theirs.
  const needed = maxEnvelopeBytes(payload.length);
  if (needed > maxBytes) {
    throw new ManifestError('ERR_TOO_LARGE', `A ${type} of ${payload.length} bytes is too large for readers`, {
      details: { payloadType: type, sizeBytes: payload.length, envelopeBytes: needed, maxBytes },
    });
  }
  const bytes = await sealEnvelope(type, payload, keys);
  return { bytes, payload, digest: await digestOf(payload), sizeBytes: payload.length };
}
