import { printable } from '../../printable.js';
import { PublishError } from '../../publish-error.js';
import { UnexpectedStatus } from './webdav-error.js';
import { readAnswer, send, type WebdavAnswer } from './webdav-request.js';
import type { WebdavSession } from './webdav-session.js';
import { xmlEvents } from './xml-events.js';

/** What a server says of a file or folder. */
export interface WebdavProperties {
  /** As it came: a path or a URL. */
  readonly href: string;
  readonly isFolder: boolean;
  readonly sizeBytes: number | undefined;
  /** Without the mark for "weak", which Apache drops after a second. */
  readonly etag: string | undefined;
  readonly modifiedAt: Date | undefined;
}

const ASKED = ['resourcetype', 'getcontentlength', 'getetag', 'getlastmodified'];
const QUESTION = `<?xml version="1.0" encoding="utf-8"?>\n<D:propfind xmlns:D="DAV:"><D:prop>${ASKED.map((name) => `<D:${name}/>`).join('')}</D:prop></D:propfind>`;

/** Facts of one file or folder, or `undefined` where there is none. */
export async function readProperties(
  session: WebdavSession,
  url: URL,
  { signal }: { readonly signal?: AbortSignal | undefined },
): Promise<WebdavProperties | undefined> {
  const answer = await ask(session, url, { depth: 0, signal });
  if (answer === undefined) return undefined;
  let first: WebdavProperties | undefined;
  for await (const properties of parseAnswer(answer)) first ??= properties; // to its end, so that the connection stays
  return first;
}

/** Facts of a folder and of what is in it, as they come. Nothing where there is no such folder. */
export async function* readFolder(
  session: WebdavSession,
  url: URL,
  { signal }: { readonly signal?: AbortSignal | undefined },
): AsyncGenerator<WebdavProperties> {
  const answer = await ask(session, url, { depth: 1, signal });
  if (answer !== undefined) yield* parseAnswer(answer);
}

async function ask(
  { connection }: WebdavSession,
  url: URL,
  { depth, signal }: { readonly depth: 0 | 1; readonly signal?: AbortSignal | undefined },
): Promise<WebdavAnswer | undefined> {
  const headers = { depth: String(depth), 'content-type': 'application/xml; charset=utf-8' };
  const answer = await send(connection, { method: 'PROPFIND', url, headers, body: QUESTION, signal });
  const { statusCode: status } = answer;
  if (status === 207) return answer;
  await readAnswer(answer, 65_536);
  if (status === 404 || status === 410) return undefined;
  throw new UnexpectedStatus('PROPFIND', status, answer.headers.location);
}

/** One `response` of a multistatus at a time. */
async function* parseAnswer(answer: WebdavAnswer): AsyncGenerator<WebdavProperties> {
  let path = '';
  let response = new Map<string, string>();
  let propstat = new Map<string, string>();
  for await (const event of xmlEvents(answer)) {
    if (event.kind === 'text') {
      const field = FIELDS.get(path);
      if (field !== undefined) propstat.set(field, (propstat.get(field) ?? '') + event.text);
    } else if (event.kind === 'open') {
      path += `>${event.name}`;
      if (path === RESPONSE) response = new Map();
      if (path === RESPONSE || path === PROPSTAT) propstat = new Map();
      if (path === COLLECTION) propstat.set('folder', 'yes');
    } else {
      if (path === HREF) response.set('href', propstat.get('href') ?? '');
      if (path === PROPSTAT && / 200\b/.test(propstat.get('status') ?? ''))
        response = new Map([...response, ...propstat]);
      if (path === RESPONSE) yield propertiesOf(response);
      path = path.slice(0, path.length - event.name.length - 1);
    }
  }
}

const RESPONSE = '>DAV:multistatus>DAV:response';
const HREF = `${RESPONSE}>DAV:href`;
const PROPSTAT = `${RESPONSE}>DAV:propstat`;
const COLLECTION = `${PROPSTAT}>DAV:prop>DAV:resourcetype>DAV:collection`;
const FIELDS: ReadonlyMap<string, string> = new Map([
  [HREF, 'href'],
  [`${PROPSTAT}>DAV:status`, 'status'],
  [`${PROPSTAT}>DAV:prop>DAV:getcontentlength`, 'size'],
  [`${PROPSTAT}>DAV:prop>DAV:getetag`, 'etag'],
  [`${PROPSTAT}>DAV:prop>DAV:getlastmodified`, 'modified'],
]);

function propertiesOf(found: ReadonlyMap<string, string>): WebdavProperties {
  const href = (found.get('href') ?? '').trim();
  if (href === '') throw propertiesError('an answer names no file');
  const isFolder = found.has('folder');
  const size = (found.get('size') ?? '').trim();
  if (!isFolder && !/^\d{1,16}$/.test(size)) throw propertiesError(`"${printable(href)}" has no size`);
  const modifiedAt = new Date(found.get('modified') ?? '');
  return {
    href,
    isFolder,
    sizeBytes: isFolder ? undefined : Number(size),
    etag: plainEtag(found.get('etag')),
    modifiedAt: Number.isNaN(modifiedAt.getTime()) ? undefined : modifiedAt,
  };
}

/** An etag without `W/`; `undefined` where it is empty. */
export function plainEtag(etag: string | undefined): string | undefined {
  const plain = etag?.trim().replace(/^W\//, '');
  return plain === '' ? undefined : plain;
}

function propertiesError(problem: string): PublishError {
  return new PublishError('ERR_TARGET_FAILED', `The server's listing is not whole: ${problem}`, {
    details: { problem },
  });
}
