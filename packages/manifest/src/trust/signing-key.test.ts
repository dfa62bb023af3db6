import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  generateSigningKey,
  importPublicKey,
  importSigningKey,
  verifySignature,
  verifyVectorSignature,
} from './index.js';
import { outcome } from './trust.fixture.js';

const message = new TextEncoder().encode('a message');

const pemOf = (key: KeyObject, type: 'pkcs8' | 'sec1' | 'pkcs1' = 'pkcs8'): string =>
  key.export({ type, format: 'pem' }).toString();
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

describe.each(['ES256', 'Ed25519'] as const)('a new %s key', (algorithm) => {
  it('is read back from its PEM and signs what its public half verifies', async () => {
    const { key, pem } = await generateSigningKey({ algorithm });
    const again = await importSigningKey(pem);
    expect(again.keyid).toBe(key.keyid);
    expect(again.algorithm).toBe(algorithm);
    const signature = await again.sign(message);
    expect(signature.length).toBe(64);
    const publicKey = await importPublicKey(key.spki);
    expect(publicKey).toEqual({ keyid: key.keyid, algorithm, spki: key.spki });
    expect(await verifySignature(publicKey, message, signature)).toBe(true);
    expect(await verifySignature(publicKey, message.subarray(1), signature)).toBe(false);
    expect(await verifySignature(publicKey, message, signature.subarray(1))).toBe(false);
  });

  it('is verified by the algorithm of its bytes, whatever is said of it', async () => {
    const { key } = await generateSigningKey({ algorithm });
    const signature = await key.sign(message);
    const mislabelled = { ...key, algorithm: algorithm === 'ES256' ? ('Ed25519' as const) : ('ES256' as const) };
    expect(await verifySignature(mislabelled, message, signature)).toBe(true);
  });

  it('is read as OpenSSL writes it, with any line ends', async () => {
    const pair = algorithm === 'ES256' ? p256 : generateKeyPairSync('ed25519');
    const pem = pemOf(pair.privateKey);
    const key = await importSigningKey(pem);
    expect(Buffer.from(key.spki)).toEqual(pair.publicKey.export({ type: 'spki', format: 'der' }));
    expect((await importSigningKey(`\n${pem.replaceAll('\n', '\r\n')}\n\n`)).keyid).toBe(key.keyid);
  });
});

describe('importSigningKey', () => {
  const pem = pemOf(p256.privateKey);
  const body = pem.split('\n')[1] ?? '';
  const encrypted = p256.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' });
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;

  it.each([
    ['nothing', '', 'lading keys new'],
    ['other text', 'not a key', 'lading keys new'],
    ['two keys', pem + pem, 'lading keys new'],
    ['text around the key', `Key:\n${pem}`, 'lading keys new'],
    ['a file that is far too large', ' '.repeat(20_000), 'lading keys new'],
    ['a public key', p256.publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'public half'],
    ['an encrypted key', encrypted.toString(), 'openssl pkcs8'],
    ['a SEC 1 key', pemOf(p256.privateKey, 'sec1'), 'openssl pkcs8 -topk8'],
    ['a PKCS#1 key', pemOf(rsa.privateKey, 'pkcs1'), 'RSA'],
    ['an RSA key', pemOf(rsa.privateKey), 'lading keys new'],
    ['a P-384 key', pemOf(p384), 'lading keys new'],
    ['an X25519 key', pemOf(generateKeyPairSync('x25519').privateKey), 'lading keys new'],
    ['a key that is cut short', pem.replace(/.{8}\n-----END/, '\n-----END'), ''],
    ['base64 with stray characters', pem.replace(body, `${body.slice(1)}!`), ''],
    ['base64 without its padding', pem.replace(/.\n-----END/, '\n-----END'), ''],
    ['bytes after the key', reencode(pem, (der) => Buffer.concat([der, Buffer.alloc(3)])), ''],
    ['the public half of another key', reencode(pem, swapPublicHalf), ''],
    [
      'a private number of zero',
      reencode(pem, (der) => Buffer.concat([der.subarray(0, 36), Buffer.alloc(32), der.subarray(68)])),
      '',
    ],
  ])('refuses %s', async (_, text, hint) => {
    const error = await importSigningKey(text).catch((caught) => caught);
    expect(error.code).toBe('ERR_KEY');
    expect(`${error.message} ${error.hint}`).toContain(hint);
    expect(`${error.message} ${error.hint}`).not.toContain(body.slice(10, 40));
  });
});

describe('importPublicKey', () => {
  const spki = p256.publicKey.export({ type: 'spki', format: 'der' });
  const changed = (at: number, mask: number): Uint8Array => {
    const bytes = Uint8Array.from(spki);
    bytes[at] = (bytes[at] ?? 0) ^ mask;
    return bytes;
  };
  const compressed = Buffer.concat([
    Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex'),
    Buffer.from([2 + ((spki[90] ?? 0) & 1)]),
    spki.subarray(27, 59),
  ]);

  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['a point that is not on the curve', changed(90, 1)],
    ['the compressed form of a good point', compressed],
    ['a byte after the key', Buffer.concat([spki, Buffer.alloc(1)])],
    ['a byte too few', spki.subarray(0, 90)],
    ['another algorithm', changed(12, 1)],
    ['an RSA key', rsa.publicKey.export({ type: 'spki', format: 'der' })],
    [
      'a P-384 key',
      generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ type: 'spki', format: 'der' }),
    ],
  ])('refuses %s', async (_, bytes) => {
    expect(await outcome(() => importPublicKey(spki))).toBe('accepted');
    expect(await outcome(() => importPublicKey(bytes))).toBe('ERR_KEY');
  });

  it('keeps its own copy of the bytes', async () => {
    const bytes = Buffer.from(spki);
    const key = await importPublicKey(bytes);
    bytes.fill(0);
    expect(Buffer.from(key.spki)).toEqual(spki);
  });
});

describe('verifyVectorSignature', () => {
  const rsaSpki = rsa.publicKey.export({ type: 'spki', format: 'der' });
  const ecSpki = p256.publicKey.export({ type: 'spki', format: 'der' });
  const signature = new Uint8Array(64);

  it.each([
    ['ES256', rsaSpki],
    ['Ed25519', ecSpki],
    ['RS256', ecSpki],
    ['RS256', new Uint8Array(3)],
    ['RS256', new Uint8Array(5_000)],
    ['ES256', new Uint8Array(91)],
  ] as const)('refuses a %s vector with a key that is none', async (algorithm, spki) => {
    expect(await outcome(() => verifyVectorSignature({ algorithm, spki, message, signature }))).toBe('ERR_KEY');
  });

  it('finds a signature of the wrong size wrong', async () => {
    expect(await verifyVectorSignature({ algorithm: 'RS256', spki: rsaSpki, message, signature })).toBe(false);
    expect(await verifyVectorSignature({ algorithm: 'ES256', spki: ecSpki, message, signature })).toBe(false);
  });
});

function reencode(pem: string, change: (der: Buffer) => Buffer): string {
  const der = change(Buffer.from(pem.replace(/-----[A-Z ]+-----|\n/g, ''), 'base64'));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

/** The last 65 bytes of OpenSSL's PKCS#8 for P-256 are the public point. */
function swapPublicHalf(der: Buffer): Buffer {
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'der' });
  return Buffer.concat([der.subarray(0, der.length - 65), other.subarray(-65)]);
}
