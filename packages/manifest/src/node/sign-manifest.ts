import { constants, createPrivateKey, generateKeyPairSync, type KeyObject, privateEncrypt } from 'node:crypto';
import { hashSignedData } from '../defold/manifest-signature.js';
import type { DefoldManifest, ManifestDataFields } from '../index.js';
import { ManifestError, serializeDefoldManifestData } from '../index.js';

/** A key pair in the two files that Bob reads and writes. */
export interface DefoldKeyPair {
  /** PKCS#8 DER: `manifest.private.der`. Whoever has it can sign. */
  readonly privateKeyDer: Uint8Array;
  /** SubjectPublicKeyInfo DER: `manifest.public.der`, in bundles `game.public.der`. */
  readonly publicKeyDer: Uint8Array;
}

/**
 * Signs a manifest as Defold up to 1.12.3 does, and gives it with fresh `data` and `signature`. RSA is deterministic: the
 * same manifest and key give the same bytes as Bob's.
 *
 * Only `store_manifest` and `store_archive` of those engines look at it. For anything else sign a release document.
 *
 * @param privateKeyDer - An RSA key as PKCS#8 DER, of at least 1024 bits.
 * @throws ManifestError `ERR_KEY` for anything else, `ERR_MANIFEST` for fields that the format cannot hold,
 * `ERR_MANIFEST_SIGNATURE` for a header that names no usable algorithm.
 */
export async function signDefoldManifest(
  manifest: ManifestDataFields & Pick<DefoldManifest, 'archiveIdentifier'>,
  privateKeyDer: Uint8Array,
): Promise<DefoldManifest> {
  const key = readPrivateKey(privateKeyDer);
  const { header, engineVersions, hasExcludedResources, resources, archiveIdentifier } = manifest;
  if (header.signatureSignAlgorithm !== 'RSA') {
    throw new ManifestError('ERR_MANIFEST_SIGNATURE', 'The header does not name RSA as the sign algorithm', {
      details: { expected: 'RSA', actual: header.signatureSignAlgorithm },
    });
  }
  const data = serializeDefoldManifestData(manifest);
  const digest = await hashSignedData(data, header.signatureHashAlgorithm);
  const signature = new Uint8Array(privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, digest));
  return { version: 5, data, signature, archiveIdentifier, header, engineVersions, hasExcludedResources, resources };
}

/**
 * Makes an RSA key pair as Bob does: public exponent 65537, PKCS#8 and SubjectPublicKeyInfo DER.
 *
 * @param options.modulusBits - 1024 (Bob's, the default, to fit what engines of old were tested with) or more.
 */
export function generateDefoldKeyPair(
  options: { readonly modulusBits?: 1024 | 2048 | 4096 | undefined } = {},
): DefoldKeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: options.modulusBits ?? 1_024,
    publicExponent: 65_537,
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
    publicKeyEncoding: { type: 'spki', format: 'der' },
  });
  return { privateKeyDer: new Uint8Array(privateKey), publicKeyDer: new Uint8Array(publicKey) };
}

function readPrivateKey(der: Uint8Array): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' });
  } catch (cause) {
    throw keyError('is not PKCS#8 DER', cause);
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== 'rsa' || bits < 1_024) throw keyError('is not an RSA key of at least 1024 bits');
  return key;
}

function keyError(problem: string, cause?: unknown): ManifestError {
  return new ManifestError('ERR_KEY', `Private key ${problem}`, {
    cause,
    hint: "Expected is what Bob writes as manifest.private.der, or generateDefoldKeyPair's privateKeyDer.",
  });
}
