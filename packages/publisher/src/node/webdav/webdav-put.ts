import { createHash, randomUUID } from 'node:crypto';
import type { Digest } from '@lading/manifest';
import { bodySizeBytes, readBody } from '../../object-body.js';
import type { ObjectBody, ObjectMeta, TargetCallOptions } from '../../publish-target.js';
import { wrongBodyError } from '../../target-errors.js';
import { isOutcomeUnknown, UnexpectedStatus } from './webdav-error.js';
import { ensureFolders } from './webdav-folders.js';
import { nameBelow } from './webdav-list.js';
import { readFolder, readProperties } from './webdav-properties.js';
import { removeFile } from './webdav-remove.js';
import { exchange } from './webdav-request.js';
import { urlOf, WEBDAV_RESERVED_FOLDER, type WebdavSession } from './webdav-session.js';

const UPLOADS = `${WEBDAV_RESERVED_FOLDER}/uploads/`;
/** No upload takes as long; what is older was left by a process that was killed. */
const LEFT_AFTER_MS = 24 * 60 * 60 * 1_000;

/** What is to be written where. */
export interface WebdavUpload {
  readonly key: string;
  readonly body: ObjectBody;
  readonly meta: ObjectMeta;
  /** Conditions of the server's own, for a PUT in place. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * Writes an object that is likely not there yet: under a name of its own, then with MOVE into its place, so that nobody ever
 * sees a part. Where something stands already it is written over in place, which Apache, nginx and lighttpd do whole or not.
 * Gives the digest of what was sent.
 */
export async function putNew(
  session: WebdavSession,
  upload: WebdavUpload,
  options: TargetCallOptions,
): Promise<Digest> {
  const moved = session.learned.canMove ? await putAndMove(session, upload, options) : 'refused';
  if (typeof moved === 'object') return moved.digest;
  return putInPlace(session, upload, options);
}

/** Writes an object where it belongs, in one request. Gives the digest of what was sent. */
export async function putInPlace(
  session: WebdavSession,
  { key, body, meta, headers }: WebdavUpload,
  options: TargetCallOptions,
): Promise<Digest> {
  await ensureFolders(session, key);
  let digest: Digest | undefined;
  const open = (): AsyncIterable<Uint8Array> => hashed(key, body, meta, options, (found) => (digest = found));
  const { status } = await exchange(session.connection, {
    method: 'PUT',
    url: urlOf(session, key),
    headers: { 'content-type': meta.contentType, ...headers },
    body: { sizeBytes: bodySizeBytes(body), open },
    signal: options.signal,
  });
  if (status !== 200 && status !== 201 && status !== 204) throw new UnexpectedStatus('PUT', status);
  if (digest === undefined) throw new UnexpectedStatus('PUT', 400);
  return digest;
}

/** Writes under a name of its own and moves it into place: `taken` where something stands there, `refused` without MOVE. */
export async function putAndMove(
  session: WebdavSession,
  upload: WebdavUpload,
  options: TargetCallOptions,
): Promise<{ readonly digest: Digest } | 'taken' | 'refused'> {
  session.learned.swept ??= sweepUploads(session);
  await session.learned.swept;
  const name = `${UPLOADS}${randomUUID()}`;
  try {
    const digest = await putInPlace(session, { ...upload, key: name }, options);
    await ensureFolders(session, upload.key);
    options.signal?.throwIfAborted();
    const status = await move(session, name, upload.key, options.signal);
    if (status === 201 || status === 204) return { digest };
    if (status !== 412 && !MOVE_REFUSED.has(status)) throw new UnexpectedStatus('MOVE', status);
    await removeFile(session, name, options.signal);
    if (status === 412) return 'taken';
    session.learned.canMove = false;
    return 'refused';
  } catch (error) {
    await removeFile(session, name, undefined).catch(() => undefined); // the first error counts; a sweep finds the file
    throw error;
  }
}

/** Moves a file to where nothing is. An answer that got lost is settled by looking whether the file is still there. */
async function move(
  session: WebdavSession,
  from: string,
  to: string,
  signal: AbortSignal | undefined,
): Promise<number> {
  const send = async (isAlone: boolean): Promise<number> => {
    const headers = { destination: urlOf(session, to).href, overwrite: 'F' };
    const url = urlOf(session, from);
    return (await exchange(session.connection, { method: 'MOVE', url, headers, signal, isAlone })).status;
  };
  try {
    return await send(false);
  } catch (error) {
    signal?.throwIfAborted();
    if (!isOutcomeUnknown(error)) throw error;
    return (await readProperties(session, urlOf(session, from), { signal })) === undefined ? 201 : send(true);
  }
}

/** Servers behind a proxy that ends TLS do not know themselves in the URL of the destination. */
const MOVE_REFUSED: ReadonlySet<number> = new Set([400, 405, 501, 502]);

/** The bytes of a body; the last piece is kept back until all of them are known to be right. */
async function* hashed(
  key: string,
  body: ObjectBody,
  meta: ObjectMeta,
  options: TargetCallOptions,
  onEnd: (digest: Digest) => void,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let held: Uint8Array | undefined;
  let sentBytes = 0;
  for await (const chunk of readBody(body, { start: 0, end: bodySizeBytes(body), signal: options.signal })) {
    hash.update(chunk);
    if (held !== undefined) {
      yield held;
      sentBytes += held.length;
      options.onProgress?.(sentBytes);
    }
    held = chunk;
  }
  const digest: Digest = `sha256:${hash.digest('hex')}`;
  if (meta.digest !== undefined && meta.digest !== digest) throw wrongBodyError(key, meta.digest, digest);
  onEnd(digest);
  if (held !== undefined && held.length > 0) yield held;
  options.onProgress?.(bodySizeBytes(body));
}

/** Removes unfinished files that are a day old, by the clock of the server that dated them. */
async function sweepUploads(session: WebdavSession): Promise<void> {
  const url = urlOf(session, UPLOADS);
  const now = Date.now() + session.learned.aheadMs;
  const left: string[] = [];
  for await (const properties of readFolder(session, url, {})) {
    const name = nameBelow(url, properties);
    const ageMs = now - (properties.modifiedAt?.getTime() ?? now);
    if (name !== '' && !properties.isFolder && ageMs > LEFT_AFTER_MS) left.push(`${UPLOADS}${name}`);
  }
  for (const key of left) await removeFile(session, key, undefined);
}
