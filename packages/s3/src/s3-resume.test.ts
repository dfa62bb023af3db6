import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { digestOf } from '@lading/manifest';
import type { ObjectMeta, PublishTarget } from '@lading/publisher';
import { findRadosgw, type S3Server, startMemoryS3, startRadosgw } from '@lading/s3-server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { s3Target } from './s3-target.js';

const META: ObjectMeta = { contentType: 'application/zip', cacheControl: 'no-cache' };
const PART_BYTES = 5 * 1024 * 1024;
const LARGE = new Uint8Array(4 * PART_BYTES + 99).map((_, i) => i * 31 + (i >>> 9) + (i >>> 17) * 7);
const partOf = (number: number): Uint8Array => LARGE.subarray((number - 1) * PART_BYTES, number * PART_BYTES);

const servers: Record<string, () => Promise<S3Server>> = { 'in-process S3': () => startMemoryS3() };
if ((await findRadosgw()) !== undefined) servers.radosgw = startRadosgw;

describe.each(Object.keys(servers))('an upload in parts that was killed, on %s', (name) => {
  let s3: S3Server;
  let client: S3Client;
  let target: PublishTarget;
  let sentParts: number[];
  let count = 0;

  beforeAll(async () => {
    s3 = await (servers[name] ?? startMemoryS3)();
    client = new S3Client({
      endpoint: s3.endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
    await client.send(new CreateBucketCommand({ Bucket: 'games' }));
    client.middlewareStack.add(
      (next, context) => async (args) => {
        if (context.commandName === 'UploadPartCommand')
          sentParts.push((args.input as { PartNumber: number }).PartNumber);
        return next(args);
      },
      { step: 'initialize' },
    );
  });
  beforeEach(() => {
    sentParts = [];
    target = s3Target({ bucket: 'games', prefix: `p${++count}`, client, partBytes: PART_BYTES });
  });
  afterAll(async () => {
    client?.destroy();
    await s3?.stop();
  });

  /** Leaves an upload behind that has some parts. */
  async function leave(key: string, parts: Readonly<Record<number, Uint8Array>>): Promise<string> {
    const place = { Bucket: 'games', Key: `p${count}/${key}` };
    const { UploadId } = await client.send(
      new CreateMultipartUploadCommand({ ...place, ContentType: META.contentType, CacheControl: META.cacheControl }),
    );
    for (const [number, Body] of Object.entries(parts))
      await client.send(new UploadPartCommand({ ...place, UploadId, PartNumber: Number(number), Body }));
    sentParts = [];
    return UploadId ?? '';
  }

  async function uploadsLeft(): Promise<number> {
    const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: 'games', Prefix: `p${count}/` }));
    return Uploads?.length ?? 0;
  }

  async function expectWhole(key: string): Promise<void> {
    const got = await target.get(key, { maxBytes: LARGE.length });
    expect(await digestOf(got?.bytes ?? new Uint8Array())).toBe(await digestOf(LARGE));
  }

  it('goes on with the parts that are there, and sends only the others', async () => {
    await leave('a.zip', { 1: partOf(1), 2: partOf(2), 4: partOf(4) });
    await leave('a.zip', { 1: partOf(1) }); // killed twice: the one with more parts is taken
    const sent: number[] = [];
    await target.put(
      'a.zip',
      LARGE,
      { ...META, digest: await digestOf(LARGE) },
      { onProgress: (bytes) => sent.push(bytes) },
    );
    expect(sentParts.sort()).toEqual([3, 5]);
    expect(sent.at(-1)).toBe(LARGE.length);
    await expectWhole('a.zip');
  });

  it('sends a part again that is another one, of another size, or not of this object', async () => {
    await leave('a.zip', { 1: partOf(2), 2: partOf(2), 3: partOf(3).subarray(1) });
    await leave('b.zip', { 4: partOf(4) });
    await target.put('a.zip', LARGE, META);
    expect(sentParts.sort()).toEqual([1, 3, 4, 5]);
    await expectWhole('a.zip');
    expect(await uploadsLeft()).toBe(1);
  });

  it('leaves nothing behind when it is aborted on the way', async () => {
    await leave('a.zip', { 1: partOf(1) });
    const stop = new AbortController();
    const put = target.put('a.zip', LARGE, META, {
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('enough')),
    });
    await expect(put).rejects.toThrow('enough');
    expect(await uploadsLeft()).toBe(0);
  });
});

describe('an upload in parts that cannot be resumed', () => {
  it.each([
    ['its parts are gone', { operation: 'ListParts', kind: 'error', status: 404, code: 'NoSuchUpload' }],
    ['somebody ends it meanwhile', { operation: 'UploadPart', kind: 'error', status: 404, code: 'NoSuchUpload' }],
    [
      'uploads may not be listed',
      { operation: 'ListMultipartUploads', kind: 'error', status: 403, code: 'AccessDenied' },
    ],
    [
      'uploads cannot be listed',
      { operation: 'ListMultipartUploads', kind: 'error', status: 501, code: 'NotImplemented' },
    ],
  ] as const)('begins anew: %s', async (_, fault) => {
    const s3 = await startMemoryS3();
    const client = new S3Client({
      endpoint: s3.endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
      requestChecksumCalculation: 'WHEN_REQUIRED',
    });
    try {
      const place = { Bucket: 'games', Key: 'a.zip' };
      await client.send(new CreateBucketCommand({ Bucket: 'games' }));
      const { UploadId } = await client.send(new CreateMultipartUploadCommand(place));
      await client.send(new UploadPartCommand({ ...place, UploadId, PartNumber: 1, Body: partOf(1) }));
      s3.addFaults({ ...fault });
      const target = s3Target({ bucket: 'games', client, partBytes: PART_BYTES });
      await target.put('a.zip', LARGE, META);
      expect((await target.head('a.zip'))?.sizeBytes).toBe(LARGE.length);
    } finally {
      client.destroy();
      await s3.stop();
    }
  });
});
