import type { Problem } from '@lading/manifest';
import {
  assertTargetKey,
  bodySizeBytes,
  PublishError,
  type PublishTarget,
  printable,
  type TargetCallOptions,
} from '@lading/publisher';
import { s3Error } from './s3-error.js';
import { S3_TARGET_DEFAULTS, type S3TargetOptions } from './s3-options.js';
import { putObject } from './s3-put.js';
import { putObjectIf } from './s3-put-if.js';
import { getObject, headObject, listObjects } from './s3-read.js';
import { baseOf, openSession, type S3Session } from './s3-session.js';
import { bucketProblem, endpointProblem, prefixProblem } from './s3-url.js';

const MIN_PART_BYTES = 5 * 1024 * 1024;
const MAX_PART_BYTES = 5 * 1024 * 1024 * 1024;

/**
 * Makes a publish target of an S3 bucket, or of a prefix in one. The AWS SDK is loaded and credentials are looked up at
 * the first call, not here. Credentials come from the SDK's own chain (environment, profile, role), never from options.
 *
 * `put` of a large body goes in parts, which are removed when it fails or is aborted; `putIf` is atomic wherever the
 * server knows conditional writes, and a lost answer is settled by reading back.
 *
 * @throws PublishError `ERR_TARGET_URL` with all problems of the options. From the calls: `ERR_TARGET_FORBIDDEN` (403,
 * credentials), `ERR_TARGET_MISSING` (no such bucket), `ERR_TARGET_UNREACHABLE` (network; retryable unless it is the
 * certificate), `ERR_TARGET_UNSUPPORTED` (501), `ERR_TARGET_FAILED` (all others, with `details.code`, `details.status` and
 * `details.requestId`; retryable for 429 and 5xx).
 * @example
 * const target = s3Target({ bucket: 'games', prefix: 'my-game', region: 'eu-central-1' });
 * await target.put('archives/a.zip', bytes, { contentType: 'application/zip', cacheControl: 'no-cache' });
 */
export function s3Target(options: S3TargetOptions): PublishTarget {
  assertOptions(options);
  const base = baseOf(options);
  const name = `s3://${options.bucket}/${options.prefix ?? S3_TARGET_DEFAULTS.prefix}`;
  let opening: Promise<S3Session> | undefined;

  async function call<T>(
    doing: string,
    key: string | undefined,
    callOptions: TargetCallOptions | undefined,
    action: (session: S3Session, fullKey: string, callOptions: TargetCallOptions) => Promise<T>,
  ): Promise<T> {
    if (key !== undefined) assertTargetKey(`${base}${key}`);
    if (key === '') assertTargetKey(key);
    const { signal } = callOptions ?? {};
    signal?.throwIfAborted();
    try {
      opening ??= openSession(options, process.env);
      return await action(await opening, `${base}${key ?? ''}`, callOptions ?? {});
    } catch (error) {
      signal?.throwIfAborted();
      throw s3Error(error, { target: name, doing, key });
    }
  }

  return {
    name,
    capabilities: { conditionalPut: true },
    head: (key, callOptions) =>
      call('read', key, callOptions, async (session, fullKey, rest) => {
        const info = await headObject(session, fullKey, rest);
        return info && { key, ...info };
      }),
    get: (key, callOptions) =>
      call('read', key, callOptions, async (session, fullKey, rest) => {
        const got = await getObject(session, fullKey, { ...rest, maxBytes: callOptions.maxBytes });
        return got && { bytes: got.bytes, info: { key, ...got.info } };
      }),
    put: (key, body, meta, callOptions) =>
      call('write', key, callOptions, async (session, fullKey, rest) => {
        const etag = await putObject(session, fullKey, body, meta, rest);
        return { key, sizeBytes: bodySizeBytes(body), etag };
      }),
    putIf: (key, body, meta, condition, callOptions) =>
      call('write', key, callOptions, async (session, fullKey, rest) => {
        const etag = await putObjectIf(session, fullKey, body, meta, condition, rest);
        rest.onProgress?.(body.length);
        return { key, sizeBytes: body.length, etag };
      }),
    async *list(prefix, callOptions = {}) {
      callOptions.signal?.throwIfAborted();
      try {
        opening ??= openSession(options, process.env);
        for await (const object of listObjects(await opening, `${base}${prefix}`, callOptions)) {
          yield { ...object, key: object.key.slice(base.length) };
        }
      } catch (error) {
        callOptions.signal?.throwIfAborted();
        throw s3Error(error, { target: name, doing: 'list', key: undefined });
      }
    },
    remove: (key, callOptions) =>
      call('delete', key, callOptions, async (session, fullKey, { signal }) => {
        const command = new session.sdk.DeleteObjectCommand({ Bucket: session.bucket, Key: fullKey });
        await session.client.send(command, signal === undefined ? {} : { abortSignal: signal });
      }),
    publicUrl(key) {
      if (options.publicUrl === undefined) return undefined;
      return `${options.publicUrl.replace(/\/$/, '')}/${key.split('/').map(encodeURIComponent).join('/')}`;
    },
    async close() {
      if (options.client === undefined) (await opening)?.client.destroy();
      opening = undefined;
    },
  };
}

function assertOptions(options: S3TargetOptions): void {
  const partBytes = options.partBytes ?? S3_TARGET_DEFAULTS.partBytes;
  const found: Record<string, string | undefined> = {
    bucket: bucketProblem(options.bucket),
    prefix: prefixProblem(options.prefix ?? ''),
    endpoint: endpointProblem(options.endpoint),
    publicUrl: endpointProblem(options.publicUrl),
    partBytes: isWhole(partBytes, MIN_PART_BYTES, MAX_PART_BYTES) ? undefined : 'is not from 5 MiB to 5 GiB',
    partConcurrency: isWhole(options.partConcurrency ?? 1, 1, 64) ? undefined : 'is not from 1 to 64',
    maxAttempts: isWhole(options.maxAttempts ?? 1, 1, 20) ? undefined : 'is not from 1 to 20',
    timeoutMs: isWhole(options.timeoutMs ?? 1, 1, 3_600_000) ? undefined : 'is not from 1 to 3,600,000',
    pageSize: isWhole(options.pageSize ?? 1, 1, 1_000) ? undefined : 'is not from 1 to 1,000',
  };
  const problems: Problem[] = [];
  for (const [path, problem] of Object.entries(found)) if (problem !== undefined) problems.push({ path, problem });
  if (problems.length === 0) return;
  const list = problems.map(({ path, problem }) => `${path} ${problem}`).join('; ');
  throw new PublishError('ERR_TARGET_URL', `S3 target "${printable(options.bucket)}": ${list}`, {
    details: { problems: problems.map((problem) => ({ ...problem })) },
  });
}

function isWhole(value: number, min: number, max: number): boolean {
  return Number.isSafeInteger(value) && value >= min && value <= max;
}
