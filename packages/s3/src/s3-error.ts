import { isLadingError, type LadingErrorOptions } from '@lading/manifest';
import { PublishError, type PublishErrorCode, printable } from '@lading/publisher';

/** What was tried when an error came. */
export interface S3Attempt {
  /** Name of the target, for messages. */
  readonly target: string;
  readonly doing: string;
  readonly key?: string | undefined;
}

/** What the SDK tells of an error, without the parts that may hold secrets. */
export interface S3Failure {
  readonly code: string;
  readonly message: string;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly attempts: number;
  /** When the server answered, by its clock. */
  readonly answeredAt: Date | undefined;
}

/** Reads the facts of whatever the SDK or Node threw. */
export function failureOf(error: unknown): S3Failure {
  const { name, message, code, Code, $metadata, $response } = (
    typeof error === 'object' && error !== null ? error : {}
  ) as {
    readonly [field: string]: unknown;
  };
  const metadata = ($metadata ?? {}) as { readonly [field: string]: unknown };
  const text = [Code, code, name].find((value): value is string => typeof value === 'string' && value !== 'Error');
  return {
    code: printable(text ?? 'Error'),
    message: printable(typeof message === 'string' ? message : String(error)).replace(
      /\bA[A-Z]{3}[A-Z0-9]{16}\b/g,
      '***',
    ),
    status: typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined,
    requestId: typeof metadata.requestId === 'string' ? printable(metadata.requestId) : undefined,
    attempts: typeof metadata.attempts === 'number' ? metadata.attempts : 1,
    answeredAt: dateOf($response),
  };
}

function dateOf(response: unknown): Date | undefined {
  const { headers } = (response ?? {}) as { readonly headers?: Readonly<Record<string, unknown>> };
  const date = new Date(String(headers?.date));
  return Number.isNaN(date.getTime()) ? undefined : date;
}

const NETWORK_CODES: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EPIPE',
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
  'EPROTO',
  'TimeoutError',
  'RequestTimeout',
]);
const TLS_CODE = /CERT|^ERR_TLS|^ERR_SSL|SELF_SIGNED|UNABLE_TO_/;
const CREDENTIAL_CODES: ReadonlySet<string> = new Set([
  'CredentialsProviderError',
  'TokenProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidToken',
  'TokenRefreshRequired',
]);

/** True where the answer got lost, so that nobody knows whether the request was carried out. */
export function isOutcomeUnknown(error: unknown): boolean {
  const { code, status } = failureOf(error);
  if (NETWORK_CODES.has(code)) return true;
  return status !== undefined && (status === 200 || status >= 500) && status !== 501;
}

/**
 * Says in our words why a call failed. The cause keeps the name and the message of the SDK's error, not its other fields:
 * they hold the signed request, session token included.
 */
export function s3Error(error: unknown, attempt: S3Attempt): PublishError {
  if (isLadingError(error)) return error as PublishError;
  const failure = failureOf(error);
  const [code, problem, hint, retryable] = classify(failure);
  const what = attempt.key === undefined ? attempt.target : `"${printable(attempt.key)}" in ${attempt.target}`;
  const answer = failure.status === undefined ? failure.code : `${failure.status} ${failure.code}`;
  return new PublishError(code, `Cannot ${attempt.doing} ${what}: ${problem} (${answer})`, {
    cause: plainCause(failure),
    details: detailsOf(failure, attempt),
    hint,
    retryable,
  });
}

type Verdict = readonly [code: PublishErrorCode, problem: string, hint: string | undefined, retryable: boolean];

