import { subtleCrypto } from '../digest.js';
import { ManifestError } from '../manifest-error.js';
import { importVerifyKey, keyError, type PublicKey, signParameters, spkiAlgorithm } from './public-key.js';

/** Both algorithms have signatures of 64 bytes: r and s (IEEE P1363), or R and S (RFC 8032). */
const SIGNATURE_BYTES = 64;

/** The largest RSA key whose signatures are checked: 8,192 bits. Larger ones only cost time. */
const MAX_RSA_SPKI_BYTES = 1_100;

/**
 * Tells whether a signature over a message was made with a key. The algorithm is that of the key's own bytes
 * (`key.spki`), so nothing in a message can choose it; DER signatures and other lengths are simply wrong.
 *
 * @returns `false` for every wrong signature; it never throws for what an attacker sends as signature or message.
 * @throws ManifestError `ERR_KEY` where the key itself is broken or not supported here; `ERR_NO_WEBCRYPTO`.
 */
export async function verifySignature(key: PublicKey, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const imported = await importVerifyKey(key.spki);
  if (signature.length !== SIGNATURE_BYTES) return false;
  const parameters = signParameters(spkiAlgorithm(key.spki) ?? key.algorithm);
  return subtleCrypto().verify(parameters, imported, signature as Bytes, message as Bytes);
}

/** One test vector: is this signature right? */
export interface SignatureVector {
  /** `RS256` (RSASSA-PKCS1-v1_5 with SHA-256) is for vectors and Defold's own manifests only; no document of ours uses it. */
  readonly algorithm: 'ES256' | 'Ed25519' | 'RS256';
  /** The public key as SPKI, DER. */
  readonly spki: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Checks one published test vector through the same code that verifies documents.
 *
 * @throws ManifestError `ERR_KEY` where the SPKI is malformed or is a key of another algorithm.
 */
export async function verifyVectorSignature(vector: SignatureVector): Promise<boolean> {
  const { algorithm, spki, message, signature } = vector;
  if (algorithm === 'RS256') return verifyRsaSignature(vector);
  const actual = spkiAlgorithm(spki);
  if (actual !== undefined && actual !== algorithm) {
    throw new ManifestError('ERR_KEY', `The key is for ${actual}, not for ${algorithm}`, {
      details: { expected: algorithm, actual },
    });
  }
  return verifySignature({ keyid: '', algorithm, spki }, message, signature);
}

async function verifyRsaSignature({ spki, message, signature }: SignatureVector): Promise<boolean> {
  if (spki.length > MAX_RSA_SPKI_BYTES) throw keyError('RSA key has more than 8,192 bits', undefined);
  const parameters = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  let key: CryptoKey;
  try {
    key = await subtleCrypto().importKey('spki', spki as Bytes, parameters, false, ['verify']);
  } catch (cause) {
    throw keyError('RSA public key is refused by WebCrypto', cause);
  }
  return subtleCrypto().verify(parameters, key, signature as Bytes, message as Bytes);
}

type Bytes = Uint8Array<ArrayBuffer>;
