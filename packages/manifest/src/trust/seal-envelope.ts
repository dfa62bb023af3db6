import { ManifestError } from '../manifest-error.js';
import { MAX_RELEASE_BYTES } from './bucket-layout.js';
import {
  decodeEnvelope,
  type Envelope,
  type EnvelopeSignature,
  encodeEnvelope,
  MAX_SIGNATURES,
  type PayloadType,
  preAuthenticationEncoding,
} from './envelope.js';
import { identifyPublicKey } from './public-key.js';
import { verifySignature } from './signature.js';
import type { SigningKey } from './signing-key.js';

/**
 * Signs a payload as it is and writes the envelope: compact JSON, signatures in the order of their key ids.
 *
 * @throws ManifestError `ERR_KEY` where no key is given, one is given twice, or one signs wrongly.
 */
export async function sealEnvelope(
  payloadType: PayloadType,
  payload: Uint8Array,
  keys: readonly SigningKey[],
): Promise<Uint8Array> {
  return encodeEnvelope(await withSignatures({ payloadType, payload, signatures: [] }, keys));
}

/**
 * Adds signatures to an envelope, for thresholds whose keys are in different hands. A signature that a key already made
 * there is replaced. What is in the envelope is not verified: look at it before you sign it.
 *
 * @throws ManifestError `ERR_ENVELOPE`, `ERR_TOO_LARGE`; `ERR_KEY` where no key is given or one is given twice.
 */
export async function addSignatures(envelope: Uint8Array, keys: readonly SigningKey[]): Promise<Uint8Array> {
  return encodeEnvelope(await withSignatures(decodeEnvelope(envelope, MAX_RELEASE_BYTES), keys));
}

async function withSignatures(envelope: Envelope, keys: readonly SigningKey[]): Promise<Envelope> {
  assertDistinct(keys);
  const message = preAuthenticationEncoding(envelope.payloadType, envelope.payload);
  const byKeyid = new Map<string, EnvelopeSignature>(envelope.signatures.map((s) => [s.keyid, s]));
  for (const key of keys) byKeyid.set(key.keyid, { keyid: key.keyid, signature: await signChecked(key, message) });
  if (byKeyid.size > MAX_SIGNATURES) {
    throw new ManifestError('ERR_ENVELOPE', `${byKeyid.size} signatures; an envelope holds ${MAX_SIGNATURES}`);
  }
  const signatures = [...byKeyid.values()].sort((a, b) => (a.keyid < b.keyid ? -1 : 1));
  return { ...envelope, signatures };
}

/** Keys may be other people's code (an HSM, a KMS): what they sign is checked before it is written. */
async function signChecked(key: SigningKey, message: Uint8Array): Promise<Uint8Array> {
  const { keyid } = await identifyPublicKey(key.spki);
  const signature = await key.sign(message);
  if (keyid === key.keyid && (await verifySignature(key, message, signature))) return signature;
  throw new ManifestError('ERR_KEY', `Key ${key.keyid} signed what its public half does not verify`, {
    details: { keyid: key.keyid, expected: keyid },
  });
}

function assertDistinct(keys: readonly SigningKey[]): void {
  if (keys.length === 0) throw new ManifestError('ERR_KEY', 'No key to sign with was given');
  if (new Set(keys.map((key) => key.keyid)).size === keys.length) return;
  throw new ManifestError('ERR_KEY', 'A key to sign with was given twice', {
    details: { keyids: keys.map((key) => key.keyid) },
  });
}
