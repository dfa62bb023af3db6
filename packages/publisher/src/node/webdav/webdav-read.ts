import { createHash } from 'node:crypto';
import type { Digest } from '@lading/manifest';
import { PublishError } from '../../publish-error.js';
import type { ObjectInfo, TargetCallOptions } from '../../publish-target.js';
import { tooLargeError } from '../../target-errors.js';
import { isOutcomeUnknown, UnexpectedStatus } from './webdav-error.js';
import { plainEtag, readProperties, type WebdavProperties } from './webdav-properties.js';
import { exchange, readAnswer, send } from './webdav-request.js';
import { urlOf, type WebdavSession } from './webdav-session.js';

/** Objects up to this size are known by their content, whatever the server says of them; all that ever changes is smaller. */
const MAX_KNOWN_BYTES = 64 * 1024;

/** True where a version is the digest of the content: servers count time in seconds, or say nothing at all. */
function isKnownByContent(sizeBytes: number): boolean {
  return sizeBytes <= MAX_KNOWN_BYTES;
}

/** Facts of an object, or `undefined` where there is none. */
export async function headWebdav(
  session: WebdavSession,
  key: string,
  options: TargetCallOptions,
): Promise<ObjectInfo | undefined> {
  const properties = await readProperties(session, urlOf(session, key), options);
  if (properties === undefined || properties.isFolder) return undefined;
  if (!isKnownByContent(properties.sizeBytes ?? 0)) {
    const { sizeBytes = 0, modifiedAt } = properties;
    return { key, sizeBytes, etag: properties.etag ?? (await headEtag(session, key, options)), modifiedAt };
  }
  return (await getWebdav(session, key, { ...options, maxBytes: MAX_KNOWN_BYTES }))?.info;
}

/** A read that something was written under is made again as often. */
const MAX_DISTURBED = 8;

/**
 * The whole object, or `undefined` where there is none. Apache looks at a file before it opens it, so that a file that is
 * replaced in between comes with the size of the other one: what was read counts only where it still is like that.
 */
export async function getWebdav(
  session: WebdavSession,
  key: string,
  options: TargetCallOptions & { readonly maxBytes: number },
): Promise<{ readonly info: ObjectInfo; readonly bytes: Uint8Array } | undefined> {
  for (let disturbed = 0; ; disturbed++) {
    const got = await readOnce(session, key, options).catch((error: unknown) => error);
    const now = await readProperties(session, urlOf(session, key), options);
    if (got === undefined && (now === undefined || now.isFolder)) return undefined;
    if (isReading(got) && now !== undefined && isLike(got, now)) return infoOf(session, key, got, now, options);
    if (got instanceof Error && !isOutcomeUnknown(got)) throw got;
    if (disturbed === MAX_DISTURBED) throw got instanceof Error ? got : new UnexpectedStatus('GET', 503);
  }
}

/** What one GET gave. */
interface Reading {
  readonly bytes: Uint8Array;
  readonly etag: string | undefined;
  readonly modifiedAt: Date | undefined;
}

function isReading(got: unknown): got is Reading {
  return typeof got === 'object' && got !== null && 'bytes' in got;
}

function isLike({ bytes, etag, modifiedAt }: Reading, now: WebdavProperties): boolean {
  if (now.sizeBytes !== bytes.length) return false;
  if (etag !== undefined && now.etag !== undefined && etag !== now.etag) return false;
  return modifiedAt === undefined || now.modifiedAt === undefined || modifiedAt.getTime() === now.modifiedAt.getTime();
}

async function readOnce(
  session: WebdavSession,
  key: string,
  { maxBytes, signal }: TargetCallOptions & { readonly maxBytes: number },
): Promise<Reading | undefined> {
  const url = urlOf(session, key);
  const answer = await send(session.connection, { method: 'GET', url, signal });
  const { statusCode: status, headers } = answer;
  if (status !== 200) {
    await readAnswer(answer, MAX_KNOWN_BYTES);
    if (status === 404 || status === 410 || isFolderAnswer(status, headers.location, url)) return undefined;
    throw new UnexpectedStatus('GET', status, headers.location);
  }
  const announced = Number(headers['content-length'] ?? 0);
  const bytes = announced > maxBytes ? undefined : await readAnswer(answer, maxBytes);
  if (bytes === undefined) answer.destroy();
  if (bytes === undefined || bytes.length > maxBytes) throw tooLargeError(key, maxBytes, bytes?.length ?? announced);
  const modified = new Date(headers['last-modified'] ?? '');
  const modifiedAt = Number.isNaN(modified.getTime()) ? undefined : modified;
  return { bytes, etag: plainEtag(headers.etag), modifiedAt };
}

async function infoOf(
  session: WebdavSession,
  key: string,
  { bytes, etag }: Reading,
  now: WebdavProperties,
  options: TargetCallOptions,
): Promise<{ readonly info: ObjectInfo; readonly bytes: Uint8Array }> {
  const digest: Digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const version = isKnownByContent(bytes.length)
    ? digest
    : (now.etag ?? etag ?? (await headEtag(session, key, options)));
  const info = { key, sizeBytes: bytes.length, etag: version, digest, modifiedAt: now.modifiedAt };
  return { info, bytes };
}

/** What a put says of what it wrote. */
export async function writtenInfo(
  session: WebdavSession,
  key: string,
  { sizeBytes, digest }: { readonly sizeBytes: number; readonly digest: Digest },
  options: TargetCallOptions,
): Promise<ObjectInfo> {
  const etag = isKnownByContent(sizeBytes) ? digest : await etagOf(session, key, options);
  return { key, sizeBytes, etag, digest };
}

/** The server's own etag of an object, or `undefined` where there is no object. */
export async function serverEtag(
  session: WebdavSession,
  key: string,
  options: TargetCallOptions,
): Promise<string | undefined> {
  const properties = await readProperties(session, urlOf(session, key), options);
  if (properties === undefined || properties.isFolder) return undefined;
  return properties.etag ?? headEtag(session, key, options);
}

async function etagOf(session: WebdavSession, key: string, options: TargetCallOptions): Promise<string> {
  const etag = await serverEtag(session, key, options);
  if (etag === undefined) throw new UnexpectedStatus('PROPFIND', 404);
  return etag;
}

/** Where etags are no property (nginx) they are a header. */
async function headEtag(session: WebdavSession, key: string, { signal }: TargetCallOptions): Promise<string> {
  const { status, headers } = await exchange(session.connection, { method: 'HEAD', url: urlOf(session, key), signal });
  if (status !== 200) throw new UnexpectedStatus('HEAD', status);
  const etag = plainEtag(headers.etag);
  if (etag !== undefined) return etag;
  throw new PublishError('ERR_TARGET_UNSUPPORTED', `The server tells no ETag of "${key}"`, {
    details: { key },
    hint: 'Switch ETags on for this folder, or choose another target.',
  });
}

/** Servers lead from a folder's name to the one with a slash, or have nothing to get there. */
function isFolderAnswer(status: number, location: string | undefined, url: URL): boolean {
  if (status !== 301 && status !== 302) return false;
  return location !== undefined && new URL(location, url).pathname === `${url.pathname}/`;
}
