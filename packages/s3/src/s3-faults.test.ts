import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { ObjectMeta, PublishTarget } from '@lading/publisher';
import { type MemoryS3, startMemoryS3 } from '@lading/s3-server';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { S3TargetOptions } from './s3-options.js';
import { s3Target } from './s3-target.js';

const META: ObjectMeta = { contentType: 'application/zip', cacheControl: 'no-cache' };
const BYTES = new TextEncoder().encode('bytes');
const PART_BYTES = 5 * 1024 * 1024;
const LARGE = new Uint8Array(2 * PART_BYTES + 1).fill(7);

let s3: MemoryS3;
let client: S3Client;
let target: PublishTarget;
let scratch: string;

beforeAll(async () => {
  s3 = await startMemoryS3();
  client = new S3Client({
    endpoint: s3.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  await client.send(new CreateBucketCommand({ Bucket: 'games' }));
  scratch = await mkdtemp(join(tmpdir(), 'lading-s3-'));
  target = s3Target({ bucket: 'games', prefix: 'p', client, partBytes: PART_BYTES });
});
afterEach(() => {
  s3.clearFaults();
  s3.buckets.get('games')?.objects.clear();
  vi.unstubAllEnvs();
});
afterAll(async () => {
  client.destroy();
  await s3.stop();
  await rm(scratch, { recursive: true, force: true });
});

async function textOf(key: string): Promise<string | undefined> {
  const got = await target.get(key, { maxBytes: 1_000 });
  return got && new TextDecoder().decode(got.bytes);
}

/** Target with credentials from the environment, as a user has them. */
function fromEnvironment(options: Partial<S3TargetOptions> = {}): PublishTarget {
  vi.stubEnv('AWS_ACCESS_KEY_ID', s3.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', s3.secretAccessKey);
  vi.stubEnv('AWS_CONFIG_FILE', join(scratch, 'none'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(scratch, 'none'));
  return s3Target({ bucket: 'games', endpoint: s3.endpoint, ...options });
}

describe('a busy or broken server', () => {
  it.each(['error', 'reset', 'lost-answer', 'error-after'] as const)('gets the request again: %s', async (kind) => {
    for (const operation of ['PutObject', 'GetObject', 'HeadObject', 'ListObjectsV2'])
      s3.addFaults({ operation, kind });
    await target.put('a', BYTES, META);
    expect(await textOf('a')).toBe('bytes');
    expect((await target.head('a'))?.sizeBytes).toBe(5);
    const keys: string[] = [];
    for await (const { key } of target.list('')) keys.push(key);
    expect(keys).toEqual(['a']);
  });

  it('is reported as retryable when it stays so', async () => {
    s3.addFaults({ operation: 'PutObject', kind: 'error', times: 3 });
    await expect(target.put('a', BYTES, META)).rejects.toMatchObject({
      code: 'ERR_TARGET_FAILED',
      retryable: true,
      details: { code: 'SlowDown', status: 503, attempts: 3, requestId: expect.any(String), key: 'a' },
    });
    s3.addFaults({ operation: 'PutObject', kind: 'reset', times: 3 });
    await expect(target.put('a', BYTES, META)).rejects.toMatchObject({
      code: 'ERR_TARGET_UNREACHABLE',
      retryable: true,
    });
  });

  it('gets parts again, and leaves no upload behind when that does not help', async () => {
    s3.addFaults({ operation: 'UploadPart', kind: 'error', times: 2 }, { operation: 'UploadPart', kind: 'reset' });
    await target.put('large', LARGE, META);
    expect((await target.head('large'))?.sizeBytes).toBe(LARGE.length);
    s3.addFaults({ operation: 'UploadPart', kind: 'error', times: 6 });
    await expect(target.put('other', LARGE, META)).rejects.toMatchObject({
      code: 'ERR_TARGET_FAILED',
      retryable: true,
    });
    expect(s3.buckets.get('games')?.uploads.size).toBe(0);
    expect(await target.head('other')).toBeUndefined();
  });

  it('may answer 200 with an error in the body when parts are put together: that is no success', async () => {
    const fault = { operation: 'CompleteMultipartUpload', kind: 'error-body', code: 'InternalError' } as const;
    s3.addFaults(fault);
    await target.put('large', LARGE, META);
    expect((await target.head('large'))?.sizeBytes).toBe(LARGE.length);
    s3.addFaults({ ...fault, times: 3 });
    await expect(target.put('other', LARGE, META)).rejects.toMatchObject({ details: { code: 'InternalError' } });
    expect(await target.head('other')).toBeUndefined();
    expect(s3.buckets.get('games')?.uploads.size).toBe(0);
  });

  it('may put the parts together and lose the answer: the object is looked for', async () => {
    s3.addFaults({ operation: 'CompleteMultipartUpload', kind: 'lost-answer' });
    const put = await target.put('large', LARGE, META);
    expect(put.etag).toBe((await target.head('large'))?.etag);
    s3.addFaults({ operation: 'CompleteMultipartUpload', kind: 'error', status: 404, code: 'NoSuchUpload' });
    const other = target.put(
      'large',
      LARGE.map((byte) => byte + 1),
      META,
    );
    await expect(other).rejects.toMatchObject({ code: 'ERR_TARGET_FAILED', details: { code: 'NoSuchUpload' } });
    expect((await target.head('large'))?.sizeBytes).toBe(LARGE.length);
  });
});

describe('a conditional write whose answer is lost', () => {
  it.each(['lost-answer', 'error-after'] as const)('counts as done when our bytes are there: %s', async (kind) => {
    s3.addFaults({ operation: 'PutObject', kind });
    const created = await target.putIf('c', BYTES, META, { ifNoneMatch: '*' });
    expect(created.etag).toBe((await target.head('c'))?.etag);
    s3.addFaults({ operation: 'PutObject', kind, times: 3 });
    const next = new TextEncoder().encode('other');
    await target.putIf('c', next, META, { ifMatch: created.etag });
    expect(await textOf('c')).toBe('other');
  });

  it('counts as a conflict when somebody else was faster', async () => {
    const { etag } = await target.put('c', BYTES, META);
    s3.addFaults({
      operation: 'PutObject',
      kind: 'reset',
      matches: ({ headers }) => {
        if (headers['if-match'] === undefined) return false;
        const bytes = new TextEncoder().encode('theirs');
        s3.buckets.get('games')?.objects.set('p/c', { bytes, etag: '"theirs"', modifiedAt: new Date(), headers: {} });
        return true;
      },
    });
    const write = target.putIf('c', new TextEncoder().encode('ours'), META, { ifMatch: etag });
    await expect(write).rejects.toMatchObject({ code: 'ERR_PUBLISH_CONFLICT' });
    expect(await textOf('c')).toBe('theirs');
  });

  it('is retryable when nothing was written', async () => {
    const { etag } = await target.put('c', BYTES, META);
    s3.addFaults({ operation: 'PutObject', kind: 'reset', times: 3 });
    const write = target.putIf('c', new TextEncoder().encode('ours'), META, { ifMatch: etag });
    await expect(write).rejects.toMatchObject({ code: 'ERR_TARGET_UNREACHABLE', retryable: true });
    expect(await textOf('c')).toBe('bytes');
  });
});

describe('providers that differ', () => {
  it('are asked again after 409, and lose in the end', async () => {
    const conflict = {
      operation: 'PutObject',
      kind: 'error',
      status: 409,
      code: 'ConditionalRequestConflict',
    } as const;
    s3.addFaults({ ...conflict, times: 2 });
    await target.putIf('c', BYTES, META, { ifNoneMatch: '*' });
    s3.addFaults({ ...conflict, times: 100 });
    const { etag } = (await target.head('c')) ?? { etag: '' };
    await expect(target.putIf('c', BYTES, META, { ifMatch: etag })).rejects.toMatchObject({
      code: 'ERR_PUBLISH_CONFLICT',
    });
  });

  it('may refuse checksum headers: they are left out from then on', async () => {
    const own = s3Target({ bucket: 'games', prefix: 'checksums', client });
    const hasChecksum = (headers: Readonly<Record<string, unknown>>): boolean => 'x-amz-checksum-sha256' in headers;
    const refusal = {
      operation: 'PutObject',
      kind: 'error',
      status: 501,
      code: "Header 'x-amz-checksum-sha256' not implemented",
    } as const;
    s3.addFaults({ ...refusal, times: 100, matches: ({ headers }) => hasChecksum(headers) });
    const from = s3.log.length;
    await own.put('a', BYTES, META);
    await own.put('b', BYTES, META);
    const puts = s3.log.slice(from).filter(({ operation }) => operation === 'PutObject');
    expect(puts.map(({ headers, status }) => [hasChecksum(headers), status])).toEqual([
      [true, 501],
      [false, 200],
      [false, 200],
    ]);
  });

  it('may take If-Match only without quotes, as old Ceph does, also when two write at once', async () => {
    const quoted = ({ headers }: { readonly headers: Readonly<Record<string, unknown>> }): boolean =>
      String(headers['if-match'] ?? '').startsWith('"');
    const refusal = { operation: 'PutObject', kind: 'error', status: 412, code: 'PreconditionFailed' } as const;
    s3.addFaults({ ...refusal, times: 1_000, matches: quoted });
    for (let round = 0; round < 5; round++) {
      const own = s3Target({ bucket: 'games', prefix: `old-${round}`, client });
      const { etag } = await own.put('c', BYTES, META);
      const write = (text: string) => own.putIf('c', new TextEncoder().encode(text), META, { ifMatch: etag });
      const results = await Promise.allSettled([write('one'), write('two'), write('three')]);
      const losers = results.filter((result) => result.status === 'rejected');
      expect(losers.map(({ reason }) => reason.code)).toEqual(['ERR_PUBLISH_CONFLICT', 'ERR_PUBLISH_CONFLICT']);
    }
  });

  it('may have no conditional writes', async () => {
    s3.addFaults({ operation: 'PutObject', kind: 'error', status: 501, code: 'NotImplemented' });
    const write = target.putIf('c', BYTES, META, { ifNoneMatch: '*' });
    await expect(write).rejects.toMatchObject({ code: 'ERR_TARGET_UNSUPPORTED' });
  });
});

describe('who may not, and where nothing is', () => {
  it('says which credentials are wrong, and shows none of them', async () => {
    const wrong = fromEnvironment();
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'wrong-secret-value');
    const error = await wrong.put('a', BYTES, META).catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: 'ERR_TARGET_FORBIDDEN',
      details: { code: 'SignatureDoesNotMatch', status: 403 },
    });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/wrong-secret-value|Signature=|Credential=/);
  });

  it('says that there are no credentials, or no such profile', async () => {
    const noKeys = fromEnvironment();
    vi.stubEnv('AWS_ACCESS_KEY_ID', '');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', '');
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    await expect(noKeys.head('a')).rejects.toMatchObject({ code: 'ERR_TARGET_FORBIDDEN', retryable: false });
    await expect(fromEnvironment({ profile: 'nobody' }).head('a')).rejects.toMatchObject({
      code: 'ERR_TARGET_FORBIDDEN',
    });
  });

  it('says that no region is known only where one is needed', async () => {
    const aws = fromEnvironment({ endpoint: undefined });
    for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE']) vi.stubEnv(name, undefined);
    await expect(aws.head('a')).rejects.toMatchObject({
      code: 'ERR_TARGET_URL',
      hint: expect.stringContaining('region='),
    });
    await expect(fromEnvironment().head('a')).resolves.toBeUndefined();
  });

  it('tells an unreachable server from everything else', async () => {
    const refused = fromEnvironment({ endpoint: 'http://127.0.0.1:1', maxAttempts: 1 });
    await expect(refused.head('a')).rejects.toMatchObject({
      code: 'ERR_TARGET_UNREACHABLE',
      retryable: true,
      details: { code: 'ECONNREFUSED' },
    });
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const slow = fromEnvironment({ endpoint: `http://127.0.0.1:${port}`, maxAttempts: 1, timeoutMs: 200 });
    await expect(slow.head('a')).rejects.toMatchObject({ code: 'ERR_TARGET_UNREACHABLE', retryable: true });
    silent.close();
  });
});

