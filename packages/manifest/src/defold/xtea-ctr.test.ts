import fc from 'fast-check';
import { expect, it } from 'vitest';
import { applyXteaCtr, bytesToHex } from '../index.js';

it('makes the key stream of blocks 0, 1 and 2', () => {
  expect(bytesToHex(applyXteaCtr(new Uint8Array(24)))).toBe('e7f000fb190b6dc229feafb78b30190e704278d12a2a04e3');
});

it('encrypts 25 bytes, the last block short', () => {
  const text = new TextEncoder().encode('Hello Defold Live Update!');
  expect(bytesToHex(applyXteaCtr(text))).toBe('af956c97762b29a74f91c3d3ab7c707815622da14e4b7086f1');
});

it('decrypts what it encrypts, and leaves its input as it was', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const before = bytes.slice();
      expect(applyXteaCtr(applyXteaCtr(bytes))).toEqual(before);
      expect(bytes).toEqual(before);
    }),
  );
});
