import { printable, SplitError } from '../split-error.js';

const UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['kb', 1e3],
  ['mb', 1e6],
  ['gb', 1e9],
  ['kib', 1_024],
  ['mib', 1_048_576],
  ['gib', 1_073_741_824],
]);

/**
 * Reads a size in bytes: a whole number, or a text with a unit (`B`, `kB`, `MB`, `GB` in thousands, `KiB`, `MiB`, `GiB`
 * in 1,024s; the case does not matter). A fraction of a unit is fine as long as it ends in whole bytes.
 *
 * @throws SplitError `ERR_SPLIT_RULES` where it is not a size, is below 1 or is not safe as a number.
 * @example
 * parseByteSize('8 MiB'); // → 8388608
 * parseByteSize(600_000); // → 600000
 */
export function parseByteSize(value: number | string): number {
  const sizeBytes = typeof value === 'number' ? value : sizeOfText(value);
  if (sizeBytes !== undefined && Number.isSafeInteger(sizeBytes) && sizeBytes >= 1) return sizeBytes;
  const shown = typeof value === 'string' ? JSON.stringify(printable(value)) : String(value);
  throw new SplitError('ERR_SPLIT_RULES', `${shown} is not a size: expected whole bytes, 1 or more`, {
    details: { actual: shown },
    hint: "Write a number of bytes, or a text such as '64 KiB' or '8 MiB'.",
  });
}

function sizeOfText(text: string): number | undefined {
  const match = /^(\d{1,16}(?:\.\d{1,9})?) ?([kmg]?i?b)?$/i.exec(text.trim());
  const unit = UNITS.get((match?.[2] ?? '').toLowerCase());
  return match?.[1] === undefined || unit === undefined ? undefined : Number(match[1]) * unit;
}