describe('profiles', () => {
  it('bring keys, region and endpoint, also from a services section', async () => {
    const section = `region = eu-test-1\nservices = mine\n`;
    const config = `[profile direct]\nregion = eu-test-1\nendpoint_url = ${s3.endpoint}\n[profile split]\n${section}[services mine]\ns3 =\n  endpoint_url = ${s3.endpoint}\n`;
    const keys = `aws_access_key_id = ${s3.accessKeyId}\naws_secret_access_key = ${s3.secretAccessKey}\n`;
    await writeFile(join(scratch, 'config'), config);
    await writeFile(join(scratch, 'credentials'), `[direct]\n${keys}[split]\n${keys}`);
    for (const profile of ['direct', 'split']) {
      vi.stubEnv('AWS_CONFIG_FILE', join(scratch, 'config'));
      vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(scratch, 'credentials'));
      for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_ACCESS_KEY_ID']) vi.stubEnv(name, undefined);
      const own = s3Target({ bucket: 'games', prefix: profile, profile });
      await own.put('a', BYTES, META);
      expect(s3.buckets.get('games')?.objects.has(`${profile}/a`)).toBe(true);
      expect(s3.log.at(-1)?.headers.authorization).toContain('/eu-test-1/s3/');
      await own.close?.();
    }
  });

  it('give way to the endpoint in the environment, and that to the one in the options', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_S3', 'http://127.0.0.1:1');
    await expect(fromEnvironment().head('a')).resolves.toBeUndefined();
    const other = fromEnvironment({ endpoint: undefined, maxAttempts: 1 });
    await expect(other.head('a')).rejects.toMatchObject({ code: 'ERR_TARGET_UNREACHABLE' });
  });
});

describe('publicUrl', () => {
  it('encodes keys for browsers', () => {
    const own = s3Target({ bucket: 'games', client, publicUrl: 'https://cdn.example.com/g/' });
    expect(own.publicUrl?.('a b/é#.zip')).toBe('https://cdn.example.com/g/a%20b/%C3%A9%23.zip');
    expect(target.publicUrl?.('a')).toBeUndefined();
  });
});