function classify(failure: S3Failure): Verdict {
  const { code, status, message } = failure;
  if (code === 'NoSuchBucket') return ['ERR_TARGET_MISSING', 'there is no such bucket', MISSING_HINT, false];
  if (CREDENTIAL_CODES.has(code)) return ['ERR_TARGET_FORBIDDEN', message, CREDENTIALS_HINT, false];
  if (status === 403 || status === 401) return ['ERR_TARGET_FORBIDDEN', forbidden(failure), forbiddenHint(code), false];
  if (status === 501) return ['ERR_TARGET_UNSUPPORTED', 'the server cannot do this', UNSUPPORTED_HINT, false];
  if (/^Region is missing/.test(message)) return ['ERR_TARGET_URL', 'no region is known', REGION_HINT, false];
  if (status === 301 || status === 307 || code === 'PermanentRedirect' || code === 'AuthorizationHeaderMalformed') {
    return ['ERR_TARGET_FAILED', 'the bucket is in another region or behind another endpoint', REGION_HINT, false];
  }
  if (TLS_CODE.test(code)) return ['ERR_TARGET_UNREACHABLE', message, TLS_HINT, false];
  if (NETWORK_CODES.has(code)) return ['ERR_TARGET_UNREACHABLE', message, UNREACHABLE_HINT, true];
  if (status === undefined) return ['ERR_TARGET_FAILED', message, undefined, false];
  if (status === 429 || status >= 500) return ['ERR_TARGET_FAILED', 'the server is busy or broken', BUSY_HINT, true];
  return ['ERR_TARGET_FAILED', message, undefined, false];
}

const MISSING_HINT = 'Check the name, the region and the endpoint, or make the bucket first.';
const CREDENTIALS_HINT =
  'Set AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or ?profile=…; then sign in again.';
const UNSUPPORTED_HINT =
  'The server lacks a part of S3 that safe publishing needs. Conditional writes are the usual one.';
const REGION_HINT = 'Write the region of the bucket: ?region=eu-central-1, AWS_REGION, or region in the profile.';
const TLS_HINT =
  'The certificate of the endpoint is not trusted here. For a private authority set NODE_EXTRA_CA_CERTS.';
const UNREACHABLE_HINT = 'Check the endpoint and the network, then run the command again: it goes on where it stopped.';
const BUSY_HINT = 'Run the command again: it goes on where it stopped. A lower concurrency helps a busy server.';

function forbidden({ code, answeredAt }: S3Failure): string {
  switch (code) {
    case 'SignatureDoesNotMatch':
      return 'the secret key is wrong';
    case 'InvalidAccessKeyId':
      return 'the access key is unknown to this server';
    case 'RequestTimeTooSkewed':
      return `this machine's clock is ${offsetText(answeredAt)}`;
    default:
      return 'access is denied';
  }
}

/** How far our clock is from the server's: what it says in its answer is at most a request old. */
function offsetText(answeredAt: Date | undefined): string {
  if (answeredAt === undefined) return 'wrong';
  const minutes = Math.round((Date.now() - answeredAt.getTime()) / 60_000);
  return minutes === 0
    ? 'right now, but was wrong'
    : `${Math.abs(minutes)} minutes ${minutes > 0 ? 'ahead' : 'behind'}`;
}

function forbiddenHint(code: string): string {
  if (code === 'RequestTimeTooSkewed') return 'Set the clock; servers take requests that are up to 15 minutes off.';
  if (code === 'SignatureDoesNotMatch' || code === 'InvalidAccessKeyId') return CREDENTIALS_HINT;
  return 'Publishing needs s3:ListBucket on the bucket and s3:GetObject, s3:PutObject, s3:AbortMultipartUpload on its objects.';
}

function detailsOf(failure: S3Failure, attempt: S3Attempt): LadingErrorOptions['details'] {
  return {
    target: attempt.target,
    code: failure.code,
    attempts: failure.attempts,
    ...(attempt.key === undefined ? {} : { key: printable(attempt.key) }),
    ...(failure.status === undefined ? {} : { status: failure.status }),
    ...(failure.requestId === undefined ? {} : { requestId: failure.requestId }),
    ...(failure.code === 'RequestTimeTooSkewed' && failure.answeredAt !== undefined
      ? { serverTime: failure.answeredAt.toISOString() }
      : {}),
  };
}

function plainCause(failure: S3Failure): Error {
  const cause = new Error(failure.message);
  cause.name = failure.code;
  return cause;
}
