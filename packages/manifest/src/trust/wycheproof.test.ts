import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hexToBytes } from '../hex.js';
import { type SignatureVector, verifyVectorSignature } from './index.js';

const repository = new URL('../../../../', import.meta.url).pathname;
const folder = join(process.env.LADING_CORPUS ?? join(repository, '../shared/corpus'), 'signatures/wycheproof');

interface VectorFile {
  readonly testGroups: readonly {
    readonly publicKeyDer: string;
    readonly tests: readonly {
      readonly tcId: number;
      readonly comment: string;
      readonly msg: string;
      readonly sig: string;
      readonly result: 'valid' | 'invalid' | 'acceptable';
    }[];
  }[];
}

const FILES: readonly [file: string, algorithm: SignatureVector['algorithm'], cases: number][] = [
  ['ecdsa_secp256r1_sha256_p1363_test.json', 'ES256', 262],
  ['ed25519_test.json', 'Ed25519', 151],
  ['rsa_signature_2048_sha256_test.json', 'RS256', 259],
  ['rsa_signature_3072_sha256_test.json', 'RS256', 259],
  ['rsa_signature_4096_sha256_test.json', 'RS256', 258],
];

function bytesOf(hex: string): Uint8Array {
  const bytes = hexToBytes(hex);
  if (bytes === undefined) throw new Error(`not hex: ${hex}`);
  return bytes;
}

function readVectors(file: string): VectorFile {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as VectorFile;
}

describe.skipIf(!existsSync(folder))('Wycheproof', () => {
  it.each(FILES)('%s comes out as expected through our verification', async (file, algorithm, cases) => {
    const unexpected: string[] = [];
    let count = 0;
    for (const group of readVectors(file).testGroups) {
      const spki = bytesOf(group.publicKeyDer);
      for (const test of group.tests) {
        count++;
        const isRight = await verifyVectorSignature({
          algorithm,
          spki,
          message: bytesOf(test.msg),
          signature: bytesOf(test.sig),
        });
        // "acceptable" is a BER slip in an RSA signature that libraries may take or refuse; WebCrypto refuses it.
        if (isRight !== (test.result === 'valid')) unexpected.push(`${test.tcId}: ${test.result} (${test.comment})`);
      }
    }
    console.info(`${file}: ${count - unexpected.length} of ${count} as expected`);
    expect(unexpected).toEqual([]);
    expect(count).toBe(cases);
  });

  it('refuses every ECDSA signature in DER form, right or wrong', async () => {
    let accepted = 0;
    let count = 0;
    for (const group of readVectors('ecdsa_secp256r1_sha256_test.json').testGroups) {
      const spki = bytesOf(group.publicKeyDer);
      for (const { msg, sig } of group.tests) {
        const vector = { algorithm: 'ES256', spki, message: bytesOf(msg), signature: bytesOf(sig) } as const;
        if (await verifyVectorSignature(vector)) accepted++;
        count++;
      }
    }
    console.info(`ecdsa_secp256r1_sha256_test.json (DER): ${count - accepted} of ${count} refused`);
    expect(accepted).toBe(0);
    expect(count).toBe(484);
  });
});
