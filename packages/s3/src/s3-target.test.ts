import { CreateBucketCommand, HeadObjectCommand, ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { publishTargetConformance, runSuite } from '@lading/conformance';
import {
  applyPublish,
  OBJECT_HEADERS,
  objectKind,
  type PublishResult,
  type PublishTarget,
  preparePublish,
  type ReleaseSource,
} from '@lading/publisher';
import { findRadosgw, type S3Server, type S3User, startMemoryS3, startRadosgw } from '@lading/s3-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sourcesFor } from './release-source.fixture.js';
import { s3Target } from './s3-target.js';

const servers: Record<string, () => Promise<S3Server>> = { 'in-process S3': () => startMemoryS3() };
if ((await findRadosgw()) === undefined) console.info('s3: no radosgw here, so only the in-process S3 is tested');
else servers.radosgw = startRadosgw;

describe.each(Object.keys(servers))('s3Target on %s', (server) => {
  let s3: S3Server;
  let client: S3Client;
  let count = 0;
  const places = new WeakMap<PublishTarget, string>();

  beforeAll(async () => {
    s3 = await (servers[server] ?? startMemoryS3)();
    client = clientFor(s3, s3);
    console.info(`s3: tests run on ${s3.name}`);
    await client.send(new CreateBucketCommand({ Bucket: 'games' }));
    const other = clientFor(s3, s3.other);
    await other.send(new CreateBucketCommand({ Bucket: 'not-ours' }));
    other.destroy();
  });
  afterAll(async () => {
    client?.destroy();
    await s3?.stop();
  });

  function open(prefix: string): PublishTarget {
    const target = s3Target({ bucket: 'games', prefix, client, pageSize: 7, partBytes: 5 * 1024 * 1024 });
    places.set(target, prefix);
    return target;
  }

  const suite = publishTargetConformance({
    create: async () => open(`case ${count++}/ü`),
    reopen: async (target) => open(places.get(target) ?? ''),
    createForbidden: async () => s3Target({ bucket: 'not-ours', client }),
    createMissing: async () => s3Target({ bucket: 'no-such-bucket', client }),
    async storedMeta(target, key) {
      const place = { Bucket: 'games', Key: `${places.get(target)}/${key}` };
      const { ContentType, CacheControl } = await client.send(new HeadObjectCommand(place));
      return { contentType: ContentType ?? '', cacheControl: CacheControl ?? '' };
    },
    async destroy() {
      const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: 'games' }));
      expect(Uploads ?? [], 'no upload is left half-way').toEqual([]);
    },
  });
  runSuite(suite, { describe, it });

  it('carries releases: published once, nothing new uploads nothing, and of two publishers one wins', async () => {
    const target = open('publish');
    const { channelKeys, first, second, third } = await sourcesFor(12);
    const publish = async (source: ReleaseSource): Promise<PublishResult> => {
      const times = { now: new Date('2026-11-21T12:00:00Z'), expiresAt: new Date('2026-12-21T12:00:00Z') };
      const prepared = await preparePublish(source, target, { channel: 'stable', ...times });
      return applyPublish(prepared.plan, target, { source: prepared.source, channelKeys });
    };
    expect(await publish(first)).toMatchObject({ status: 'published', uploadedObjects: 14 });
    expect(await publish(first)).toMatchObject({ status: 'up-to-date', uploadedObjects: 0 });
    const race = await Promise.allSettled([publish(second), publish(third)]);
    expect(race.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    for (const result of race) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'ERR_PUBLISH_CONFLICT' });
    }
    for await (const { key } of target.list('')) {
      const { ContentType, CacheControl } = await client.send(
        new HeadObjectCommand({ Bucket: 'games', Key: `publish/${key}` }),
      );
      const { contentType, cacheControl } = OBJECT_HEADERS[objectKind(key) ?? 'channel'];
      expect([key, ContentType, CacheControl]).toEqual([key, contentType, cacheControl]);
    }
  });
});

function clientFor(s3: S3Server, credentials: S3User): S3Client {
  return new S3Client({
    endpoint: s3.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: credentials.accessKeyId, secretAccessKey: credentials.secretAccessKey },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 3,
  });
}
