import { constants, createHash, createPublicKey, generateKeyPairSync, publicDecrypt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { rejectionOf } from '../../test/thrown.js';
import {
  createDefoldManifest,
  parseDefoldManifest,
  serializeDefoldManifest,
  verifyDefoldManifestSignature,
} from '../index.js';
import { generateDefoldKeyPair, signDefoldManifest } from './index.js';

const unsigned = await createDefoldManifest({
  projectTitle: 'T',
  engineVersions: ['', '1.11.2'],
  resources: [{ url: '/a.txt', hexDigest: 'aa'.repeat(20), sizeBytes: 5 }],
  archiveIdentifier: new Uint8Array(16).fill(1),
});
const keys = generateDefoldKeyPair();

it.each([1_024, 2_048] as const)('signs and verifies with keys of %d bits, through the file', async (modulusBits) => {
  const pair = generateDefoldKeyPair({ modulusBits });
  const file = serializeDefoldManifest(await signDefoldManifest(unsigned, pair.privateKeyDer));
  const manifest = parseDefoldManifest(file);
  expect(manifest.signature).toHaveLength(modulusBits / 8);
  expect(await verifyDefoldManifestSignature(manifest, pair.publicKeyDer)).toEqual({
    keyBits: modulusBits,
    hashAlgorithm: 'SHA-256',
    hexDigest: createHash('sha256').update(manifest.data).digest('hex'),
  });
});

it('makes the block that Defold makes: the bare digest, the same bytes each time', async () => {
  const { data, signature } = await signDefoldManifest(unsigned, keys.privateKeyDer);
  const key = createPublicKey({ key: Buffer.from(keys.publicKeyDer), format: 'der', type: 'spki' });
  const opened = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature);
  expect(opened).toEqual(createHash('sha256').update(data).digest());
  expect((await signDefoldManifest(unsigned, keys.privateKeyDer)).signature).toEqual(signature);
});

it('makes key files as Bob does: 162 bytes of public key for 1024 bits, 294 for 2048', () => {
  expect(keys.publicKeyDer).toHaveLength(162);
  expect(generateDefoldKeyPair({ modulusBits: 2_048 }).publicKeyDer).toHaveLength(294);
});

it('signs SHA-1 where the header names it', async () => {
  const sha1 = { ...unsigned, header: { ...unsigned.header, signatureHashAlgorithm: 'SHA-1' } } as const;
  const signed = await signDefoldManifest(sha1, keys.privateKeyDer);
  expect((await verifyDefoldManifestSignature(signed, keys.publicKeyDer)).hashAlgorithm).toBe('SHA-1');
});

describe('verification refuses', () => {
  it('any flipped bit of the data', async () => {
    const signed = await signDefoldManifest(unsigned, keys.privateKeyDer);
    for (let bit = 0; bit < 8 * signed.data.length; bit++) {
      const data = signed.data.slice();
      data[bit >> 3] = (data[bit >> 3] as number) ^ (1 << (bit & 7));
      expect((await rejectionOf(verifyDefoldManifestSignature({ ...signed, data }, keys.publicKeyDer))).code).toBe(
        'ERR_MANIFEST_SIGNATURE',
      );
    }
  });

  it('any flipped bit of the signature', async () => {
    const signed = await signDefoldManifest(unsigned, keys.privateKeyDer);
    for (let bit = 0; bit < 8 * signed.signature.length; bit += 5) {
      const signature = signed.signature.slice();
      signature[bit >> 3] = (signature[bit >> 3] as number) ^ (1 << (bit & 7));
      expect((await rejectionOf(verifyDefoldManifestSignature({ ...signed, signature }, keys.publicKeyDer))).code).toBe(
        'ERR_MANIFEST_SIGNATURE',
      );
    }
  });

  it('another key, another length, no signature, a number above the modulus, and algorithms that sign nothing', async () => {
    const signed = await signDefoldManifest(unsigned, keys.privateKeyDer);
    const other = generateDefoldKeyPair();
    const { header } = signed;
    const cases = [
      [signed, other.publicKeyDer],
      [signed, generateDefoldKeyPair({ modulusBits: 2_048 }).publicKeyDer],
      [{ ...signed, signature: new Uint8Array() }, keys.publicKeyDer],
      [{ ...signed, signature: Uint8Array.of(0, ...signed.signature) }, keys.publicKeyDer],
      [{ ...signed, signature: new Uint8Array(128).fill(255) }, keys.publicKeyDer],
      [{ ...signed, signature: new Uint8Array(128) }, keys.publicKeyDer],
      [{ ...signed, header: { ...header, signatureSignAlgorithm: 'unknown' } }, keys.publicKeyDer],
      [{ ...signed, header: { ...header, signatureHashAlgorithm: 'unknown' } }, keys.publicKeyDer],
      [{ ...signed, header: { ...header, signatureHashAlgorithm: 'MD5' } }, keys.publicKeyDer],
      [{ ...signed, header: { ...header, signatureHashAlgorithm: 'SHA-1' } }, keys.publicKeyDer],
    ] as const;
    for (const [manifest, key] of cases) {
      expect((await rejectionOf(verifyDefoldManifestSignature(manifest, key))).code).toBe('ERR_MANIFEST_SIGNATURE');
    }
  });
});

describe('signing refuses', () => {
  it('keys that are not RSA in PKCS#8, or too short', async () => {
    const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
      type: 'pkcs8',
      format: 'der',
    });
    const short = generateKeyPairSync('rsa', { modulusLength: 512 }).privateKey.export({
      type: 'pkcs8',
      format: 'der',
    });
    for (const key of [new Uint8Array(), keys.publicKeyDer, elliptic, short]) {
      expect((await rejectionOf(signDefoldManifest(unsigned, key))).code).toBe('ERR_KEY');
    }
  });

  it('a header that does not name RSA', async () => {
    const header = { ...unsigned.header, signatureSignAlgorithm: 'unknown' } as const;
    const error = await rejectionOf(signDefoldManifest({ ...unsigned, header }, keys.privateKeyDer));
    expect(error.code).toBe('ERR_MANIFEST_SIGNATURE');
  });
});
