import { LadingError, type LadingErrorOptions, type Problem } from './lading-error.js';

/** Every code that `@lading/manifest` throws. */
export type ManifestErrorCode =
  | 'ERR_PATH'
  | 'ERR_TOO_LARGE'
  | 'ERR_JSON'
  | 'ERR_MANIFEST'
  | 'ERR_MANIFEST_VERSION'
  | 'ERR_MANIFEST_SIGNATURE'
  | 'ERR_RESOURCE_PAYLOAD'
  | 'ERR_BASE_ARCHIVE'
  | 'ERR_BASE_ARCHIVE_DIGEST'
  | 'ERR_DOCUMENT'
  | 'ERR_ENVELOPE'
  | 'ERR_KEY'
  | 'ERR_TRUST_TYPE'
  | 'ERR_TRUST_SIGNATURE'
  | 'ERR_TRUST_ROOT'
  | 'ERR_TRUST_EXPIRED'
  | 'ERR_TRUST_ROLLBACK'
  | 'ERR_TRUST_EQUIVOCATION'
  | 'ERR_TRUST_MISMATCH'
  | 'ERR_TRUST_DIGEST'
  | 'ERR_NO_WEBCRYPTO'
  | 'ERR_PART';

/** An error of `@lading/manifest`; `code` is one of {@link ManifestErrorCode}. */
export class ManifestError extends LadingError<ManifestErrorCode> {}

/**
 * Makes one error out of all problems of a document: the message names the first, `details.problems` holds them all.
 */
export function problemsError(
  code: ManifestErrorCode,
  what: string,
  problems: readonly Problem[],
  options: LadingErrorOptions = {},
): ManifestError {
  const [first] = problems;
  const rest = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  const at = first === undefined ? '' : `: ${first.path === '' ? '' : `${first.path}: `}${first.problem}${rest}`;
  return new ManifestError(code, `${what}${at}`, {
    ...options,
    details: { ...options.details, problems: problems.map((p) => ({ path: p.path, problem: p.problem })) },
  });
}
