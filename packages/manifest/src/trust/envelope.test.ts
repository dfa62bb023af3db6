import { createHash, createPublicKey, verify } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  addSignatures,
  MAX_CHANNEL_BYTES,
  MAX_SIGNATURES,
  maxEnvelopeBytes,
  openEnvelope,
  PAYLOAD_TYPES,
  readEnvelope,
  type SigningKey,
  sealEnvelope,
  trustRoot,
  verifyChannel,
  verifyRelease,
} from './index.js';
import { forge, NOW, newKey, newProject, outcome, type Project, wireOf } from './trust.fixture.js';

const TYPE = PAYLOAD_TYPES.channel;
const payload = new TextEncoder().encode('{"any":"bytes"}');

let key: SigningKey;
let sealed: Uint8Array;

beforeAll(async () => {
  key = await newKey();
  sealed = await sealEnvelope(TYPE, payload, [key]);
});

const open = (bytes: Uint8Array): Promise<string> =>
  outcome(() => openEnvelope(bytes, { payloadType: TYPE, keys: [key], threshold: 1 }));

describe('openEnvelope', () => {
  it('returns exactly the bytes that were signed', async () => {
    const anyBytes = fc.uint8Array({ maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(anyBytes, async (bytes) => {
        const envelope = await sealEnvelope(TYPE, bytes, [key]);
        expect(envelope.length).toBeLessThanOrEqual(maxEnvelopeBytes(bytes.length));
        expect(await openEnvelope(envelope, { payloadType: TYPE, keys: [key], threshold: 1 })).toEqual(bytes);
      }),
    );
  });

  it.each([
    ['white space', (text: string) => text.replace(',', ', ')],
    ['a line feed at the end', (text: string) => `${text}\n`],
    ['a byte order mark', (text: string) => `\ufeff${text}`],
    ['an escaped slash', (text: string) => text.replace('application/', 'application\\/')],
    ['an escaped letter', (text: string) => text.replace('payloadType', 'payload\\u0054ype')],
    ['a field twice', (text: string) => text.replace('{', '{"payloadType":"x",')],
    ['a field that is not known', (text: string) => text.replace('{', '{"alg":"none",')],
    ['a prototype', (text: string) => text.replace('{', '{"__proto__":{},')],
    ['url-safe base64', (text: string) => text.replace('eyJ', 'eyJ-')],
    ['base64 without padding', (text: string) => text.replace('=="}', '"}')],
    ['base64 with white space', (text: string) => text.replace('eyJ', ' eyJ')],
    ['padding bits that are not zero', (text: string) => text.replace(/(.)=="}/, (_, c) => `${next(c)}=="}`)],
    ['an upper-case key id', (text: string) => text.replace(key.keyid, key.keyid.toUpperCase())],
  ])('refuses %s', async (_, change) => {
    const text = new TextDecoder().decode(sealed);
    expect(await open(new TextEncoder().encode(text))).toBe('accepted');
    expect(change(text)).not.toBe(text);
    expect(await open(new TextEncoder().encode(change(text)))).toBe('ERR_ENVELOPE');
  });

  it('refuses fields in another order', async () => {
    const { payloadType, payload: body, signatures } = wireOf(sealed);
    expect(await open(forge({ payloadType, payload: body, signatures }))).toBe('accepted');
    expect(await open(forge({ payload: body, payloadType, signatures }))).toBe('ERR_ENVELOPE');
    const [first] = signatures;
    const swapped = [{ sig: first?.sig, keyid: first?.keyid }];
    expect(await open(forge({ payloadType, payload: body, signatures: swapped }))).toBe('ERR_ENVELOPE');
  });

  it.each([
    ['nothing', []],
    ['a list', [[]]],
    ['null', [null]],
    ['text', ['text']],
    ['no fields', [{}]],
    ['a number for the type', [{ payloadType: 1, payload: '', signatures: [] }]],
    ['a type with control characters', [{ payloadType: 'a\u001bb', payload: '', signatures: [] }]],
    ['an object for the payload', [{ payloadType: TYPE, payload: {}, signatures: [] }]],
    ['an object for the signatures', [{ payloadType: TYPE, payload: '', signatures: {} }]],
    ['null for a signature', [{ payloadType: TYPE, payload: '', signatures: [null] }]],
    [
      'a number for a signature',
      [{ payloadType: TYPE, payload: '', signatures: [{ keyid: 'ab'.repeat(32), sig: 1 }] }],
    ],
  ])('refuses %s in its place', async (_, [value]) => {
    expect(await open(value === undefined ? new Uint8Array() : forge(value))).toBe('ERR_ENVELOPE');
  });

  it('tells what came instead: a page of HTML, bytes that are no text', async () => {
    const page = new TextEncoder().encode('<!doctype html><title>Log in</title>');
    const caught = await openEnvelope(page, { payloadType: TYPE, keys: [key], threshold: 1 }).catch((error) => error);
    expect(caught.code).toBe('ERR_ENVELOPE');
    expect(caught.hint).toContain('login page');
    expect(await open(new Uint8Array([0x7b, 0xff, 0x7d]))).toBe('ERR_ENVELOPE');
  });

  it('takes 16 signatures and refuses 17', async () => {
    const keys = await Promise.all(Array.from({ length: MAX_SIGNATURES + 1 }, () => newKey()));
    const full = await sealEnvelope(TYPE, payload, keys.slice(0, MAX_SIGNATURES));
    expect(full.length).toBeLessThanOrEqual(maxEnvelopeBytes(payload.length));
    const options = { payloadType: TYPE, keys, threshold: MAX_SIGNATURES };
    expect(await outcome(() => openEnvelope(full, options))).toBe('accepted');
    expect(await outcome(() => addSignatures(full, keys.slice(-1)))).toBe('ERR_ENVELOPE');
    const extra = wireOf(await sealEnvelope(TYPE, payload, keys.slice(-1))).signatures;
    const wire = wireOf(full);
    expect(await open(forge({ ...wire, signatures: [...wire.signatures, ...extra] }))).toBe('ERR_ENVELOPE');
  });

  it('reads no more than the limit of its payload type', async () => {
    const atLimit = await sealEnvelope(TYPE, new Uint8Array(12_000), [key]);
    expect(atLimit.length).toBeLessThanOrEqual(MAX_CHANNEL_BYTES);
    expect(await open(atLimit)).toBe('accepted');
    expect(await open(await sealEnvelope(TYPE, new Uint8Array(12_300), [key]))).toBe('ERR_TOO_LARGE');
  });

  it('counts nothing for a signature by a key that it was not given', async () => {
    const stranger = await newKey();
    const both = await sealEnvelope(TYPE, payload, [key, stranger]);
    expect(await open(both)).toBe('accepted');
    expect(await open(await sealEnvelope(TYPE, payload, [stranger]))).toBe('ERR_TRUST_SIGNATURE');
  });

  it('refuses the whole envelope for one wrong signature by a key that it was given', async () => {
    const other = await newKey();
    const keys = [key, other];
    const wire = wireOf(await sealEnvelope(TYPE, payload, keys));
    const elsewhere = wireOf(await sealEnvelope(TYPE, new Uint8Array(3), [other])).signatures;
    const signatures = [...wire.signatures.filter((s) => s.keyid !== other.keyid), ...elsewhere];
    const options = { payloadType: TYPE, keys, threshold: 1 };
    expect(await outcome(() => openEnvelope(forge(wire), options))).toBe('accepted');
    expect(await outcome(() => openEnvelope(forge({ ...wire, signatures }), options))).toBe('ERR_TRUST_SIGNATURE');
  });
});

describe.each(['ES256', 'Ed25519'] as const)('signed documents (%s)', (algorithm) => {
  let project: Project;
  beforeAll(async () => {
    project = await newProject(algorithm);
  });

  it('refuse every change of a single byte', async () => {
    const { channel, release, trusted } = project;
    const { digest, sizeBytes } = release;
    const readers: [Uint8Array, (bytes: Uint8Array) => Promise<unknown>][] = [
      [channel.bytes, (bytes) => verifyChannel(bytes, trusted, { now: NOW })],
      [release.bytes, (bytes) => verifyRelease(bytes, trusted, { digest, sizeBytes, sequence: 4, project: 'my-game' })],
      [trusted.bytes, (bytes) => trustRoot(bytes)],
    ];
    const masksOf = (at: number): number[] =>
      process.env.LADING_LONG === undefined ? [1 << (at % 8)] : Array.from({ length: 255 }, (_, i) => i + 1);
    let flips = 0;
    for (const [bytes, read] of readers) {
      expect(await outcome(() => read(bytes))).toBe('accepted');
      for (const [at, byte] of bytes.entries()) {
        for (const mask of masksOf(at)) {
          const flipped = bytes.slice();
          flipped[at] = byte ^ mask;
          const result = await outcome(() => read(flipped));
          expect(result, `byte ${at}, mask ${mask}`).toMatch(
            /^ERR_(ENVELOPE|TRUST_TYPE|TRUST_SIGNATURE|DOCUMENT|JSON)$/,
          );
          flips++;
        }
      }
    }
    expect(flips).toBeGreaterThan(3_500);
  });

  it('verify with another implementation: node:crypto over the bytes that DSSE says', () => {
    const { payloadType, payload: base64, signatures } = wireOf(project.channel.bytes);
    const body = Buffer.from(base64, 'base64');
    const message = Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${body.length} `), body]);
    const { spki, keyid } = project.keys.channel;
    const publicKey = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    const sig = Buffer.from(signatures[0]?.sig ?? '', 'base64');
    const isRight =
      algorithm === 'ES256'
        ? verify('sha256', message, { key: publicKey, dsaEncoding: 'ieee-p1363' }, sig)
        : verify(null, message, publicKey, sig);
    expect(isRight).toBe(true);
    expect(keyid).toBe(createHash('sha256').update(spki).digest('hex'));
    expect(signatures[0]?.keyid).toBe(keyid);
  });
});

