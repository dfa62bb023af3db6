import type { JsonValue } from '@lading/manifest';
import { MountError, type MountErrorCode } from '../mount-error.js';
import { printableName } from '../source-name.js';

/** Where in an archive something is wrong, and what stood there. */
export interface FaultPlace {
  readonly entry?: string | undefined;
  /** Bytes from the start of the archive. */
  readonly offset?: number | undefined;
  readonly expected?: number | string | undefined;
  readonly actual?: number | string | undefined;
  readonly cause?: unknown;
}

/** Makes the error of a bad archive: archive, entry, what, where, expected, got. */
export function archiveFault(code: MountErrorCode, archive: string, what: string, place: FaultPlace = {}): MountError {
  const { entry, offset, expected, actual, cause } = place;
  const details: Record<string, JsonValue> = { archive };
  let message = archive;
  if (entry !== undefined) {
    details.entry = printableName(entry);
    message += `: entry ${JSON.stringify(printableName(entry))}`;
  }
  message += `: ${what}`;
  if (offset !== undefined) {
    details.offset = offset;
    message += ` at byte ${offset}`;
  }
  if (expected !== undefined) {
    details.expected = finite(expected);
    message += `: expected ${details.expected}`;
  }
  if (actual !== undefined) {
    details.actual = finite(actual);
    message += `${expected === undefined ? ':' : ','} got ${details.actual}`;
  }
  return new MountError(code, message, { details, cause });
}

/** JSON has no infinity, which is what `u64` gives for a number that nothing here can be. */
function finite(value: number | string): number | string {
  return typeof value === 'number' && !Number.isFinite(value) ? 'more than 2^53 - 1' : value;
}
