import { MountError } from './mount-error.js';

/**
 * Throws unless `[offset, offset + length)` lies inside a source.
 *
 * @throws MountError `ERR_SOURCE_RANGE` with `details.offset`, `details.length` and `details.sizeBytes`.
 */
export function assertSourceRange(
  source: { readonly name: string; readonly sizeBytes: number },
  offset: number,
  length: number,
): void {
  const { name, sizeBytes } = source;
  if (Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0) {
    if (offset + length <= sizeBytes) return;
  }
  throw new MountError('ERR_SOURCE_RANGE', `${name}: no ${length} bytes at ${offset}: it has ${sizeBytes} bytes`, {
    details: { source: name, offset: String(offset), length: String(length), sizeBytes },
  });
}

/** Says that a source gave fewer bytes than its size promises. */
export function truncatedError(name: string, offset: number, expected: number, got: number): MountError {
  return new MountError(
    'ERR_SOURCE_TRUNCATED',
    `${name}: ends early: expected ${expected} bytes at ${offset}, got ${got}`,
    { details: { source: name, offset, expected, actual: got } },
  );
}
