import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSha256 } from './sha256-stream.js';

test('gives what OpenSSL gives for any bytes in any pieces', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 });
  fc.assert(
    fc.property(pieces, (chunks) => {
      const ours = createSha256();
      const theirs = createHash('sha256');
      for (const chunk of chunks) {
        ours.update(chunk);
        theirs.update(chunk);
      }
      expect(Buffer.from(ours.digest()).toString('hex')).toBe(theirs.digest('hex'));
    }),
    { numRuns: 300 },
  );
});

test('is right at every length around the borders of a block', () => {
  for (let length = 0; length < 200; length++) {
    const bytes = new Uint8Array(length).fill(length);
    const ours = createSha256();
    ours.update(bytes);
    const expected = createHash('sha256').update(bytes).digest('hex');
    expect(Buffer.from(ours.digest()).toString('hex')).toBe(expected);
  }
});
