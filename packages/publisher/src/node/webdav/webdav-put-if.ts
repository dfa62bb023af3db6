import type { Digest } from '@lading/manifest';
import type { ObjectInfo, ObjectMeta, PutCondition, TargetCallOptions } from '../../publish-target.js';
import { conflictError } from '../../target-errors.js';
import { isOutcomeUnknown, UnexpectedStatus } from './webdav-error.js';
import { alone } from './webdav-lock.js';
import { putAndMove, putInPlace } from './webdav-put.js';
import { getWebdav, headWebdav, serverEtag, writtenInfo } from './webdav-read.js';
import type { WebdavSession } from './webdav-session.js';

/** A conditional write. */
export interface ConditionalUpload {
  readonly key: string;
  readonly body: Uint8Array;
  readonly meta: ObjectMeta;
  readonly condition: PutCondition;
}

/**
 * Writes under a condition: what is there is compared and replaced while nobody else does. Where the server has no locks its own
 * If-Match and If-None-Match are asked for as well; alone they do not do, because servers look and write in two steps (Apache),
 * remember files for a second (lighttpd), or ignore them (nginx, rclone).
 *
 * An answer that got lost is settled by reading back: our bytes mean success, the version that was expected means that nothing
 * was written (the error passes, retryable), anything else is a conflict.
 */
export function putWebdavIf(
  session: WebdavSession,
  upload: ConditionalUpload,
  options: TargetCallOptions,
): Promise<ObjectInfo> {
  return alone(session, options.signal, (signal) => putAlone(session, upload, { ...options, signal }));
}

async function putAlone(
  session: WebdavSession,
  upload: ConditionalUpload,
  options: TargetCallOptions,
): Promise<ObjectInfo> {
  const { key, condition } = upload;
  const etag = session.learned.hasLocks ? undefined : await serverEtag(session, key, options);
  const current = await headWebdav(session, key, options);
  const expected = 'ifMatch' in condition ? condition.ifMatch : undefined;
  if (current?.etag !== expected) throw conflictError(key, condition, current?.etag);
  const headers = etag === undefined ? {} : { 'if-match': etag };
  return settled(session, upload, options, () =>
    current === undefined ? putFirst(session, upload, options) : putInPlace(session, { ...upload, headers }, options),
  );
}

/** Nobody of us can be there first; whoever is, wrote without asking. */
async function putFirst(
  session: WebdavSession,
  upload: ConditionalUpload,
  options: TargetCallOptions,
): Promise<Digest> {
  const moved = session.learned.canMove ? await putAndMove(session, upload, options) : 'refused';
  if (typeof moved === 'object') return moved.digest;
  if (moved === 'taken') throw new UnexpectedStatus('MOVE', 412);
  return putInPlace(session, { ...upload, headers: { 'if-none-match': '*' } }, options);
}

async function settled(
  session: WebdavSession,
  upload: ConditionalUpload,
  options: TargetCallOptions,
  write: () => Promise<Digest>,
): Promise<ObjectInfo> {
  const { key, body, condition } = upload;
  try {
    const digest = await write();
    return await writtenInfo(session, key, { sizeBytes: body.length, digest }, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    const isRefused = error instanceof UnexpectedStatus && error.status === 412;
    if (!isRefused && !isOutcomeUnknown(error)) throw error;
    const got = await getWebdav(session, key, { ...options, maxBytes: Number.MAX_SAFE_INTEGER });
    if (!isRefused && got !== undefined && isSame(got.bytes, body)) return got.info;
    const expected = 'ifMatch' in condition ? condition.ifMatch : undefined;
    if (isRefused || got?.info.etag !== expected) throw conflictError(key, condition, got?.info.etag);
    throw error;
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
