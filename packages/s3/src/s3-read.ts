import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import type { Digest } from '@lading/manifest';
import {
  compareKeys,
  type ListedObject,
  type ObjectInfo,
  PublishError,
  printable,
  type TargetCallOptions,
  tooLargeError,
} from '@lading/publisher';
import { failureOf } from './s3-error.js';
import { abortOptions, ownKey, type S3Session } from './s3-session.js';

/** Facts of an object under a full key, or `undefined`. */
export async function headObject(
  session: S3Session,
  key: string,
  options: TargetCallOptions,
): Promise<Omit<ObjectInfo, 'key'> | undefined> {
  const command = new session.sdk.HeadObjectCommand({ Bucket: session.bucket, Key: key, ChecksumMode: 'ENABLED' });
  try {
    const answer = await session.client.send(command, abortOptions(options.signal));
    const { ContentLength, ETag, LastModified, ChecksumSHA256 } = answer;
    const digest = digestOfChecksum(ChecksumSHA256);
    return { sizeBytes: ContentLength ?? 0, etag: ETag ?? '', modifiedAt: LastModified, ...(digest && { digest }) };
  } catch (error) {
    if (failureOf(error).status !== 404) throw error;
    await assertBucket(session, options);
    return undefined;
  }
}

/** Digest of the bytes, where the server kept a checksum of them all; that of an upload in parts is one of checksums. */
function digestOfChecksum(checksum: string | undefined): Digest | undefined {
  const bytes = checksum === undefined ? undefined : Buffer.from(checksum, 'base64');
  const isWhole = bytes?.length === 32 && bytes.toString('base64') === checksum;
  return isWhole ? `sha256:${bytes.toString('hex')}` : undefined;
}

/** The answer to HEAD has no body, so a 404 does not say whether the object or the bucket is missing. Asked once. */
async function assertBucket(session: S3Session, options: TargetCallOptions): Promise<void> {
  if (session.learned.hasBucket) return;
  try {
    const command = new session.sdk.HeadBucketCommand({ Bucket: session.bucket });
    await session.client.send(command, abortOptions(options.signal));
  } catch (error) {
    const { status } = failureOf(error);
    if (status === 404)
      throw Object.assign(new Error('no such bucket'), { name: 'NoSuchBucket', $metadata: { httpStatusCode: 404 } });
    if (status !== 403) throw error; // may not ask: the object's own answer counts
  }
  session.learned.hasBucket = true;
}

/** An object whole, or `undefined`. Stops reading at `maxBytes`, whatever length the server announces. */
export async function getObject(
  session: S3Session,
  key: string,
  options: TargetCallOptions & { readonly maxBytes: number },
): Promise<{ readonly info: Omit<ObjectInfo, 'key'>; readonly bytes: Uint8Array } | undefined> {
  const command = new session.sdk.GetObjectCommand({ Bucket: session.bucket, Key: key });
  try {
    const answer = await session.client.send(command, abortOptions(options.signal));
    const stream: ReadableStream<Uint8Array> | undefined = answer.Body?.transformToWebStream();
    const bytes = await readAtMost(stream, ownKey(session, key), options, answer.ContentLength ?? 0);
    const info = { sizeBytes: bytes.length, etag: answer.ETag ?? '', modifiedAt: answer.LastModified };
    return { info, bytes };
  } catch (error) {
    if (failureOf(error).code === 'NoSuchKey') return undefined;
    throw error;
  }
}

async function readAtMost(
  stream: ReadableStream<Uint8Array> | undefined,
  key: string,
  options: TargetCallOptions & { readonly maxBytes: number },
  announcedBytes: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  if (stream === undefined) return new Uint8Array(0);
  const reader = stream.getReader();
  try {
    if (announcedBytes > options.maxBytes) throw tooLargeError(key, options.maxBytes, announcedBytes);
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      options.signal?.throwIfAborted();
      sizeBytes += next.value.length;
      if (sizeBytes > options.maxBytes) throw tooLargeError(key, options.maxBytes, sizeBytes);
      chunks.push(next.value);
    }
  } catch (error) {
    await reader.cancel().catch(() => undefined); // it failed already; the first error is the one that counts
    throw error;
  }
  return Buffer.concat(chunks);
}

/** All objects below a full prefix, page by page, in the order of the server, which is that of UTF-8 bytes. */
export async function* listObjects(
  session: S3Session,
  prefix: string,
  options: TargetCallOptions,
): AsyncGenerator<ListedObject> {
  let token: string | undefined;
  let last = '';
  do {
    const page = await listPage(session, prefix, token, options);
    session.learned.hasBucket = true;
    for (const { Key, Size, ETag, LastModified } of page.Contents ?? []) {
      if (Key === undefined || Key === last) continue;
      if (compareKeys(Key, last) < 0) throw listingError(`"${printable(Key)}" comes after "${printable(last)}"`);
      last = Key;
      yield { key: Key, sizeBytes: Size ?? 0, etag: ETag, modifiedAt: LastModified };
    }
    const next = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    if (page.IsTruncated === true && (next === undefined || next === token)) throw listingError('it does not go on');
    token = next;
  } while (token !== undefined);
}

function listPage(
  session: S3Session,
  prefix: string,
  token: string | undefined,
  options: TargetCallOptions,
): Promise<ListObjectsV2CommandOutput> {
  const { pageSize } = session.options;
  const command = new session.sdk.ListObjectsV2Command({
    Bucket: session.bucket,
    Prefix: prefix,
    ...(token === undefined ? {} : { ContinuationToken: token }),
    ...(pageSize === undefined ? {} : { MaxKeys: pageSize }),
  });
  return session.client.send(command, abortOptions(options.signal));
}

/** What is listed decides what is uploaded, so a listing that could be partial is an error. */
function listingError(problem: string): PublishError {
  return new PublishError('ERR_TARGET_FAILED', `The server's listing is not whole and in order: ${problem}`, {
    details: { problem },
    hint: 'Publishing needs listings in the order of UTF-8 bytes. S3 directory buckets, for one, have none.',
  });
}
