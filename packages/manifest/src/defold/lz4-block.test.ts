import fc from 'fast-check';
import LZ4 from 'numcodecs/lz4';
import { describe, expect, it } from 'vitest';
import { thrownBy } from '../../test/thrown.js';
import { decodeLz4Block, isLadingError } from '../index.js';

const block = (...bytes: readonly number[]): Uint8Array => Uint8Array.from(bytes);

describe('a block', () => {
  it('may be literals alone, also more than fifteen', () => {
    expect([...decodeLz4Block(block(0x30, 1, 2, 3), 3)]).toEqual([1, 2, 3]);
    const many = new Array<number>(15 + 255 + 7).fill(9);
    expect([...decodeLz4Block(block(0xf0, 255, 7, ...many), many.length)]).toEqual(many);
    expect(decodeLz4Block(block(0), 0)).toEqual(new Uint8Array());
  });

  it('repeats a pattern where a match overlaps itself', () => {
    expect([...decodeLz4Block(block(0x24, 1, 2, 2, 0, 0x50, 5, 6, 7, 8, 9), 15)]).toEqual([
      ...[1, 2, 1, 2, 1, 2, 1, 2, 1, 2],
      ...[5, 6, 7, 8, 9],
    ]);
  });

  it('copies a match that does not overlap', () => {
    expect([...decodeLz4Block(block(0x50, 1, 2, 3, 4, 5, 5, 0, 0x50, 5, 6, 7, 8, 9), 14)]).toEqual([
      ...[1, 2, 3, 4, 5],
      ...[1, 2, 3, 4],
      ...[5, 6, 7, 8, 9],
    ]);
  });

  it('is read as the reference encoder writes it', async () => {
    const codec = LZ4.fromConfig({ id: 'lz4' });
    const piece = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(30));
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { minLength: 1 }), async (pieces) => {
        const plain = Uint8Array.from(
          pieces
            .flatMap(([bytes, times]) => new Array<Uint8Array>(times + 1).fill(bytes))
            .flatMap((bytes) => [...bytes]),
        );
        // That codec puts the size in front, in four bytes.
        const packed = (await codec.encode(plain)).subarray(4);
        expect(decodeLz4Block(packed, plain.length)).toEqual(plain);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a block is refused', () => {
  it.each([
    ['that is empty', [], 0],
    ['with a match before the start', [0x10, 65, 2, 0, 0x50, 1, 2, 3, 4, 5], 10],
    ['with a match of distance 0', [0x10, 65, 0, 0, 0x50, 1, 2, 3, 4, 5], 10],
    ['with literals past its end', [0xf0, 255, 1, 2, 3], 300],
    ['with a length that never ends', [0xf0, 255, 255], 300],
    ['with a match length that never ends', [0x1f, 65, 1, 0, 255, 255], 600],
    ['with half a distance', [0x10, 65, 1], 20],
    ['that holds more in a match', [0x1f, 65, 1, 0, 255, 255, 255, 0, 0x50, 1, 2, 3, 4, 5], 20],
    ['that holds more in literals', [0x50, 1, 2, 3, 4, 5], 4],
    ['that holds less', [0x30, 1, 2, 3], 10],
    ['that ends in a match', [0x10, 65, 1, 0], 5],
    ['that ends in fewer than five literals', [0x10, 65, 1, 0, 0x40, 1, 2, 3, 4], 9],
    ['that goes on after its end', [0x30, 1, 2, 3, 0], 3],
    ['that is too short for its size, before memory is taken', [0x10, 65], 2 ** 30],
  ])('%s', (_, bytes, sizeBytes) => {
    const error = thrownBy(() => decodeLz4Block(block(...bytes), sizeBytes));
    expect(error.code).toBe('ERR_RESOURCE_PAYLOAD');
    expect(error.details.offset).toEqual(expect.any(Number));
  });

  it('or read, but never anything else, whatever its bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(300), (bytes, sizeBytes) => {
        try {
          expect(decodeLz4Block(bytes, sizeBytes)).toHaveLength(sizeBytes);
        } catch (error) {
          if (!isLadingError(error, 'ERR_RESOURCE_PAYLOAD')) throw error;
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
