import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { corpusPath, hasCorpus, readCorpus } from '../test/corpus.js';
import { thrownBy } from '../test/thrown.js';
import { isLadingError, parseJson } from './index.js';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (text: string, uniqueKeys = false): unknown =>
  parseJson(encode(text), { maxBytes: 20_000_000, what: 'test', uniqueKeys });

it('parses what JSON.stringify writes', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      expect(parse(text, true)).toEqual(JSON.parse(text));
    }),
  );
});

it('checks the size before anything else', () => {
  const error = thrownBy(() => parseJson(encode('[1,2,3]'), { maxBytes: 6, what: 'channel' }));
  expect(error.code).toBe('ERR_TOO_LARGE');
  expect(error.message).toBe('channel has 7 bytes; the limit is 6');
});

it.each([
  ['utf8', Uint8Array.of(0x22, 0xff, 0x22)],
  ['utf8', Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)],
  ['bom', Uint8Array.of(0xef, 0xbb, 0xbf, 0x31)],
  ['syntax', encode('{"a":1,}')],
  ['syntax', encode('')],
  ['syntax', encode('[1] x')],
  ['syntax', encode('['.repeat(500_000))],
])('refuses broken %s with its reason', (reason, bytes) => {
  const error = thrownBy(() => parseJson(bytes, { maxBytes: 20_000_000, what: 'test' }));
  expect(error.code).toBe('ERR_JSON');
  expect(error.details.reason).toBe(reason);
});

it('keeps what the input says out of the message', () => {
  expect(thrownBy(() => parse('\u001b[31m')).message).toBe('test is not JSON');
});

it('refuses a key twice in one object where asked to, however it is escaped', () => {
  expect(parse('{"a":1,"a":2}')).toEqual({ a: 2 });
  for (const text of [
    '{"a":1,"a":2}',
    '[{"b":{"a":1 , "\\u0061" : 2}}]',
    '{"a":{"x":1},"b":[],"a":0}',
    '{"":1,"":2}',
  ]) {
    expect(thrownBy(() => parse(text, true)).details.reason).toBe('duplicate-key');
  }
});

it('lets different objects have the same key, and values look like keys', () => {
  const text = '{"a":{"a":["a","a",{"a":"b: {\\"a\\":"}]},"b":"a"}';
  expect(parse(text, true)).toEqual(JSON.parse(text));
});

it('reads __proto__ as any other key', () => {
  const value = parse('{"__proto__":{"polluted":true}}') as object;
  expect(Object.keys(value)).toEqual(['__proto__']);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

const SUITE = 'json/jsontestsuite/test_parsing';

describe.skipIf(!hasCorpus(SUITE))('JSONTestSuite', () => {
  const files = hasCorpus(SUITE) ? readdirSync(corpusPath(SUITE)).filter((name) => name.endsWith('.json')) : [];

  function isAccepted(name: string): boolean {
    try {
      parseJson(readCorpus(`${SUITE}/${name}`), { maxBytes: 20_000_000, what: name });
      return true;
    } catch (error) {
      if (!isLadingError(error, 'ERR_JSON')) throw error;
      return false;
    }
  }

  it('accepts every y_, refuses every n_ and survives every i_', () => {
    const wrong = files.filter((name) => {
      const accepted = isAccepted(name);
      return (name.startsWith('y_') && !accepted) || (name.startsWith('n_') && accepted);
    });
    console.info(`JSONTestSuite: ${files.length - wrong.length} of ${files.length} files right`);
    expect(files.length).toBeGreaterThan(300);
    expect(wrong).toEqual([]);
  });
});

it('reads a string of many megabytes, and strings that end in backslashes, where keys must not repeat', () => {
  const text = JSON.stringify({ a: 'x'.repeat(16_000_000), b: 'ends in \\', c: '\\\\"', d: '"b":' });
  expect(parse(text, true)).toEqual(JSON.parse(text));
});
