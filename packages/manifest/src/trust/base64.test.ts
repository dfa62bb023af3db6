import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64, encodeBase64 } from './base64.js';

describe('base64', () => {
  it('is what Node writes, and comes back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = encodeBase64(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64'));
        expect(decodeBase64(text)).toEqual(bytes);
      }),
    );
  });

  it('is read only as it would have been written', () => {
    const digit = fc.constantFrom('A', 'B', 'Q', 'g', '/', '+', '9', '=', '=', '-', ' ', '\n', 'ä');
    fc.assert(
      fc.property(fc.string({ unit: digit, maxLength: 12 }), (text) => {
        const bytes = Buffer.from(text, 'base64');
        expect(decodeBase64(text)).toEqual(bytes.toString('base64') === text ? Uint8Array.from(bytes) : undefined);
      }),
      { numRuns: 3_000 },
    );
  });

  it('has one spelling for each of the last digits', () => {
    const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const readable = (pad: string): number =>
      [...digits].filter((d) => decodeBase64(`A${d}${pad}`) !== undefined).length;
    expect(readable('==')).toBe(4);
    expect([...digits].filter((d) => decodeBase64(`AA${d}=`) !== undefined).length).toBe(16);
    expect(readable('AA')).toBe(64);
  });
});
