import { type ObjectMeta, wrongBodyError } from '@lading/publisher';
import type { S3Session } from './s3-session.js';

/** Throws where bytes are not those that their digest announces. */
export function assertDigest(key: string, meta: ObjectMeta, hex: string): void {
  if (meta.digest !== undefined && meta.digest !== `sha256:${hex}`)
    throw wrongBodyError(key, meta.digest, `sha256:${hex}`);
}

/** Where an object goes, and how it is served, as S3 names it. */
export function objectParameters(
  session: S3Session,
  key: string,
  meta: ObjectMeta,
): { Bucket: string; Key: string; ContentType: string; CacheControl: string } {
  return { Bucket: session.bucket, Key: key, ContentType: meta.contentType, CacheControl: meta.cacheControl };
}
