import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, number, varint } from '../../test/protobuf-bytes.js';
import { MAX_GROUP_DEPTH, ProtobufReader, WireError } from './protobuf-reader.js';
import { ProtobufWriter } from './protobuf-writer.js';

const read = (content: readonly number[]): ProtobufReader => new ProtobufReader(Uint8Array.from(content));

/** Reads all fields as unknown ones. */
function skipAll(content: readonly number[]): void {
  const reader = read(content);
  while (!reader.isAtEnd) reader.skip(reader.readKey());
}

describe('varints', () => {
  it('give back every 64-bit value that the writer wrote', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
        const writer = new ProtobufWriter();
        writer.writeVarint(value);
        expect([...writer.finish()]).toEqual(varint(value));
        expect(BigInt(new ProtobufReader(writer.finish()).readVarint())).toBe(value);
      }),
    );
  });

  it.each([0n, 127n, 128n, 2n ** 35n - 1n, 2n ** 35n, 2n ** 63n, 2n ** 64n - 1n])('read %d at the borders', (value) => {
    expect(BigInt(read(varint(value)).readVarint())).toBe(value);
  });

  it('may be padded: every reader gives that the same meaning', () => {
    expect(read([0x85, 0x80, 0x80, 0x80, 0x80, 0x80, 0]).readVarint()).toBe(5n);
  });

  it.each([
    ['without an end', [0x80], 'has no end'],
    ['of eleven bytes', [...new Array<number>(10).fill(0x80), 0], 'more than ten bytes'],
    ['of 65 bits', [...new Array<number>(9).fill(0xff), 2], 'does not fit into 64 bits'],
  ])('%s are refused', (_, content, message) => {
    expect(() => read(content).readVarint()).toThrow(message);
  });
});

describe('keys', () => {
  it.each([
    [[0], 'field number 0'],
    [[7], 'field number 0'],
    [varint(2n ** 32n + 8n), 'does not fit into 32 bits'],
  ])('%j are refused', (content, message) => {
    expect(() => read(content).readKey()).toThrow(message);
  });

  it('go up to field 2^29-1', () => {
    expect(read(number(536_870_911, 1)).readKey()).toBe(536_870_911 * 8);
  });
});

describe('lengths', () => {
  it.each([5, 2 ** 31 - 1, 2 ** 32 + 4, 2n ** 64n - 1n])('of %d are compared with what is left', (length) => {
    expect(() => read([...varint(length), 1, 2, 3, 4]).readBytes()).toThrow(WireError);
  });

  it('may be exactly what is left', () => {
    expect([...read([2, 7, 8]).readBytes()]).toEqual([7, 8]);
  });
});

describe('unknown fields', () => {
  const start = (field: number): number[] => varint(field * 8 + 3);
  const end = (field: number): number[] => varint(field * 8 + 4);

  it('of every kind are skipped', () => {
    skipAll([...number(9, 300), 0x49, ...new Array<number>(8).fill(0), ...bytes(9, 'x'), 0x4d, 0, 0, 0, 0]);
    skipAll([...start(9), ...number(1, 1), ...start(8), ...bytes(2, 'y'), ...end(8), ...end(9), ...number(3, 3)]);
  });

  it('may nest as groups, but not without an end in sight', () => {
    const nested = (depth: number): number[] => [
      ...Array.from({ length: depth }, () => start(9)).flat(),
      ...Array.from({ length: depth }, () => end(9)).flat(),
    ];
    skipAll(nested(MAX_GROUP_DEPTH));
    expect(() => skipAll(nested(MAX_GROUP_DEPTH + 1))).toThrow('nest deeper');
    expect(() => skipAll(nested(100_000))).toThrow('nest deeper');
  });

  it.each([
    ['a group closed as another', [...start(9), ...end(8)], 'group 9 is closed as 8'],
    ['a group that never starts', end(9), 'never started'],
    ['a group that never ends', start(9), 'no end'],
    ['wire type 6', [14], 'wire type 6'],
    ['wire type 7', [15], 'wire type 7'],
    ['a fixed64 that is cut off', [0x49, 1, 2, 3], 'cut off'],
    ['a fixed32 that is cut off', [0x4d, 1, 2, 3], 'cut off'],
  ])('that are %s are refused', (_, content, message) => {
    expect(() => skipAll(content)).toThrow(message);
  });
});
