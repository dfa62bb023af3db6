import type { Digest } from '@lading/manifest';
import { printable } from './printable.js';
import { PublishError } from './publish-error.js';
import type { PutCondition } from './publish-target.js';

/** The error of a conditional put whose condition does not hold. `actual` is the etag that is there now, or `undefined`. */
export function conflictError(key: string, condition: PutCondition, actual: string | undefined): PublishError {
  const expected = 'ifMatch' in condition ? `version ${condition.ifMatch}` : 'no object';
  const got = actual === undefined ? 'no object' : `version ${actual}`;
  return new PublishError('ERR_PUBLISH_CONFLICT', `"${printable(key)}" changed: expected ${expected}, got ${got}`, {
    details: { key: printable(key), expected, actual: got },
    hint: 'Somebody else wrote it in between. Run the command again: it starts from what is there now.',
  });
}

/** The error of an object with more bytes than the caller takes. */
export function tooLargeError(key: string, maxBytes: number, sizeBytes: number): PublishError {
  const message = `"${printable(key)}" is too large: expected at most ${maxBytes} bytes, got ${sizeBytes}`;
  return new PublishError('ERR_TARGET_TOO_LARGE', message, { details: { key: printable(key), maxBytes, sizeBytes } });
}

/** The error of a body whose bytes are not what its digest says. Nothing was written. */
export function wrongBodyError(key: string, expected: Digest, actual: Digest): PublishError {
  const message = `Bytes for "${printable(key)}" are wrong: expected ${expected}, got ${actual}`;
  return new PublishError('ERR_PUBLISH_SOURCE', message, {
    details: { key: printable(key), expected, actual },
    hint: 'The file changed after the release was signed. Run lading split again.',
  });
}

/** The error of objects that a public document needs and the target lacks. */
export function incompleteError(keys: readonly string[]): PublishError {
  const more = keys.length > 1 ? ` (and ${keys.length - 1} more)` : '';
  return new PublishError('ERR_PUBLISH_INCOMPLETE', `The target lacks "${keys[0]}"${more}`, {
    details: { problems: keys.map((path) => ({ path, problem: 'is not there' })) },
    hint: 'A part was not published, or something was deleted. Publish it from the folder that lading split wrote.',
  });
}
