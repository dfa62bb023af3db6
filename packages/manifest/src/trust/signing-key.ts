import { subtleCrypto } from '../digest.js';
import { bytesToHex } from '../hex.js';
import { ManifestError } from '../manifest-error.js';
import { formatPrivateKeyPem, parsePrivateKeyPem } from './pem.js';
import { identifyPublicKey, importParameters, keyError, type PublicKey, signParameters } from './public-key.js';
import type { KeyAlgorithm } from './root-document.js';
import { verifySignature } from './signature.js';

/** A key that signs. The private half stays inside; anything that can sign a message (an HSM, a KMS) can be one. */
export interface SigningKey extends PublicKey {
  /** Signs a message; 64 bytes come back: r and s (ES256) or R and S (Ed25519). */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** Options of {@link generateSigningKey}. */
export interface GenerateSigningKeyOptions {
  /** Default `ES256`: every browser in use verifies it. */
  readonly algorithm?: KeyAlgorithm | undefined;
}

/** What {@link generateSigningKey} makes by default. */
export const GENERATE_SIGNING_KEY_DEFAULTS: { readonly algorithm: KeyAlgorithm } = { algorithm: 'ES256' };

/**
 * Makes a new key with the platform's random numbers.
 *
 * @returns The key and its private half as PKCS#8 PEM, which is all that {@link importSigningKey} needs.
 * @throws ManifestError `ERR_KEY` where the platform does not have the algorithm; `ERR_NO_WEBCRYPTO`.
 * @example
 * const { key, pem } = await generateSigningKey();
 * (await importSigningKey(pem)).keyid === key.keyid; // → true
 */
export async function generateSigningKey(
  options: GenerateSigningKeyOptions = {},
): Promise<{ readonly key: SigningKey; readonly pem: string }> {
  const algorithm = options.algorithm ?? GENERATE_SIGNING_KEY_DEFAULTS.algorithm;
  try {
    const made = await subtleCrypto().generateKey(importParameters(algorithm), true, ['sign', 'verify']);
    const { privateKey } = made as CryptoKeyPair;
    const pem = formatPrivateKeyPem(new Uint8Array(await subtleCrypto().exportKey('pkcs8', privateKey)));
    return { key: await importSigningKey(pem), pem };
  } catch (cause) {
    throw keyError(`A new ${algorithm} key could not be made`, cause);
  }
}

/**
 * Reads a private key from PKCS#8 PEM. Which algorithm it signs with follows from the key.
 *
 * @throws ManifestError `ERR_KEY` with a hint for everything that is not one unencrypted P-256 or Ed25519 private key.
 */
export async function importSigningKey(pem: string): Promise<SigningKey> {
  const pkcs8 = parsePrivateKeyPem(pem);
  const algorithm = pkcs8Algorithm(pkcs8);
  let privateKey: CryptoKey;
  let publicKey: PublicKey;
  try {
    privateKey = await subtleCrypto().importKey('pkcs8', pkcs8, importParameters(algorithm), true, ['sign']);
    publicKey = await publicHalf(privateKey, algorithm);
  } catch (cause) {
    throw keyError(`${algorithm} private key is refused by WebCrypto`, cause);
  }
  const sign = async (message: Uint8Array): Promise<Uint8Array> => {
    const bytes = message as Uint8Array<ArrayBuffer>;
    return new Uint8Array(await subtleCrypto().sign(signParameters(algorithm), privateKey, bytes));
  };
  return assertWorks({ ...publicKey, sign });
}

/** WebCrypto has no call for it, but a JWK of a private key carries the public half too. */
async function publicHalf(privateKey: CryptoKey, algorithm: KeyAlgorithm): Promise<PublicKey> {
  const subtle = subtleCrypto();
  const { d: _private, key_ops: _use, ...jwk } = await subtle.exportKey('jwk', privateKey);
  const publicKey = await subtle.importKey('jwk', jwk, importParameters(algorithm), true, ['verify']);
  return identifyPublicKey(new Uint8Array(await subtle.exportKey('spki', publicKey)));
}

/** PKCS#8 may carry a public key that is not of the private one; signatures would then never verify. */
async function assertWorks(key: SigningKey): Promise<SigningKey> {
  const message = new TextEncoder().encode('lading: does this key verify what it signs?');
  if (await verifySignature(key, message, await key.sign(message))) return key;
  throw new ManifestError('ERR_KEY', 'The public half in the private key file belongs to another key');
}

/**
 * Algorithm of a PKCS#8 key: `SEQUENCE { INTEGER 0 or 1, AlgorithmIdentifier, ... }` (RFC 5958), the outer length
 * covering the bytes exactly.
 */
function pkcs8Algorithm(pkcs8: Uint8Array): KeyAlgorithm {
  const longForm = pkcs8[1] === 0x81 ? 1 : pkcs8[1] === 0x82 ? 2 : 0;
  const body = pkcs8.subarray(2 + longForm);
  const stated = longForm === 0 ? pkcs8[1] : longForm === 1 ? pkcs8[2] : ((pkcs8[2] ?? 0) << 8) | (pkcs8[3] ?? 0);
  if (pkcs8[0] !== 0x30 || stated !== body.length) throw algorithmError('is not PKCS#8');
  const identifier = bytesToHex(body.subarray(3, 24));
  if (identifier.startsWith('301306072a8648ce3d020106082a8648ce3d030107')) return 'ES256';
  if (identifier.startsWith('300506032b6570')) return 'Ed25519';
  if (identifier.startsWith('300d06092a864886f70d0101')) throw algorithmError('is an RSA key');
  if (identifier.includes('06072a8648ce3d0201')) throw algorithmError('is an elliptic curve key, but not P-256');
  throw algorithmError('is of another algorithm');
}

function algorithmError(problem: string): ManifestError {
  return new ManifestError('ERR_KEY', `Private key ${problem}; expected P-256 or Ed25519`, {
    hint: 'Make a key with: lading keys new',
  });
}
