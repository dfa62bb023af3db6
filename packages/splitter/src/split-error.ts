import { LadingError, type LadingErrorOptions, type Problem } from '@lading/manifest';

/** Every code that `@lading/splitter` throws. */
export type SplitErrorCode =
  // rules and plan
  | 'ERR_SPLIT_RULES'
  | 'ERR_SPLIT_NO_ROOTS'
  | 'ERR_SPLIT_LOST'
  | 'ERR_SPLIT_PLAN'
  | 'ERR_SPLIT_VARIANTS'
  // content
  | 'ERR_CONTENT_MISSING'
  | 'ERR_CONTENT_FORBIDDEN'
  | 'ERR_CONTENT_DIGEST'
  | 'ERR_CONTENT_CORRUPT'
  | 'ERR_CONTENT_FORMAT'
  | 'ERR_CONTENT_VERSION'
  | 'ERR_CONTENT_TOO_LARGE'
  | 'ERR_CONTENT_READ'
  // writing
  | 'ERR_ARCHIVE_MEMBER'
  | 'ERR_ARCHIVE_WRITE'
  // zips of others
  | 'ERR_FOREIGN_ZIP_FORMAT'
  | 'ERR_FOREIGN_ZIP_NAME'
  | 'ERR_FOREIGN_ZIP_METHOD'
  | 'ERR_FOREIGN_ZIP_LIMIT'
  | 'ERR_FOREIGN_ZIP_CRC'
  | 'ERR_FOREIGN_ZIP_DATA'
  | 'ERR_FOREIGN_ZIP_MISSING';

/** An error of `@lading/splitter`; `code` is one of {@link SplitErrorCode}. */
export class SplitError extends LadingError<SplitErrorCode> {}

/** How many problems an error carries in full; the message always tells how many there are. */
const MAX_LISTED_PROBLEMS = 1_000;

/** Makes one error out of all problems: the message names the first, `details.problems` lists them. @internal */
export function splitProblems(
  code: SplitErrorCode,
  what: string,
  problems: readonly Problem[],
  options: LadingErrorOptions = {},
): SplitError {
  const [first] = problems;
  const rest = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  const at = first === undefined ? '' : `: ${first.path === '' ? '' : `${printable(first.path)}: `}${first.problem}`;
  const listed = problems.slice(0, MAX_LISTED_PROBLEMS).map(({ path, problem }) => ({ path, problem }));
  return new SplitError(code, `${what}${at}${rest}`, {
    ...options,
    details: { ...options.details, problemCount: problems.length, problems: listed },
  });
}

/** A name from outside as messages show it: no control characters, at most 300 characters. @internal */
export function printable(name: string): string {
  const clean = name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
  return clean.length > 300 ? `${clean.slice(0, 299)}…` : clean;
}

/** The `code` of an error of the operating system, where it has one. @internal */
export function systemErrorCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  // Node's own codes (ERR_INVALID_ARG_TYPE) are mistakes of ours, not answers of the system.
  return typeof code === 'string' && !code.startsWith('ERR_') ? code : undefined;
}
