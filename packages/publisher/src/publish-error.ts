import { LadingError } from '@lading/manifest';

/** Every code that `@lading/publisher` and its targets throw. */
export type PublishErrorCode =
  | 'ERR_TARGET_URL'
  | 'ERR_TARGET_KEY'
  | 'ERR_TARGET_FORBIDDEN'
  | 'ERR_TARGET_MISSING'
  | 'ERR_TARGET_UNREACHABLE'
  | 'ERR_TARGET_FAILED'
  | 'ERR_TARGET_TOO_LARGE'
  | 'ERR_TARGET_UNSUPPORTED'
  | 'ERR_PUBLISH_CONFLICT'
  | 'ERR_PUBLISH_IMMUTABLE'
  | 'ERR_PUBLISH_INCOMPLETE'
  | 'ERR_PUBLISH_NO_RELEASE'
  | 'ERR_PUBLISH_SEQUENCE'
  | 'ERR_PUBLISH_SOURCE'
  | 'ERR_PUBLISH_READ_BACK'
  | 'ERR_PUBLISH_TOMBSTONE'
  | 'ERR_PUBLISH_TRUST'
  | 'ERR_SERVE_ADDRESS'
  | 'ERR_SERVE_PROFILE'
  | 'ERR_SERVE_FOLDER';

/** An error of `@lading/publisher` or of a publish target. */
export class PublishError extends LadingError<PublishErrorCode> {}
