import { isPrivateLine, webdavUrlError, webdavUrlProblems } from './webdav-url.js';

/** Who asks: a user and password (Basic), or a token (Bearer). */
export type WebdavAuthorization = { readonly user: string; readonly password: string } | { readonly token: string };

/** Options of {@link webdavTarget}. */
export interface WebdavTargetOptions {
  /** The folder, as `https://host/folder`. It is made at the first write; the one above it must be there. */
  readonly url: string;
  /** Default: none is sent. Sent in the clear only to this machine, unless `allowPlainText`. */
  readonly authorization?: WebdavAuthorization | undefined;
  /** Credentials may go over `http:`, for servers of a network that you trust. Default false. */
  readonly allowPlainText?: boolean | undefined;
  /** How long a connection may stand still, in milliseconds. Default 60,000. */
  readonly timeoutMs?: number | undefined;
  /** Where browsers read the folder. Default: unknown. */
  readonly publicUrl?: string | undefined;
}

/** What {@link WebdavTargetOptions} fields are where they are not given. */
export const WEBDAV_TARGET_DEFAULTS: { readonly timeoutMs: number } = { timeoutMs: 60_000 };

/**
 * Finds credentials in environment variables: `LADING_WEBDAV_TOKEN`, or `LADING_WEBDAV_USER` and `LADING_WEBDAV_PASSWORD`.
 *
 * @example
 * webdavTarget({ url: 'https://files.example.com/games', authorization: webdavAuthorization(process.env) });
 */
export function webdavAuthorization(
  environment: Readonly<Record<string, string | undefined>>,
): WebdavAuthorization | undefined {
  const { LADING_WEBDAV_TOKEN: token, LADING_WEBDAV_USER: user, LADING_WEBDAV_PASSWORD: password } = environment;
  if (token !== undefined && token !== '') return { token };
  return user === undefined || user === '' ? undefined : { user, password: password ?? '' };
}

/** What stands in the `Authorization` header. */
export function authorizationHeader(authorization: WebdavAuthorization | undefined): string | undefined {
  if (authorization === undefined) return undefined;
  if ('token' in authorization) return `Bearer ${authorization.token}`;
  return `Basic ${Buffer.from(`${authorization.user}:${authorization.password}`).toString('base64')}`;
}

/**
 * Checks options before anything is sent.
 *
 * @throws PublishError `ERR_TARGET_URL` with all problems.
 */
export function assertWebdavOptions({ url, publicUrl, timeoutMs, ...rest }: WebdavTargetOptions): void {
  const problems = [...webdavUrlProblems(url)];
  if (publicUrl !== undefined) problems.push(...webdavUrlProblems(publicUrl).map((problem) => `publicUrl ${problem}`));
  if (timeoutMs !== undefined && !(timeoutMs > 0)) problems.push('timeoutMs is not above 0');
  const { authorization } = rest;
  if (authorization !== undefined) {
    const { user, token } = { user: undefined, token: undefined, ...authorization };
    if (user?.includes(':') === true) problems.push('user name has a colon');
    if (token !== undefined && !/^[\x21-\x7e]+$/.test(token))
      problems.push('token has characters that no header holds');
    if (problems.length === 0 && rest.allowPlainText !== true && !isPrivateLine(url))
      problems.push('would get credentials in the clear; use https:, or allowPlainText in a network that you trust');
  }
  if (problems.length > 0) throw webdavUrlError(url, problems);
}
