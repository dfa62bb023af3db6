import { isLadingError } from '@lading/manifest';
import { describe, expect, it } from 'vitest';
import { parseByteSize } from '../index.js';

describe('parseByteSize', () => {
  it.each([
    [1, 1],
    [600_000, 600_000],
    ['600000', 600_000],
    ['8 MiB', 8_388_608],
    ['64 KiB', 65_536],
    ['64kib', 65_536],
    ['1.5 MiB', 1_572_864],
    ['2MB', 2_000_000],
    ['1 kB', 1_000],
    ['1 GiB', 1_073_741_824],
    [' 12 b ', 12],
  ])('reads %j as %d bytes', (text, bytes) => {
    expect(parseByteSize(text)).toBe(bytes);
  });

  it.each([
    0,
    -1,
    1.5,
    Number.NaN,
    2 ** 60,
    '',
    'MiB',
    '8 M',
    '8 ib',
    '1e6',
    '0.0001 KiB',
    '-5',
    '8 MiB 3',
    '99999999999 GiB',
  ])('refuses %j with a code and a hint', (value) => {
    let caught: unknown;
    try {
      parseByteSize(value);
    } catch (error) {
      caught = error;
    }
    expect(isLadingError(caught, 'ERR_SPLIT_RULES') && caught.hint).toContain('MiB');
  });
});
