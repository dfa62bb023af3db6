import { createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { bodySizeBytes, type ObjectBody, type ObjectMeta, readBody, type TargetCallOptions } from '@lading/publisher';
import { failureOf } from './s3-error.js';
import { findUpload, type UploadLeft } from './s3-left-uploads.js';
import { assertDigest, objectParameters } from './s3-object.js';
import { S3_TARGET_DEFAULTS } from './s3-options.js';
import { headObject } from './s3-read.js';
import { ownKey, type S3Session } from './s3-session.js';

const MAX_PARTS = 10_000;

/**
 * Uploads a body in parts and gives the etag of the object. Parts are buffers (a stream could not be sent again), and an abort
 * ends those under way. Parts that an upload of this key left behind when it was killed are used, where they are the same.
 */
export async function putParts(
  session: S3Session,
  key: string,
  body: ObjectBody,
  meta: ObjectMeta,
  options: TargetCallOptions,
): Promise<string> {
  const former = await findUpload(session, key, options);
  if (former === undefined) return uploadParts(session, key, body, meta, options);
  try {
    return await uploadParts(session, key, body, meta, { ...options, former });
  } catch (error) {
    options.signal?.throwIfAborted();
    // Whoever began it is alive after all and has ended it.
    if (failureOf(error).code !== 'NoSuchUpload') throw error;
    return uploadParts(session, key, body, meta, options);
  }
}

async function uploadParts(
  session: S3Session,
  key: string,
  body: ObjectBody,
  meta: ObjectMeta,
  options: TargetCallOptions & { readonly former?: UploadLeft | undefined },
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
    client: stoppingClient(session, { signal, stop, partTags, former: options.former }),
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
  readonly former: UploadLeft | undefined;
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
 * clean-up. The clean-up itself goes through whatever the signal says. What a former upload has is not sent again.
 */
function stoppingClient(session: S3Session, { signal, stop, partTags, former }: PartsUnderWay): S3Client {
  const { client, sdk } = session;
  const send = async (command: Parameters<S3Client['send']>[0]): Promise<unknown> => {
    if (command instanceof sdk.AbortMultipartUploadCommand) return abortUpload(session, command);
    // Cut off, CreateMultipartUpload would leave an upload whose id nobody learned.
    const isCreate = command instanceof sdk.CreateMultipartUploadCommand;
    try {
      signal.throwIfAborted();
      const known = former && knownAnswer(command, former, sdk);
      const answer: unknown = known ?? (await client.send(command, isCreate ? {} : { abortSignal: signal }));
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

/** The answer to a request that a former upload makes needless; `undefined` for all others. */
function knownAnswer(
  command: Parameters<S3Client['send']>[0],
  { uploadId, parts }: UploadLeft,
  sdk: S3Session['sdk'],
): unknown {
  if (command instanceof sdk.CreateMultipartUploadCommand) return { UploadId: uploadId };
  if (!(command instanceof sdk.UploadPartCommand)) return undefined;
  const { PartNumber, Body } = command.input;
  const part = parts.get(PartNumber ?? 0);
  if (part === undefined || !(Body instanceof Uint8Array) || part.sizeBytes !== Body.length) return undefined;
  // Where the server encrypts, its etags are no MD5: then the part is sent again.
  const isSame = part.etag.replaceAll('"', '') === createHash('md5').update(Body).digest('hex');
  return isSame ? { ETag: part.etag } : undefined;
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
