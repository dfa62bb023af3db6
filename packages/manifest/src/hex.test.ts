import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bytesToHex, hexToBytes } from './index.js';

it('writes lower-case pairs', () => {
  expect(bytesToHex(Uint8Array.of(0, 9, 10, 255))).toBe('00090aff');
});

it('reads either case and gives back what was written', () => {
  expect(hexToBytes('00AaFf')).toEqual(Uint8Array.of(0, 170, 255));
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(hexToBytes(bytesToHex(bytes))).toEqual(bytes);
    }),
  );
});

it('gives undefined for text that is not whole pairs of hex digits', () => {
  for (const text of ['0', '0g', ' 00', '0x00', '00\n', '٠٠']) expect(hexToBytes(text)).toBeUndefined();
  expect(hexToBytes('')).toEqual(new Uint8Array());
});
