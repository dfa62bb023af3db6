import { digestHex, digestOf, subtleCrypto } from '../digest.js';
import { bytesToHex } from '../hex.js';
import { ManifestError } from '../manifest-error.js';
import type { KeyAlgorithm } from './root-document.js';

/** A public key. Its id and its algorithm follow from `spki` alone. */
export interface PublicKey {
  /** SHA-256 of `spki`, as 64 hex digits. */
  readonly keyid: string;
  readonly algorithm: KeyAlgorithm;
  /** SubjectPublicKeyInfo, DER (RFC 5280), in its one canonical form. */
  readonly spki: Uint8Array;
}

/**
 * What stands in front of the key itself in the SPKI of each algorithm, and the whole length. Only these forms are
 * keys: were a point also taken in compressed form, one key would have two ids and could count twice for a threshold.
 * Sources: RFC 5480, section 2 (P-256, uncompressed point); RFC 8410, section 4 (Ed25519).
 */
const SPKI_FORMS: Readonly<Record<KeyAlgorithm, { readonly prefix: string; readonly sizeBytes: number }>> = {
  ES256: { prefix: '3059301306072a8648ce3d020106082a8648ce3d03010703420004', sizeBytes: 91 },
  Ed25519: { prefix: '302a300506032b6570032100', sizeBytes: 44 },
};

/**
 * Reads a public key from its SPKI and checks it with WebCrypto (a P-256 point must lie on the curve).
 *
 * @throws ManifestError `ERR_KEY` for anything but a P-256 or Ed25519 key in canonical DER, and where this platform does
 * not have the algorithm; `ERR_NO_WEBCRYPTO`.
 */
export async function importPublicKey(spki: Uint8Array): Promise<PublicKey> {
  await importVerifyKey(spki);
  return identifyPublicKey(spki);
}

/** The key id and algorithm of an SPKI; does not need the platform to have the algorithm. */
export async function identifyPublicKey(spki: Uint8Array): Promise<PublicKey> {
  const algorithm = spkiAlgorithm(spki);
  if (algorithm === undefined) throw spkiError(spki);
  const own = new Uint8Array(spki); // Not `slice`: on a Node Buffer that shares the bytes.
  return { keyid: digestHex(await digestOf(own)), algorithm, spki: own };
}

/** The algorithm that a key is for, or `undefined` where the bytes are no key of ours. */
export function spkiAlgorithm(spki: Uint8Array): KeyAlgorithm | undefined {
  const start = bytesToHex(spki.subarray(0, 27));
  if (spki.length === SPKI_FORMS.ES256.sizeBytes && start.startsWith(SPKI_FORMS.ES256.prefix)) return 'ES256';
  if (spki.length === SPKI_FORMS.Ed25519.sizeBytes && start.startsWith(SPKI_FORMS.Ed25519.prefix)) return 'Ed25519';
  return undefined;
}

/** The WebCrypto key to verify with. The algorithm is the one of the key's own bytes. */
export async function importVerifyKey(spki: Uint8Array): Promise<CryptoKey> {
  const algorithm = spkiAlgorithm(spki);
  if (algorithm === undefined) throw spkiError(spki);
  const bytes = spki as Uint8Array<ArrayBuffer>;
  try {
    return await subtleCrypto().importKey('spki', bytes, importParameters(algorithm), true, ['verify']);
  } catch (cause) {
    throw keyError(`${algorithm} public key is refused by WebCrypto`, cause);
  }
}

/** WebCrypto's names for importing a key. */
export function importParameters(algorithm: KeyAlgorithm): EcKeyImportParams | Algorithm {
  return algorithm === 'ES256' ? { name: 'ECDSA', namedCurve: 'P-256' } : { name: 'Ed25519' };
}

/** WebCrypto's names for signing and verifying. */
export function signParameters(algorithm: KeyAlgorithm): EcdsaParams | Algorithm {
  return algorithm === 'ES256' ? { name: 'ECDSA', hash: 'SHA-256' } : { name: 'Ed25519' };
}

/** `ERR_KEY` for what WebCrypto refused: a platform without the algorithm reads otherwise than a broken key. */
export function keyError(what: string, cause: unknown): ManifestError {
  if (cause instanceof ManifestError) return cause;
  const isUnsupported = cause instanceof Error && cause.name === 'NotSupportedError';
  return new ManifestError('ERR_KEY', `${what}${isUnsupported ? ': this platform does not have the algorithm' : ''}`, {
    cause,
    hint: isUnsupported ? 'Sign with an ES256 key: every browser has it.' : undefined,
  });
}

function spkiError(spki: Uint8Array): ManifestError {
  return new ManifestError('ERR_KEY', `${spki.length} bytes are not the SPKI of a P-256 or Ed25519 public key`, {
    details: { sizeBytes: spki.length },
    hint: 'Expected canonical DER: 91 bytes (P-256, uncompressed point) or 44 bytes (Ed25519). Make keys with "lading keys new".',
  });
}
