import { MountError } from './mount-error.js';
import { printableName } from './source-name.js';

const SEGMENT = /^[A-Za-z0-9_.!~'()@,;=+$&-]+$/;

/**
 * Throws unless a key is relative and stays below the prefix: segments of plain URL characters, none of them empty,
 * `.` or `..`, no percent signs, no scheme, no backslash.
 *
 * @throws MountError `ERR_SOURCE_KEY`
 */
export function assertOriginKey(key: string): void {
  const isSafe = key.split('/').every((segment) => SEGMENT.test(segment) && segment !== '.' && segment !== '..');
  if (isSafe && key.length <= 1_024) return;
  throw new MountError(
    'ERR_SOURCE_KEY',
    `Key ${JSON.stringify(printableName(key))} is not a relative key below the prefix`,
    {
      details: { key: key.slice(0, 1_024) },
      hint: 'Keys look like archives/level-1.0123456789abcdef.zip: relative, without .. and percent signs.',
    },
  );
}
