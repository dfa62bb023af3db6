import { isLadingError } from '@lading/manifest';
import { printable } from '../../printable.js';
import { PublishError, type PublishErrorCode } from '../../publish-error.js';
import { errnoOf } from '../folder-error.js';

/** What was tried when an error came. */
export interface WebdavAttempt {
  /** Name of the target, for messages. */
  readonly target: string;
  readonly doing: string;
  readonly key?: string | undefined;
}

/** A status that a server answered and that no caller expected. Becomes a {@link PublishError} in {@link webdavError}. */
export class UnexpectedStatus extends Error {
  readonly method: string;
  readonly status: number;
  readonly location: string | undefined;

  constructor(method: string, status: number, location?: string | undefined) {
    super(`${method} was answered ${status}`);
    this.method = method;
    this.status = status;
    this.location = location;
  }
}

type Verdict = readonly [code: PublishErrorCode, problem: string, hint: string | undefined, retryable: boolean];

const CREDENTIALS_HINT = 'Set LADING_WEBDAV_USER and LADING_WEBDAV_PASSWORD, or LADING_WEBDAV_TOKEN.';
const WEBDAV_HINT =
  'Publishing needs PROPFIND, MKCOL, PUT and MOVE there, and LOCK or conditional PUTs. Switch WebDAV on for this folder, or choose another target.';
const AGAIN_HINT = 'Run the command again: it goes on where it stopped.';
const TLS_CODE = /CERT|^ERR_TLS|^ERR_SSL|SELF_SIGNED|UNABLE_TO_/;

/** True where the answer got lost, so that nobody knows whether the request was carried out. */
export function isOutcomeUnknown(error: unknown): boolean {
  if (error instanceof UnexpectedStatus) return error.status >= 500 && error.status !== 501 && error.status !== 507;
  return isLadingError(error, 'ERR_TARGET_UNREACHABLE') || (!isLadingError(error) && isNetwork(error));
}

/** Says in our words why a call failed. */
export function webdavError(error: unknown, attempt: WebdavAttempt): unknown {
  if (isLadingError(error) || !(error instanceof Error)) return error;
  const verdict = error instanceof UnexpectedStatus ? ofStatus(error) : ofNetwork(error);
  if (verdict === undefined) return error;
  const [code, problem, hint, retryable] = verdict;
  const what = attempt.key === undefined ? attempt.target : `"${printable(attempt.key)}" in ${attempt.target}`;
  const said = error instanceof UnexpectedStatus ? `${error.method} ${error.status}` : (errnoOf(error) ?? error.name);
  return new PublishError(code, `Cannot ${attempt.doing} ${what}: ${problem} (${said})`, {
    cause: error,
    details: {
      target: attempt.target,
      ...(attempt.key === undefined ? {} : { key: printable(attempt.key) }),
      ...(error instanceof UnexpectedStatus ? { method: error.method, status: error.status } : { code: said }),
    },
    hint,
    retryable,
  });
}

function ofStatus({ status, location }: UnexpectedStatus): Verdict {
  if (status === 401) return ['ERR_TARGET_FORBIDDEN', 'the server wants other credentials', CREDENTIALS_HINT, false];
  if (status === 403) return ['ERR_TARGET_FORBIDDEN', 'access is denied', CREDENTIALS_HINT, false];
  if (status === 405 || status === 501)
    return ['ERR_TARGET_UNSUPPORTED', 'the server cannot do this', WEBDAV_HINT, false];
  if (status === 413) return ['ERR_TARGET_FAILED', 'the server takes nothing that large', SIZE_HINT, false];
  if (status === 414) return ['ERR_TARGET_KEY', 'the server takes no name that long', undefined, false];
  if (status === 423) return ['ERR_TARGET_FAILED', 'somebody else has locked it', AGAIN_HINT, true];
  if (status === 507)
    return ['ERR_TARGET_FAILED', 'there is no space left', 'Make room on the server, or run lading gc.', false];
  if (status >= 300 && status < 400)
    return ['ERR_TARGET_FAILED', `it is at ${printable(location ?? 'another place')}`, MOVED_HINT, false];
  if (status === 408 || status === 429 || status >= 500)
    return ['ERR_TARGET_FAILED', 'the server is busy or broken', AGAIN_HINT, true];
  return ['ERR_TARGET_FAILED', 'the server refuses it', undefined, false];
}

const SIZE_HINT = 'Raise its limit (LimitRequestBody, client_max_body_size), or set maxArchiveBytes below it.';
const MOVED_HINT = 'Redirects are not followed with credentials. Write the URL that it leads to.';

function ofNetwork(error: Error): Verdict | undefined {
  const code = errnoOf(error) ?? '';
  const hint = 'The certificate of the server is not trusted here. For a private authority set NODE_EXTRA_CA_CERTS.';
  if (TLS_CODE.test(code)) return ['ERR_TARGET_UNREACHABLE', error.message, hint, false];
  if (isNetwork(error)) return ['ERR_TARGET_UNREACHABLE', error.message, `Check URL and network. ${AGAIN_HINT}`, true];
  if (code.startsWith('HPE_')) return ['ERR_TARGET_FAILED', 'the server speaks no HTTP', undefined, false];
  return undefined;
}

const NETWORK_CODES: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'EPROTO',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ETIMEDOUT',
]);

function isNetwork(error: unknown): boolean {
  return NETWORK_CODES.has(errnoOf(error) ?? '');
}
