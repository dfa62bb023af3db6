import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeBaseArchive, writeArci } from '../../test/base-archive.js';
import { problemPaths, thrownBy } from '../../test/thrown.js';
import { isLadingError, parseBaseArchiveIndex, readBaseArchiveResource, storedSizeBytes } from '../index.js';

const A = {
  hexDigest: '04a1e654c3d4a2641de5c460881b357bec123761',
  offset: 0xabec,
  sizeBytes: 0xb53,
  compressedSizeBytes: 0x73c,
  flags: 2,
};
const B = { hexDigest: 'b1'.repeat(20), offset: 0, sizeBytes: 7, compressedSizeBytes: undefined, flags: 1 };

it.each([4, 5])('reads an index of version %d', (version) => {
  const index = parseBaseArchiveIndex(writeArci([A, B], version));
  expect(index).toMatchObject({ version, entries: [A, B] });
  expect(index.md5).toMatch(/^[0-9a-f]{32}$/);
});

it('reads an index without entries, and digests of any algorithm', () => {
  expect(parseBaseArchiveIndex(writeArci([])).entries).toEqual([]);
  const sha256 = { ...B, hexDigest: 'cd'.repeat(32) };
  expect(parseBaseArchiveIndex(writeArci([sha256], 5, 32)).entries[0]?.hexDigest).toBe(sha256.hexDigest);
});

it('reads a digest that comes twice, as Bob 1.6 wrote where two resources were equal', () => {
  expect(parseBaseArchiveIndex(writeArci([A, B, { ...B, offset: 64 }])).entries).toHaveLength(3);
});

it('gives the stored bytes of every blob', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (payloads) => {
      const { arci, arcd } = makeBaseArchive(payloads);
      const stored = parseBaseArchiveIndex(arci).entries.map((entry) =>
        Buffer.from(readBaseArchiveResource(arcd, entry)),
      );
      for (const payload of payloads) expect(stored.some((bytes) => bytes.equals(payload))).toBe(true);
    }),
  );
});

it('knows a compressed blob by its compressed size', () => {
  expect([storedSizeBytes(A), storedSizeBytes(B)]).toEqual([0x73c, 7]);
});

it('refuses to read a blob that reaches past the data', () => {
  const error = thrownBy(() => readBaseArchiveResource(new Uint8Array(6), B));
  expect(error).toMatchObject({ code: 'ERR_BASE_ARCHIVE', details: { expected: 7, actual: 6 } });
});

describe('an index is refused', () => {
  const refusal = (arci: Uint8Array): string[] => {
    const error = thrownBy(() => parseBaseArchiveIndex(arci));
    expect(error.code).toBe('ERR_BASE_ARCHIVE');
    return problemPaths(error);
  };
  const changed = (at: number, value: number): Uint8Array => {
    const arci = writeArci([A, B]);
    new DataView(arci.buffer).setUint32(at, value);
    return arci;
  };

  it.each([
    ['version', 0, 6, '/version'],
    ['entry offset', 20, 49, '/entryOffset'],
    ['hash offset', 24, 47, '/hashOffset'],
    ['hash length', 28, 21, '/hashLength'],
    ['hash length above its slot', 28, 65, '/hashLength'],
  ])('for its %s', (_, at, value, path) => {
    expect(refusal(changed(at, value))).toEqual([path]);
  });

  it('for a count that does not fit, however large', () => {
    for (const count of [1, 3, 0xffff_ffff]) expect(refusal(changed(16, count))).toEqual(['/entryOffset', '']);
  });

  it('when it is cut off anywhere, or goes on', () => {
    const arci = writeArci([A, B]);
    for (let length = 0; length < arci.length; length++) refusal(arci.subarray(0, length));
    expect(refusal(Uint8Array.of(...arci, 0))).toEqual(['']);
  });

  it('for entries out of order, twice with other sizes, or padded with anything but zeros: all at once', () => {
    const C = { ...B, hexDigest: 'c1'.repeat(20) };
    const arci = writeArci([A, C, B, { ...B, sizeBytes: 8 }]);
    arci[48 + 63] = 1;
    expect(refusal(arci)).toEqual(['/entries/0/hexDigest', '/entries/2/hexDigest', '/entries/3/hexDigest']);
  });

  it('or read, but never anything else, whatever its bytes', () => {
    const arci = writeArci([A, B]);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(arci.length - 1), fc.nat(255)), { minLength: 1 }), (edits) => {
        const edited = arci.slice();
        for (const [at, value] of edits) edited[at] = value;
        try {
          expect(parseBaseArchiveIndex(edited).entries).toHaveLength(2);
        } catch (error) {
          if (!isLadingError(error, 'ERR_BASE_ARCHIVE')) throw error;
        }
      }),
    );
  });
});