describe('sealEnvelope', () => {
  it('writes signatures in the order of their key ids, whatever the order of the keys', async () => {
    const keys = await Promise.all([newKey('Ed25519'), newKey('Ed25519'), newKey('Ed25519')]);
    const one = await sealEnvelope(TYPE, payload, keys);
    expect(await sealEnvelope(TYPE, payload, [...keys].reverse())).toEqual(one);
    expect(await addSignatures(await sealEnvelope(TYPE, payload, keys.slice(1)), keys.slice(0, 1))).toEqual(one);
    expect(wireOf(one).signatures.map((s) => s.keyid)).toEqual(keys.map((k) => k.keyid).sort());
  });

  it('refuses no keys, a key twice, and a key that does not sign what it should', async () => {
    const seal = (keys: SigningKey[]): Promise<string> => outcome(() => sealEnvelope(TYPE, payload, keys));
    const broken: SigningKey = { ...key, sign: async () => new Uint8Array(64) };
    const misnamed: SigningKey = { ...key, keyid: 'ab'.repeat(32) };
    expect(await seal([key])).toBe('accepted');
    expect(await seal([])).toBe('ERR_KEY');
    expect(await seal([key, key])).toBe('ERR_KEY');
    expect(await seal([broken])).toBe('ERR_KEY');
    expect(await seal([misnamed])).toBe('ERR_KEY');
  });
});

describe('readEnvelope', () => {
  it('shows what is inside without verifying it', () => {
    const wire = wireOf(sealed);
    const read = readEnvelope(forge({ ...wire, signatures: [] }));
    expect(read).toEqual({ payloadType: TYPE, payload, document: { any: 'bytes' }, keyids: [], signatures: [] });
    expect(readEnvelope(sealed).keyids).toEqual([key.keyid]);
  });

  it('refuses what is no envelope, and a payload that is not JSON', async () => {
    expect(await outcome(() => readEnvelope(payload))).toBe('ERR_ENVELOPE');
    const text = await sealEnvelope(TYPE, new TextEncoder().encode('hello'), [key]);
    expect(await outcome(() => readEnvelope(text))).toBe('ERR_JSON');
  });
});

function next(base64Digit: string): string {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return digits[digits.indexOf(base64Digit) + 1] ?? '';
}
