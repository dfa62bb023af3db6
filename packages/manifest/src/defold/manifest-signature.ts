import { subtleCrypto } from '../digest.js';
import { bytesToHex } from '../hex.js';
import { ManifestError } from '../manifest-error.js';
import { type DefoldManifest, digestSizeBytes, type HashAlgorithm } from './defold-manifest.js';
import { bytesToInteger, integerToBytes, parseRsaPublicKey, powerModulo, type RsaPublicKey } from './rsa-public-key.js';

/** What a manifest's signature was checked against. */
export interface DefoldSignatureEvidence {
  /** Size of the key's modulus. */
  readonly keyBits: number;
  readonly hashAlgorithm: HashAlgorithm;
  /** The signed digest of `data`, hex. */
  readonly hexDigest: string;
}

/**
 * Checks a manifest's RSA signature the way Defold does, over `data` as it was received.
 *
 * The signature is an EMSA-PKCS1-v1_5 type 1 block around the bare digest (no DigestInfo), which `crypto.verify` and
 * WebCrypto refuse. The block is compared whole: no padding is parsed, so none can be forged.
 *
 * @param publicKeyDer - `game.public.der`: an RSA key of at least 1024 bits as SubjectPublicKeyInfo.
 * @returns What was checked. It never returns for a wrong signature.
 * @throws ManifestError `ERR_MANIFEST_SIGNATURE` (absent, wrong, another key, unknown algorithm), `ERR_KEY`,
 * `ERR_NO_WEBCRYPTO`.
 * @see Defold formats, "Signature"
 * @example
 * (await verifyDefoldManifestSignature(manifest, publicKeyDer)).keyBits; // → 1024
 */
export async function verifyDefoldManifestSignature(
  manifest: Pick<DefoldManifest, 'data' | 'signature' | 'header'>,
  publicKeyDer: Uint8Array,
): Promise<DefoldSignatureEvidence> {
  const key = parseRsaPublicKey(publicKeyDer);
  const { data, signature, header } = manifest;
  if (signature.length === 0) {
    throw signatureError(
      'has no signature',
      'Defold 1.12.4 and later do not sign; check the release document instead.',
    );
  }
  if (header.signatureSignAlgorithm !== 'RSA') {
    throw signatureError(`is signed by the algorithm ${header.signatureSignAlgorithm}; expected RSA`);
  }
  if (signature.length !== key.sizeBytes) {
    throw signatureError(`has a signature of ${signature.length} bytes; this key makes ${key.sizeBytes}`);
  }
  const digest = await hashSignedData(data, header.signatureHashAlgorithm);
  if (!isSignatureOf(signature, digest, key)) {
    throw signatureError('has a signature that is not of this content and key');
  }
  const { signatureHashAlgorithm: hashAlgorithm } = header;
  return { keyBits: 8 * key.sizeBytes, hashAlgorithm, hexDigest: bytesToHex(digest) };
}

/** Hashes the bytes that a signature covers, with the algorithm that the header names. */
export async function hashSignedData(data: Uint8Array, algorithm: HashAlgorithm): Promise<Uint8Array<ArrayBuffer>> {
  // WebCrypto has no MD5, and no Defold ever signed with it.
  if (algorithm === 'MD5' || digestSizeBytes(algorithm) === undefined) {
    throw signatureError(`names the hash algorithm ${algorithm}; expected SHA-256 (or SHA-1, of old)`);
  }
  return new Uint8Array(await subtleCrypto().digest(algorithm, data as Uint8Array<ArrayBuffer>));
}

function isSignatureOf(signature: Uint8Array, digest: Uint8Array, key: RsaPublicKey): boolean {
  const value = bytesToInteger(signature);
  if (value >= key.modulus) return false;
  const block = integerToBytes(powerModulo(value, key.exponent, key.modulus), key.sizeBytes);
  const expected = signatureBlock(digest, key.sizeBytes);
  return block.every((byte, index) => byte === expected[index]);
}

/** 00 01 FF…FF 00 and the digest, as long as the key. */
function signatureBlock(digest: Uint8Array, sizeBytes: number): Uint8Array {
  const block = new Uint8Array(sizeBytes).fill(0xff);
  block.set([0, 1]);
  block[sizeBytes - digest.length - 1] = 0;
  block.set(digest, sizeBytes - digest.length);
  return block;
}

function signatureError(problem: string, hint?: string): ManifestError {
  return new ManifestError('ERR_MANIFEST_SIGNATURE', `Manifest ${problem}`, { hint, details: { problem } });
}
