import { describe, expect, it } from 'vitest';
import { thrownBy } from '../../test/thrown.js';
import { applyXteaCtr, decodeResourcePayload, hexToBytes, MAX_RESOURCE_BYTES } from '../index.js';

/** A real resource of the 1.11.2 demo: LZ4, 74 bytes, and what it holds. */
const STORED = hexToBytes(
  'f21a0a570a0673707269746512242f5f67656e6572617465645f666633386637303134616434626335312e250090631a0f0d00000000150500101d05002b2214110070250000803f3200',
) as Uint8Array;
const PLAIN = hexToBytes(
  '0a570a0673707269746512242f5f67656e6572617465645f666633386637303134616434626335312e737072697465631a0f0d0000000015000000001d0000000022140d0000000015000000001d00000000250000803f3200',
) as Uint8Array;

const BOTH = { sizeBytes: 89, compressedSizeBytes: 74, flags: 14 };

it('gives a stored resource as it is, unpacks a compressed one, and decrypts before it unpacks', () => {
  expect(decodeResourcePayload(PLAIN, { sizeBytes: 89, compressedSizeBytes: undefined, flags: 2 })).toBe(PLAIN);
  expect(decodeResourcePayload(STORED, { sizeBytes: 89, compressedSizeBytes: 74, flags: 10 })).toEqual(PLAIN);
  expect(decodeResourcePayload(applyXteaCtr(STORED), BOTH)).toEqual(PLAIN);
  const encrypted = { sizeBytes: 89, compressedSizeBytes: undefined, flags: 6 };
  expect(decodeResourcePayload(applyXteaCtr(PLAIN), encrypted)).toEqual(PLAIN);
});

describe('is refused', () => {
  it.each([
    ['of another stored size', STORED.subarray(1), BOTH],
    ['of another plain size', PLAIN, { sizeBytes: 90, compressedSizeBytes: undefined, flags: 2 }],
    ['that unpacks to another size', STORED, { sizeBytes: 88, compressedSizeBytes: 74, flags: 10 }],
    [
      'that says compressed without a compressed size',
      STORED,
      { sizeBytes: 89, compressedSizeBytes: undefined, flags: 8 },
    ],
    ['encrypted with another key', STORED.map((byte) => byte ^ 0x5a), BOTH],
  ])('a payload %s', (_, payload, resource) => {
    expect(thrownBy(() => decodeResourcePayload(payload, resource)).code).toBe('ERR_RESOURCE_PAYLOAD');
  });

  it('a resource above 1 GiB', () => {
    const resource = { sizeBytes: MAX_RESOURCE_BYTES + 1, compressedSizeBytes: 74, flags: 10 };
    expect(thrownBy(() => decodeResourcePayload(STORED, resource)).code).toBe('ERR_TOO_LARGE');
  });
});
