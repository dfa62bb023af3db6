import { printable, SplitError, systemErrorCode } from '../split-error.js';
import type { ContentRequest } from './content-source.js';

/**
 * Turns an error of the file system into one of ours: missing is not forbidden is not broken.
 *
 * @internal
 */
export function contentReadError(file: string, error: unknown): SplitError {
  if (error instanceof SplitError) return error;
  const cause = { cause: error, details: { file: printable(file), reason: systemErrorCode(error) ?? 'unknown' } };
  switch (systemErrorCode(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new SplitError('ERR_CONTENT_MISSING', `${printable(file)} does not exist`, cause);
    case 'EACCES':
    case 'EPERM':
      return new SplitError('ERR_CONTENT_FORBIDDEN', `${printable(file)} may not be read`, {
        ...cause,
        hint: 'Check the permissions of the file and of the folders above it.',
      });
    case undefined:
      throw error;
    default:
      return new SplitError(
        'ERR_CONTENT_READ',
        `${printable(file)} could not be read (${systemErrorCode(error)})`,
        cause,
      );
  }
}

/** A resource that a source does not have. @internal */
export function missingContent(source: string, { path, hexDigest }: ContentRequest): SplitError {
  const stored = hexDigest === undefined ? '' : ` (stored as ${hexDigest})`;
  return new SplitError('ERR_CONTENT_MISSING', `${printable(path)}${stored} is not in ${source}`, {
    details: { path: printable(path), ...(hexDigest === undefined ? {} : { hexDigest }), source },
    hint: 'Graph and content must come from one build.',
  });
}
