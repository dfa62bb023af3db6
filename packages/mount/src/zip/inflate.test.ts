import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeCodecs } from '../node/node-codecs.js';
import { type ArchiveCodecs, WEB_CODECS } from './codecs.js';

const CODECS: readonly (readonly [name: string, codecs: ArchiveCodecs])[] = [
  ['WEB_CODECS', WEB_CODECS],
  ['nodeCodecs', nodeCodecs],
];

describe.each(CODECS)('inflateRaw of %s', (_, codecs) => {
  const inflate = async (stored: Uint8Array, size: number): Promise<Uint8Array> => codecs.inflateRaw(stored, size);

  it('gives back what was deflated, whatever it was', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5_000 }), fc.integer({ min: 0, max: 9 }), async (bytes, level) => {
        expect(Buffer.from(await inflate(deflateRawSync(bytes, { level }), bytes.length))).toEqual(Buffer.from(bytes));
      }),
      { numRuns: 60 },
    );
  });

  it('inflates megabytes', async () => {
    const bytes = Buffer.from('lading '.repeat(700_000));
    expect(bytes.equals(await inflate(deflateRawSync(bytes), bytes.length))).toBe(true);
  });

  it('refuses a stream that ends early, goes on, or gives another size', async () => {
    const stored = deflateRawSync('lading '.repeat(100));
    for (const size of [0, 1, 699, 701, 70_000]) await expect(inflate(stored, size)).rejects.toThrow(Error);
    for (let cut = 1; cut <= stored.length; cut++) {
      await expect(inflate(stored.subarray(0, -cut), 700)).rejects.toThrow(Error);
    }
    for (const tail of [[0], [3, 0], [0x50, 0x4b]]) {
      await expect(inflate(Buffer.concat([stored, Uint8Array.from(tail)]), 700)).rejects.toThrow(Error);
    }
  });

  it('stops a bomb at the stated size', async () => {
    const bomb = deflateRawSync(new Uint8Array(200 * 2 ** 20));
    const before = process.memoryUsage().arrayBuffers;
    await expect(inflate(bomb, 1_000)).rejects.toThrow(Error);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 2 ** 20);
  });
});
