import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CreateBucketCommand, GetObjectCommand, PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { findRadosgw, type S3Server, type S3User, startMemoryS3, startRadosgw } from '@lading/s3-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LadingRun, runLading } from '../src/testing/run-lading.js';
import { SMALL_GAME, testFolder, writeTree } from '../src/testing/test-folder.js';

const servers: Record<string, () => Promise<S3Server>> = { 'the in-process S3': () => startMemoryS3() };
if ((await findRadosgw()) === undefined)
  console.info('cli: no radosgw here, so publishing is tested on the in-process S3 alone');
else servers.radosgw = startRadosgw;

describe.each(Object.keys(servers))('publishing to %s', (name) => {
  let cwd: string;
  let s3: S3Server;
  let client: S3Client;
  const environment = { ...process.env };

  beforeAll(async () => {
    s3 = await (servers[name] ?? startMemoryS3)();
    client = clientFor(s3, s3);
    await client.send(new CreateBucketCommand({ Bucket: 'games' }));
    const other = clientFor(s3, s3.other);
    await other.send(new CreateBucketCommand({ Bucket: 'not-ours' }));
    other.destroy();
    cwd = await testFolder('publish-s3');
    await writeTree(join(cwd, 'assets'), SMALL_GAME);
    // The SDK reads credentials from the environment of the process.
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: s3.accessKeyId, AWS_SECRET_ACCESS_KEY: s3.secretAccessKey });
    expect((await lading('keys', 'new', '--out', 'keys')).exitCode).toBe(0);
    expect(
      (await lading('split', '--assets', 'assets', '--root', '/levels/*.json', '--key', 'keys', '--out', 'release'))
        .exitCode,
    ).toBe(0);
  });

  afterAll(async () => {
    process.env = environment;
    client?.destroy();
    await s3?.stop();
  });

  const lading = (...args: string[]): Promise<LadingRun> => runLading(args, { cwd });
  const target = (bucket: string): string =>
    `s3://${bucket}/my-game?endpoint=${encodeURIComponent(s3.endpoint)}&region=us-east-1`;

  it('uploads everything once, and nothing the second time', async () => {
    const first = await lading('publish', 'release', '--target', target('games'), '--key', 'keys', '--json');
    expect([first.exitCode, first.json()]).toEqual([0, expect.objectContaining({ status: 'published' })]);
    const second = await lading('publish', 'release', '--target', target('games'), '--key', 'keys', '--json');
    expect([second.exitCode, second.json()]).toEqual([
      0,
      expect.objectContaining({ status: 'up-to-date', uploadedObjects: 0 }),
    ]);
  });

  it('is pulled over plain HTTP into an empty folder, equal to the source', async () => {
    const place = await publicPlace(s3, client);
    try {
      const pulled = await lading(
        'pull',
        `${place.url}my-game/`,
        '--root',
        '/levels/3.json',
        '--to',
        'player',
        '--trust',
        'keys',
        '--json',
      );
      expect([pulled.exitCode, pulled.stderr]).toEqual([0, '']);
      const verified = await lading('verify', `${place.url}my-game/`, '--trust', 'keys');
      expect([verified.exitCode, verified.stderr]).toEqual([0, '']);
    } finally {
      await place.close();
    }
    for (const path of ['levels/3.json', 'pictures/two-three.txt', 'pictures/all.txt']) {
      expect((await lading('read', 'player', `/${path}`)).text).toBe(SMALL_GAME[path]);
    }
  });

  it('says "forbidden" of a bucket of somebody else and "missing" of none, with exit code 4', async () => {
    const forbidden = await lading('publish', 'release', '--target', target('not-ours'), '--key', 'keys', '--json');
    expect([forbidden.exitCode, forbidden.json()]).toEqual([
      4,
      expect.objectContaining({ error: expect.objectContaining({ code: 'ERR_TARGET_FORBIDDEN' }) }),
    ]);
    const missing = await lading('publish', 'release', '--target', target('no-such-bucket'), '--key', 'keys', '--json');
    expect([missing.exitCode, missing.json()]).toEqual([
      4,
      expect.objectContaining({ error: expect.objectContaining({ code: 'ERR_TARGET_MISSING' }) }),
    ]);
    for (const run of [forbidden, missing]) expect(run.stderr + run.text).not.toContain(s3.secretAccessKey);
  });
});

function clientFor(s3: S3Server, user: S3User): S3Client {
  return new S3Client({
    endpoint: s3.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { ...user },
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
}

/** Where anybody reads the bucket: by its policy on radosgw; through a small front, as a CDN is one, elsewhere. */
async function publicPlace(s3: S3Server, client: S3Client): Promise<{ url: string; close(): Promise<unknown> }> {
  if (s3.kind === 'radosgw') {
    const statement = {
      Sid: 'Read',
      Effect: 'Allow',
      Principal: '*',
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::games/*',
    };
    await client.send(
      new PutBucketPolicyCommand({
        Bucket: 'games',
        Policy: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
      }),
    );
    return { url: `${s3.endpoint}/games/`, close: async () => undefined };
  }
  const server = createServer((request, response) => {
    const get = new GetObjectCommand({
      Bucket: 'games',
      Key: decodeURIComponent((request.url ?? '/').slice(1)),
      Range: request.headers.range,
    });
    client.send(get).then(
      async (object) => {
        const body = await object.Body?.transformToByteArray();
        const range = object.ContentRange === undefined ? {} : { 'content-range': object.ContentRange };
        response
          .writeHead(object.ContentRange === undefined ? 200 : 206, {
            etag: object.ETag ?? '',
            'content-length': body?.length ?? 0,
            ...range,
          })
          .end(body);
      },
      (error: { $metadata?: { httpStatusCode?: number } }) =>
        response.writeHead(error.$metadata?.httpStatusCode ?? 502).end(),
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => new Promise((done) => server.close(done)),
  };
}
