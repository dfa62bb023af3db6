import { expect, it } from 'vitest';
import { thrownBy } from '../../test/thrown.js';
import { bytesToHex, hexToBytes, parseResourceHeader, writeResourceHeader } from '../index.js';

it.each([
  [89, 2, '0000005904ededededededededededed'],
  [89, 10, '0000005906ededededededededededed'],
  [1, 6, '0000000105ededededededededededed'],
  [0xffff_ffff, 14, 'ffffffff07ededededededededededed'],
])('writes size %d and flags %d as Bob does', (sizeBytes, flags, hex) => {
  expect(bytesToHex(writeResourceHeader({ sizeBytes, flags }))).toBe(hex);
});

it('reads what it wrote, from anywhere in a buffer', () => {
  const bytes = new Uint8Array(40);
  bytes.set(writeResourceHeader({ sizeBytes: 0xffff_fffe, flags: 14 }), 5);
  expect(parseResourceHeader(bytes.subarray(5))).toEqual({
    sizeBytes: 0xffff_fffe,
    isEncrypted: true,
    isCompressed: true,
    isLiveUpdate: true,
  });
});

it('reads a header of version 4, without the live update bit, whatever its padding', () => {
  const header = hexToBytes('00000005020000000000000000000000') as Uint8Array;
  expect(parseResourceHeader(header)).toMatchObject({ sizeBytes: 5, isCompressed: true, isLiveUpdate: false });
});

it('refuses fewer than 16 bytes', () => {
  expect(thrownBy(() => parseResourceHeader(new Uint8Array(15))).code).toBe('ERR_RESOURCE_PAYLOAD');
});
