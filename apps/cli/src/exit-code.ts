import { isLadingError } from '@lading/manifest';

/** What the exit code of `lading` means. Bars and scripts rely on it. */
export const EXIT = {
  ok: 0,
  failedCheck: 1,
  usage: 2,
  badInput: 3,
  network: 4,
  trust: 5,
  interrupted: 130,
} as const;

/** The exit code of each error code: the first row whose pattern matches decides. */
const EXIT_OF_CODE: readonly (readonly [RegExp, number])[] = [
  [/^ERR_USAGE$/, EXIT.usage],
  [/^ERR_INTERRUPTED$/, EXIT.interrupted],
  [/^ERR_(TRUST|VERIFY|ENVELOPE|EQUIVOCATION)(_|$)/, EXIT.trust],
  [/^ERR_(MANIFEST_SIGNATURE|BASE_ARCHIVE_DIGEST|CONTENT_DIGEST|PUBLISH_TRUST|PUBLISH_READ_BACK)$/, EXIT.trust],
  [/^ERR_(ARCHIVE_CRC|CHANNEL_STALE|STORE_CORRUPT|NO_WEBCRYPTO)$/, EXIT.trust],
  [
    /^ERR_(SERVE_FOLDER|TARGET_URL|TARGET_KEY|TARGET_TOO_LARGE|PUBLISH_SOURCE|PUBLISH_SEQUENCE|PUBLISH_NO_RELEASE|SOURCE_RANGE)$/,
    EXIT.badInput,
  ],
  [/^ERR_(TARGET|SOURCE|STORE|PUBLISH|NO_CHANNEL|SERVE)(_|$)/, EXIT.network],
];

/** The exit code for a caught error. Bad input is the rule; what is not a Lading error is a bug: 1. */
export function exitCodeOf(error: unknown): number {
  if (!isLadingError(error)) return isAbort(error) ? EXIT.interrupted : EXIT.failedCheck;
  const row = EXIT_OF_CODE.find(([pattern]) => pattern.test(error.code));
  return row?.[1] ?? EXIT.badInput;
}

/** Tells whether an error says that the caller stopped the work; transports wrap that in errors of their own. */
export function isAbort(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) if (at.name === 'AbortError') return true;
  return false;
}
