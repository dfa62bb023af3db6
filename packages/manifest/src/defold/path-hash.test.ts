import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hashResourcePath } from '../index.js';

it.each([
  ['', '0000000000000000'],
  ['a', 'e2758033e4b942c2'],
  ['abcdefg', 'a261422e78b482ae'],
  ['abcdefgh', '41ae9a29d4cb9ad4'],
  ['abcdefghi', 'd0182041dfcc1afb'],
  ['my_hash', 'a2bc06d97f580aab'],
  ['/builtins/render/default.display_profilesc', '05bbea8fe2759799'],
  ['/builtins/fonts/font-df.fpc', '05d54814b5e2c8af'],
  ['/liveupdate.game.dmanifest', 'eff2f1ed8b232177'],
  ['/a.txt', '14302e44effe5d52'],
  ['/b.txt', 'fb2aab6cdddf1072'],
  ['/example/level2/level2.collectionc', '7828806310bb8ca9'],
  ['/пример.json', '0ff5e1df1394c206'],
  ['_base', '2f5d11cdc73095e5'],
  ['_builtin', 'f4dd3f9ab48e53db'],
  ['liveupdate', 'e960a8d7d7edeaa6'],
])('hashes %j as the engine does', (path, hex) => {
  expect(hashResourcePath(path).toString(16).padStart(16, '0')).toBe(hex);
});

it('agrees with the definition in 64-bit integers', () => {
  const character = fc.constantFrom('/', '.', 'a', 'Z', '9', 'é', 'п', '漢', '💡', '\u0000');
  const path = fc.array(character, { maxLength: 80 }).map((characters) => characters.join(''));
  fc.assert(fc.property(path, (text) => hashResourcePath(text) === defined(text)));
  for (const length of [255, 256, 257, 4_097]) {
    expect(hashResourcePath('x'.repeat(length))).toBe(defined('x'.repeat(length)));
  }
});

const M = 0xc6a4a7935bd1e995n;

/** The definition, word for word, on BigInt. */
function defined(path: string): bigint {
  const bytes = new TextEncoder().encode(path);
  const word = (value: bigint): bigint => BigInt.asUintN(64, value);
  const little = (part: Uint8Array): bigint => part.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const mix = (h: bigint, k: bigint): bigint => {
    const first = word(k * M);
    return word(h * M) ^ word((first ^ (first >> 47n)) * M);
  };
  let h = 0n;
  const whole = bytes.length - (bytes.length % 8);
  for (let at = 0; at < whole; at += 8) h = mix(h, little(bytes.subarray(at, at + 8)));
  h = mix(mix(h, little(bytes.subarray(whole))), BigInt(bytes.length));
  h ^= h >> 47n;
  h = word(h * M);
  return h ^ (h >> 47n);
}
