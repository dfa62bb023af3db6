import { createHash } from 'node:crypto';
import { buildRawZip } from '@lading/fixtures';
import { hashResourcePath } from '@lading/manifest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerVector, answerVectorLine, MAX_VECTOR_LINE_LENGTH } from './index.js';
import { decodeVectorBase64 } from './vector-base64.js';

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('answerVector', () => {
  it('accepts a zip with the digest of every file', async () => {
    const zip = buildRawZip([
      { name: 'd/' },
      { name: 'd/a', content: 'hello', method: 8 },
      { name: '__proto__', content: 'x' },
    ]);
    const answer = await answerVector({ id: 'z', op: 'zip', data: base64(zip) });
    expect(JSON.parse(JSON.stringify(answer))).toMatchObject({ id: 'z', verdict: 'accept' });
    const entries = (answer as { entries: Record<string, string> }).entries;
    expect(Object.entries(entries)).toEqual([
      ['d/a', sha256('hello')],
      ['__proto__', sha256('x')],
    ]);
  });

  it('rejects a zip whose content is wrong, with the code of the reader', async () => {
    const zip = buildRawZip([{ name: 'a', content: 'hello', local: { crc: 1 }, central: { crc: 1 } }]);
    const answer = await answerVector({ id: 7, op: 'zip', data: base64(zip) });
    expect(answer).toMatchObject({ id: 7, verdict: 'reject', code: 'ERR_ARCHIVE_CRC' });
  });

  it('judges manifests, graphs and paths', async () => {
    expect(hashResourcePath('/a')).toBeTypeOf('bigint');
    const manifest = await answerVector({ id: 1, op: 'manifest', data: base64(Uint8Array.of(1, 2, 3)) });
    expect(manifest).toMatchObject({ verdict: 'reject', code: expect.stringMatching(/^ERR_MANIFEST/) });
    const node = (path: string, children: string[]): object => ({ path, hexDigest: '0'.repeat(40), children });
    const graph = JSON.stringify([node('/<AnonymousRoot>', ['/a']), node('/a', [])]);
    expect(await answerVector({ id: 2, op: 'graph', text: graph })).toEqual({ id: 2, verdict: 'accept' });
    expect(await answerVector({ id: 3, op: 'graph', text: '[1]' })).toMatchObject({
      verdict: 'reject',
      code: expect.stringMatching(/^ERR_GRAPH/),
    });
    expect(await answerVector({ id: 4, op: 'path', path: '/a/b' })).toEqual({ id: 4, verdict: 'accept' });
    expect(await answerVector({ id: 5, op: 'path', path: '/a/../b' })).toMatchObject({
      verdict: 'reject',
      code: 'ERR_PATH',
    });
  });

  it('judges signatures', async () => {
    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
    const message = new TextEncoder().encode('hello');
    const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, message);
    const key = base64(new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey)));
    const right = {
      id: 1,
      op: 'signature',
      algorithm: 'ES256',
      key,
      message: base64(message),
      signature: base64(new Uint8Array(signature)),
    };
    expect(await answerVector(right)).toEqual({ id: 1, verdict: 'accept' });
    expect(await answerVector({ ...right, message: '' })).toMatchObject({
      verdict: 'reject',
      code: 'ERR_TRUST_SIGNATURE',
    });
    expect(await answerVector({ ...right, key: '' })).toMatchObject({ verdict: 'reject', code: 'ERR_KEY' });
    expect(await answerVector({ ...right, algorithm: 'HS256' })).toMatchObject({ code: 'ERR_VECTOR_REQUEST' });
  });

  it.each([
    ['no object', null],
    ['a list', []],
    ['no op', { id: 1 }],
    ['an unknown op', { id: 1, op: 'constructor' }],
    ['no data', { id: 1, op: 'zip' }],
    ['data that is no base64', { id: 1, op: 'zip', data: 'UEs' }],
    ['a path that is no text', { id: 1, op: 'path', path: 5 }],
  ])('answers %s', async (_, request) => {
    expect(await answerVector(request)).toMatchObject({ verdict: 'reject', code: 'ERR_VECTOR_REQUEST' });
  });

  it('gives ids back as they came, and null for what is no id', async () => {
    for (const id of ['x', 5, '']) expect(await answerVector({ id, op: 'path', path: '/a' })).toMatchObject({ id });
    for (const id of [undefined, null, {}, true])
      expect(await answerVector({ id, op: 'path', path: '/a' })).toMatchObject({ id: null });
  });

  it('answers any line with one line, and never throws', async () => {
    const ops = fc.constantFrom('zip', 'manifest', 'graph', 'signature', 'path', 'other');
    const fields = fc.dictionary(
      fc.constantFrom('data', 'text', 'path', 'key', 'message', 'signature', 'algorithm'),
      fc.oneof(fc.base64String(), fc.jsonValue()),
    );
    const request = fc
      .record({ id: fc.jsonValue(), op: ops })
      .chain((head) => fields.map((more) => JSON.stringify({ ...more, ...head })));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), request), async (line) => {
        const answer = await answerVectorLine(line);
        expect(answer).not.toContain('\n');
        const parsed = JSON.parse(answer) as { verdict: string; code?: string };
        expect(['accept', 'reject']).toContain(parsed.verdict);
        expect(parsed.code).not.toBe('ERR_INTERNAL');
      }),
    );
    expect(JSON.parse(await answerVectorLine('{"id":'))).toMatchObject({
      id: null,
      verdict: 'reject',
      code: 'ERR_VECTOR_JSON',
    });
  });

  it('refuses a line that is too long before it looks at it', async () => {
    const line = ' '.repeat(MAX_VECTOR_LINE_LENGTH + 1);
    expect(JSON.parse(await answerVectorLine(line))).toMatchObject({ id: null, code: 'ERR_VECTOR_TOO_LARGE' });
  });
});

describe('decodeVectorBase64', () => {
  it('reads what base64 writers write', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(Buffer.from(decodeVectorBase64(base64(bytes)) ?? [255])).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it.each(['A', 'AA', 'AAA', 'A===', '====', 'AA=A', 'AAA=AAAA', 'AA A', 'AA-_', 'AAA\u00e9', 'AA\n='])(
    'refuses %j',
    (text) => {
      expect(decodeVectorBase64(text)).toBeUndefined();
    },
  );
});
