import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { thrownBy } from '../../test/thrown.js';
import { bytesToHex, hexToBytes } from '../index.js';
import { bytesToInteger, integerToBytes, parseRsaPublicKey, powerModulo } from './rsa-public-key.js';

/** Public key, signature and signed digest of a real bundle (Defold 1.9.5). */
const KEY = hexToBytes(
  '30819f300d06092a864886f70d010101050003818d003081890281810091ba7fddc35bebd7d632fea0bc5e9a1067b79bd55960ef01f37091ef7224d02b49deea29fc97dd902a212ab9ec79ac101e767fb1c5a46db7fd146a4b76dd8645ae4c8276badaae76fc27924066dd371ae4f44c09421841d502310527faed9d9fa817e47058028a66486d08c2a2bc26a0228be18fbe452fdb3488bcee9b138f070203010001',
) as Uint8Array;
const SIGNATURE = hexToBytes(
  '05e4d2d2f6a74edc8236da851eb572a8b9b4b6a6b533a5eef20fe355610395079e75bf235070425176d12b4b41883100033b5e138f1118fc1d2bc9d2756cd346544f61972bb5fc7f746979c184d68e67be879ae97b4bd9b355b4fc78829ba163358d335d7a7f57e2ba69368343004d7b94175e02b72cf62ee3e65dea341509f9',
) as Uint8Array;

it('opens the signature of a real bundle to padding and the bare digest', () => {
  const { modulus, exponent, sizeBytes } = parseRsaPublicKey(KEY);
  expect([exponent, sizeBytes]).toEqual([65_537n, 128]);
  const opened = integerToBytes(powerModulo(bytesToInteger(SIGNATURE), exponent, modulus), sizeBytes);
  expect(bytesToHex(opened)).toBe(
    `0001${'ff'.repeat(93)}00cebf75a62e5d5e67f97b202044b1fa639c13f14f6513d18d583cd205b5c6324d`,
  );
});

it.each([1_024, 2_048])('reads keys of %d bits', (modulusLength) => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength });
  const key = parseRsaPublicKey(publicKey.export({ type: 'spki', format: 'der' }));
  const jwk = publicKey.export({ format: 'jwk' });
  expect(8 * key.sizeBytes).toBe(modulusLength);
  expect(Buffer.from(integerToBytes(key.modulus, key.sizeBytes)).toString('base64url')).toBe(jwk.n);
});

describe('a key is refused', () => {
  const replaced = (at: number, ...bytes: readonly number[]): Uint8Array => {
    const der = KEY.slice();
    der.set(bytes, at);
    return der;
  };
  const spki = (type: 'ed25519' | 'x25519'): Uint8Array =>
    generateKeyPairSync(type as 'ed25519').publicKey.export({ type: 'spki', format: 'der' });

  it.each([
    ['that is empty', new Uint8Array()],
    ['that goes on after its end', Uint8Array.of(...KEY, 0)],
    ['of another algorithm', spki('ed25519')],
    ['of another RSA algorithm (PSS)', replaced(16, 0x0a)],
    ['with an even modulus', replaced(KEY.length - 6, 0x06)],
    ['with a negative modulus', replaced(28, 0x80)],
    ['with the exponent 1', replaced(KEY.length - 3, 0, 0, 1)],
    ['with an even exponent', replaced(KEY.length - 1, 0)],
    ['with unused bits', replaced(21, 1)],
    ['with a length of lengths', replaced(1, 0x84)],
    [
      'of 512 bits',
      generateKeyPairSync('rsa', { modulusLength: 512 }).publicKey.export({ type: 'spki', format: 'der' }),
    ],
    [
      'that is a private key',
      generateKeyPairSync('rsa', { modulusLength: 1_024 }).privateKey.export({ type: 'pkcs8', format: 'der' }),
    ],
    [
      'that is PKCS#1',
      generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey.export({ type: 'pkcs1', format: 'der' }),
    ],
  ])('%s', (_, der) => {
    expect(thrownBy(() => parseRsaPublicKey(der)).code).toBe('ERR_KEY');
  });

  it('that is cut off anywhere', () => {
    for (let length = 0; length < KEY.length; length++) {
      expect(thrownBy(() => parseRsaPublicKey(KEY.subarray(0, length))).code).toBe('ERR_KEY');
    }
  });
});
