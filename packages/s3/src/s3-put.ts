import { createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { PutObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import {
  bodySizeBytes,
  collectBody,
  type ObjectBody,
  type ObjectMeta,
  readBody,
  type TargetCallOptions,
  wrongBodyError,
} from '@lading/publisher';
import { failureOf } from './s3-error.js';
import { S3_TARGET_DEFAULTS } from './s3-options.js';
import { headObject } from './s3-read.js';
import { abortOptions, ownKey, type S3Session } from './s3-session.js';

const MAX_PARTS = 10_000;

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

/** Many requests: parts are buffers (a stream could not be sent again), and an abort ends those under way. */
async function putParts(
  session: S3Session,
  key: string,
  body: ObjectBody,
  meta: ObjectMeta,
  options: TargetCallOptions,
): Promise<string> {
  const { Upload } = await import('@aws-sdk/lib-storage');
  const sizeBytes = bodySizeBytes(body);
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const hash = createHash('sha256');
  const source = Readable.from(
    hashed(readBody(body, { start: 0, end: sizeBytes, signal }), hash, () => {
      assertDigest(ownKey(session, key), meta, hash.digest('hex'));
    }),
    { objectMode: true, highWaterMark: 1 },
  );
  const partTags = new Map<number, string>();
  const upload = new Upload({
    client: stoppingClient(session, { signal, stop, partTags }),
    params: { ...objectParameters(session, key, meta), Body: source, ContentLength: sizeBytes },
    partSize: Math.max(session.options.partBytes ?? S3_TARGET_DEFAULTS.partBytes, Math.ceil(sizeBytes / MAX_PARTS)),
    queueSize: session.options.partConcurrency ?? S3_TARGET_DEFAULTS.partConcurrency,
  });
  upload.on('httpUploadProgress', ({ loaded }) => options.onProgress?.(Math.min(loaded ?? 0, sizeBytes)));
  try {
    return (await upload.done()).ETag ?? '';
  } catch (error) {
    const first: unknown = stop.signal.aborted ? stop.signal.reason : error; // not what it stopped
    const etag = failureOf(first).code === 'NoSuchUpload' ? await completedTag(session, key, partTags) : undefined;
    if (etag !== undefined) return etag;
    throw first;
  } finally {
    source.destroy();
  }
}

/** What the requests of one upload share. */
interface PartsUnderWay {
  readonly signal: AbortSignal;
  readonly stop: AbortController;
  /** Etags of the parts by number. */
  readonly partTags: Map<number, string>;
}

/**
 * CompleteMultipartUpload that is sent again after its answer was lost finds no upload. The object is ours when its etag is
 * the one that S3 makes of exactly our parts: the MD5 of their MD5s. Gives that etag, or `undefined`.
 */
async function completedTag(
  session: S3Session,
  key: string,
  partTags: ReadonlyMap<number, string>,
): Promise<string | undefined> {
  const hash = createHash('md5');
  for (const [, tag] of [...partTags].sort(([a], [b]) => a - b)) hash.update(tag.replaceAll('"', ''), 'hex');
  const expected = `${hash.digest('hex')}-${partTags.size}`;
  const there = await headObject(session, key, {});
  return there?.etag.replaceAll('"', '') === expected ? there.etag : undefined;
}

function tagOf(answer: unknown): string {
  const { ETag } = (answer ?? {}) as { readonly ETag?: unknown };
  return typeof ETag === 'string' ? ETag : '';
}

/**
 * The client as lib-storage should see it: requests carry the signal, and the first one that fails stops the others.
 * Left alone, lib-storage would upload the whole rest of the file before it reports, and an abort would not wait for the
 * clean-up. The clean-up itself goes through whatever the signal says.
 */
function stoppingClient(session: S3Session, { signal, stop, partTags }: PartsUnderWay): S3Client {
  const { client, sdk } = session;
  const send = async (command: Parameters<S3Client['send']>[0]): Promise<unknown> => {
    if (command instanceof sdk.AbortMultipartUploadCommand) return abortUpload(session, command);
    // Cut off, CreateMultipartUpload would leave an upload whose id nobody learned.
    const isCreate = command instanceof sdk.CreateMultipartUploadCommand;
    try {
      signal.throwIfAborted();
      const answer: unknown = await client.send(command, isCreate ? {} : { abortSignal: signal });
      if (command instanceof sdk.UploadPartCommand) partTags.set(command.input.PartNumber ?? 0, tagOf(answer));
      return answer;
    } catch (error) {
      stop.abort(error);
      throw error;
    }
  };
  return new Proxy(client, {
    get: (target, property) => (property === 'send' ? send : Reflect.get(target, property, target)),
  });
}

/** The parts may be gone already: after an answer that was lost, or by a rule of the bucket. */
async function abortUpload(
  { client }: S3Session,
  command: InstanceType<S3Session['sdk']['AbortMultipartUploadCommand']>,
): Promise<unknown> {
  try {
    return await client.send(command);
  } catch (error) {
    if (failureOf(error).code === 'NoSuchUpload') return undefined;
    throw error;
  }
}

async function* hashed(chunks: AsyncIterable<Uint8Array>, hash: Hash, atEnd: () => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
  atEnd(); // throws before the last part is complete, so that nothing is written
}

function assertDigest(key: string, meta: ObjectMeta, hex: string): void {
  if (meta.digest !== undefined && meta.digest !== `sha256:${hex}`)
    throw wrongBodyError(key, meta.digest, `sha256:${hex}`);
}

function objectParameters(
  session: S3Session,
  key: string,
  meta: ObjectMeta,
): { Bucket: string; Key: string; ContentType: string; CacheControl: string } {
  return { Bucket: session.bucket, Key: key, ContentType: meta.contentType, CacheControl: meta.cacheControl };
}

function isChecksumRefusal(error: unknown): boolean {
  const { status, code, message } = failureOf(error);
  if (status !== 400 && status !== 501) return false;
  return code !== 'BadDigest' && /checksum/i.test(message);
}
