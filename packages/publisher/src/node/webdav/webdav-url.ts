import type { Problem } from '@lading/manifest';
import { printable } from '../../printable.js';
import { PublishError } from '../../publish-error.js';

/** What a URL says of a WebDAV target. Hand it to {@link webdavTarget}. */
export interface WebdavDescription {
  readonly kind: 'webdav';
  /** `http:` or `https:`, without a slash at the end. */
  readonly url: string;
}

/** Schemes by which file managers tell WebDAV from the web, and what they are sent over. */
const PROTOCOLS: Readonly<Record<string, string>> = {
  'http:': 'http:',
  'https:': 'https:',
  'dav:': 'http:',
  'davs:': 'https:',
  'webdav:': 'http:',
  'webdavs:': 'https:',
};

/**
 * Reads `https://host/folder`, `webdavs://host/folder` or `davs://…`, and the same without TLS as `http:`, `webdav:` and
 * `dav:`. Pure: nothing is opened or looked up. Credentials never stand in the URL, see {@link webdavAuthorization}.
 *
 * @throws PublishError `ERR_TARGET_URL` with all problems in `details.problems`.
 * @example
 * parseWebdavUrl('webdavs://files.example.com/games/my-game').url; // → 'https://files.example.com/games/my-game'
 */
export function parseWebdavUrl(text: string): WebdavDescription {
  const [, scheme = '', rest = ''] = /^([a-z]+:)(.*)$/is.exec(text) ?? [];
  const protocol = PROTOCOLS[scheme.toLowerCase()];
  const url = `${protocol ?? scheme}${rest}`;
  const problems = protocol === undefined ? ['does not start with https:// or webdavs://'] : webdavUrlProblems(url);
  if (problems.length > 0) throw webdavUrlError(text, problems);
  return { kind: 'webdav', url: url.replace(/\/+$/, '') };
}

/** Says all that is wrong with the URL of a WebDAV folder. */
export function webdavUrlProblems(text: string): readonly string[] {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return ['is no URL'];
  }
  const problems: string[] = [];
  if (url.protocol !== 'https:' && url.protocol !== 'http:') problems.push('does not start with https:// or http://');
  if (url.username !== '' || url.password !== '')
    problems.push('has a user name or password, which a URL must not hold');
  if (url.search !== '' || url.hash !== '') problems.push('has a query or a fragment');
  if (/\/\/|%2f/i.test(url.pathname)) problems.push('has an empty segment or an encoded slash');
  try {
    decodeURIComponent(url.pathname);
  } catch {
    problems.push('has a % that stands for no UTF-8; write %25 for it');
  }
  return problems;
}

/** True where what is sent to a URL can be read only by this machine or by the server. */
export function isPrivateLine(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** The error of a URL, or of options, that lead to no target. */
export function webdavUrlError(text: string, problems: readonly string[]): PublishError {
  const target = printable(text.replace(/\?.*$/s, '?…'));
  return new PublishError('ERR_TARGET_URL', `Target "${target}" ${problems.join('; ')}`, {
    details: { target, problems: problems.map((problem): { [K in keyof Problem]: string } => ({ path: '', problem })) },
    hint: 'A WebDAV target looks like https://files.example.com/games/my-game; set LADING_WEBDAV_USER and LADING_WEBDAV_PASSWORD for it.',
  });
}
