import { conflictError, type ObjectMeta, type PutCondition, type TargetCallOptions } from '@lading/publisher';
import { failureOf, isOutcomeUnknown } from './s3-error.js';
import { type PutConditionHeaders, putBytes } from './s3-put.js';
import { abortOptions, ownKey, type S3Session } from './s3-session.js';

/** How often a write that a concurrent one disturbed (409) is tried again before it counts as lost. */
const MAX_DISTURBED = 5;

/** An object that is there now. */
interface Current {
  readonly etag: string;
  readonly bytes: Uint8Array;
}

/**
 * Writes under a condition and gives the etag. What S3 may answer, and what it means:
 *
 * - 412: the condition does not hold. A conflict; but on old Ceph it also comes for every quoted etag, so where the object
 *   still has the expected one the write is repeated without quotes.
 * - 409 ConditionalRequestConflict: another write was under way. Tried again.
 * - 404 for If-Match: the object is gone. A conflict (a missing bucket is not).
 * - no answer, or 5xx: unknown. The object is read back: our bytes mean success, the expected version means that the
 *   write did not happen (the error passes, retryable), anything else is a conflict.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export async function putObjectIf(
  session: S3Session,
  key: string,
  body: Uint8Array,
  meta: ObjectMeta,
  condition: PutCondition,
  options: TargetCallOptions,
): Promise<string> {
  for (let disturbed = 0; ; disturbed++) {
    const isBare = session.learned.wantsBareEtag;
    try {
      const { ETag } = await putBytes(session, key, body, meta, headersOf(condition, isBare), options);
      return ETag ?? '';
    } catch (error) {
      const verdict = await judge(session, { key, body, condition, isBare, error }, options);
      if (typeof verdict === 'object') return verdict.etag;
      if (disturbed === MAX_DISTURBED)
        throw conflictError(ownKey(session, key), condition, 'another one, being written');
    }
  }
}

/** A write that failed. */
interface FailedWrite {
  readonly key: string;
  readonly body: Uint8Array;
  readonly condition: PutCondition;
  /** If-Match was sent without quotes. */
  readonly isBare: boolean;
  readonly error: unknown;
}

/** The etag of a write that did succeed, or `again`; throws what the failure means otherwise. */
async function judge(
  session: S3Session,
  { key, body, condition, isBare, error }: FailedWrite,
  options: TargetCallOptions,
): Promise<{ readonly etag: string } | 'again'> {
  options.signal?.throwIfAborted();
  const { status, code, attempts } = failureOf(error);
  const isRefused = status === 412 || (status === 404 && code !== 'NoSuchBucket' && 'ifMatch' in condition);
  const isUnknown = isOutcomeUnknown(error);
  if (status === 409) return 'again';
  if (!isRefused && !isUnknown) throw error;
  const current = await readCurrent(session, key, body.length, options);
  // Refused at the first try, so nothing of ours can be there. After a retry the object may be our own lost success.
  if ((isUnknown || attempts > 1) && current !== undefined && isSame(current.bytes, body)) return current;
  const expected = 'ifMatch' in condition ? condition.ifMatch : undefined;
  if (current?.etag !== expected) throw conflictError(ownKey(session, key), condition, current?.etag);
  if (isUnknown) throw error;
  // Refused although the condition holds: created and deleted again in between, or, once, an old Ceph.
  if (expected === undefined || isBare) throw conflictError(ownKey(session, key), condition, current?.etag);
  session.learned.wantsBareEtag = true;
  return 'again';
}

function headersOf(condition: PutCondition, isBare: boolean): PutConditionHeaders {
  if ('ifNoneMatch' in condition) return { IfNoneMatch: '*' };
  return { IfMatch: isBare ? condition.ifMatch.replaceAll('"', '') : condition.ifMatch };
}

/** The object as it is; its bytes only where it has as many as ours, as only then they can be the same. */
async function readCurrent(
  session: S3Session,
  key: string,
  sizeBytes: number,
  options: TargetCallOptions,
): Promise<Current | undefined> {
  const place = { Bucket: session.bucket, Key: key };
  try {
    const answer = await session.client.send(new session.sdk.GetObjectCommand(place), abortOptions(options.signal));
    const etag = answer.ETag ?? '';
    if (answer.ContentLength === sizeBytes)
      return { etag, bytes: (await answer.Body?.transformToByteArray()) ?? new Uint8Array() };
    await answer.Body?.transformToWebStream().cancel();
    return { etag, bytes: new Uint8Array(0) };
  } catch (error) {
    if (failureOf(error).code === 'NoSuchKey') return undefined;
    throw error;
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
