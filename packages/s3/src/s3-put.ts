import { createHash } from 'node:crypto';
import type { PutObjectCommandOutput } from '@aws-sdk/client-s3';
import {
  bodySizeBytes,
  collectBody,
  type ObjectBody,
  type ObjectMeta,
  type TargetCallOptions,
} from '@lading/publisher';
import { failureOf } from './s3-error.js';
import { assertDigest, objectParameters } from './s3-object.js';
import { S3_TARGET_DEFAULTS } from './s3-options.js';
import { putParts } from './s3-put-parts.js';
import { abortOptions, ownKey, type S3Session } from './s3-session.js';

/** Conditions of a single put, as S3 names them. */
export interface PutConditionHeaders {
  readonly IfMatch?: string;
  readonly IfNoneMatch?: string;
}

/** Uploads a body under a full key: in one request, or in parts where it is larger than one. Gives the etag. */
export async function putObject(
  session: S3Session,
  key: string,
  body: ObjectBody,
  meta: ObjectMeta,
  options: TargetCallOptions,
): Promise<string> {
  const sizeBytes = bodySizeBytes(body);
  const partBytes = session.options.partBytes ?? S3_TARGET_DEFAULTS.partBytes;
  if (sizeBytes > partBytes) return putParts(session, key, body, meta, options);
  const bytes = await collectBody(body, { start: 0, end: sizeBytes, signal: options.signal });
  const { ETag } = await putBytes(session, key, bytes, meta, {}, options);
  options.onProgress?.(sizeBytes);
  return ETag ?? '';
}

/**
 * One PutObject, with the SHA-256 of the bytes where the server takes it (value and algorithm together: Ceph ignores the
 * value alone). The bytes are a buffer, so the SDK can send them again.
 */
export async function putBytes(
  session: S3Session,
  key: string,
  bytes: Uint8Array,
  meta: ObjectMeta,
  condition: PutConditionHeaders,
  options: TargetCallOptions,
): Promise<PutObjectCommandOutput> {
  const sha256 = createHash('sha256').update(bytes).digest();
  assertDigest(ownKey(session, key), meta, sha256.toString('hex'));
  const send = (): Promise<PutObjectCommandOutput> => {
    const checksum = { ChecksumAlgorithm: 'SHA256', ChecksumSHA256: sha256.toString('base64') } as const;
    const command = new session.sdk.PutObjectCommand({
      ...objectParameters(session, key, meta),
      ...condition,
      ...(session.learned.refusesChecksums ? {} : checksum),
      Body: bytes,
      ContentLength: bytes.length,
    });
    return session.client.send(command, abortOptions(options.signal));
  };
  try {
    return await send();
  } catch (error) {
    if (session.learned.refusesChecksums || !isChecksumRefusal(error)) throw error;
    session.learned.refusesChecksums = true;
    return send();
  }
}

function isChecksumRefusal(error: unknown): boolean {
  const { status, code, message } = failureOf(error);
  if (status !== 400 && status !== 501) return false;
  return code !== 'BadDigest' && /checksum/i.test(message);
}
