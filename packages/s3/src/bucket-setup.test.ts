import { CreateBucketCommand, PutBucketCorsCommand, PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { OBJECT_HEADERS } from '@lading/publisher';
import { findRadosgw, type S3Server, type S3User, startMemoryS3, startRadosgw } from '@lading/s3-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessPolicy } from './access-policies.js';
import { applyBucketSetup, type BucketSetting, planBucketSetup } from './bucket-setup.js';
import type { S3TargetOptions } from './s3-options.js';
import { s3Target } from './s3-target.js';

describe('accessPolicy', () => {
  const place = { bucket: 'games', prefix: 'my-game' };

  it('lets everybody read what players need, and nothing else', () => {
    expect(accessPolicy('public', place)).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'LadingReadmyx2dgame',
          Effect: 'Allow',
          Principal: '*',
          Action: ['s3:GetObject'],
          Resource: ['archives', 'releases', 'root', 'channels'].map(
            (folder) => `arn:aws:s3:::games/my-game/${folder}/*`,
          ),
        },
      ],
    });
  });

  it('gives a publishing job no deletion, and a collection no writing but of tombstones', () => {
    const actions = (role: 'publish' | 'gc' | 'setup'): string[] =>
      accessPolicy(role, place).Statement.flatMap(({ Action }) => Action);
    expect(actions('publish').filter((action) => /Delete|Policy|CORS|Lifecycle/.test(action))).toEqual([]);
    const gc = accessPolicy('gc', place).Statement;
    const resourcesOf = (action: string): string[] =>
      gc.flatMap(({ Action, Resource }) => (Action.includes(action) ? Resource : []));
    expect(resourcesOf('s3:PutObject')).toEqual(['arn:aws:s3:::games/my-game/tombstones/*']);
    expect(resourcesOf('s3:DeleteObject').some((resource) => /channels|root/.test(resource))).toBe(false);
    expect(actions('setup').some((action) => /Object/.test(action))).toBe(false);
  });

  it('keeps listing to the prefix, where there is one', () => {
    expect(accessPolicy('publish', place).Statement[0]?.Condition).toEqual({
      StringLike: { 's3:prefix': ['my-game/*'] },
    });
    const whole = accessPolicy('publish', { bucket: 'games' }).Statement;
    expect([whole[0]?.Condition, whole[1]?.Resource]).toEqual([undefined, ['arn:aws:s3:::games/*']]);
  });
});

const servers: Record<string, () => Promise<S3Server>> = { 'in-process S3': () => startMemoryS3() };
if ((await findRadosgw()) !== undefined) servers.radosgw = startRadosgw;

describe.each(Object.keys(servers))('the set-up of a bucket on %s', (name) => {
  let s3: S3Server;
  let client: S3Client;
  let options: S3TargetOptions;
  const actionsOf = (settings: readonly BucketSetting[]): Record<string, string> =>
    Object.fromEntries(settings.map(({ part, action }) => [part, action]));

  beforeAll(async () => {
    s3 = await (servers[name] ?? startMemoryS3)();
    client = clientFor(s3, s3);
    await client.send(new CreateBucketCommand({ Bucket: 'games' }));
    options = { bucket: 'games', prefix: 'my-game', client };
  });
  afterAll(async () => {
    client?.destroy();
    await s3?.stop();
  });

  it('is planned, applied, and then as it should be', async () => {
    const plan = await planBucketSetup(options, { origins: ['https://game.example.com'] });
    expect(actionsOf(plan)).toEqual({ policy: 'set', cors: 'set', lifecycle: 'set' });
    expect(plan.map(({ before }) => before)).toEqual([null, null, null]);
    await applyBucketSetup(options, plan);
    const again = await planBucketSetup(options, { origins: ['https://game.example.com'] });
    expect(actionsOf(again)).toEqual({ policy: 'keep', cors: 'keep', lifecycle: 'keep' });
    const other = await planBucketSetup(options, { origins: ['*'], incompleteDays: 3 });
    expect(actionsOf(other)).toEqual({ policy: 'keep', cors: 'set', lifecycle: 'set' });
  });

  it('lets players of a page read, and nobody anything else', async () => {
    const target = s3Target(options);
    await target.put('archives/a.zip', new TextEncoder().encode('an archive'), OBJECT_HEADERS.archive);
    await target.put('history/stable/1.json', new TextEncoder().encode('past'), OBJECT_HEADERS.history);
    const at = (key: string, init: RequestInit = {}): Promise<Response> =>
      fetch(`${s3.endpoint}/games/my-game/${key}`, init);
    const headers = { origin: 'https://game.example.com', range: 'bytes=3-9' };
    const read = await at('archives/a.zip', { headers });
    expect([read.status, await read.text(), read.headers.get('access-control-allow-origin')]).toEqual([
      206,
      'archive',
      'https://game.example.com',
    ]);
    expect(read.headers.get('access-control-expose-headers')?.toLowerCase()).toContain('content-range');
    const preflight = await at('archives/a.zip', {
      method: 'OPTIONS',
      headers: {
        origin: 'https://game.example.com',
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'range',
      },
    });
    expect(preflight.status).toBe(200);
    expect((await at('history/stable/1.json')).status).toBe(403);
    expect((await at('archives/a.zip', { method: 'PUT', body: 'mine' })).status).toBe(403);
    expect((await fetch(`${s3.endpoint}/games?list-type=2`)).status).toBe(403);
  });

  it('keeps what others set, and its own only once', async () => {
    const foreign = {
      Sid: 'Theirs',
      Effect: 'Allow',
      Principal: '*',
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::games/pages/*',
    };
    await client.send(
      new PutBucketPolicyCommand({
        Bucket: 'games',
        Policy: JSON.stringify({ Version: '2012-10-17', Statement: [foreign] }),
      }),
    );
    const rule = { ID: 'theirs', AllowedMethods: ['PUT'], AllowedOrigins: ['https://admin.example.com'] };
    await client.send(new PutBucketCorsCommand({ Bucket: 'games', CORSConfiguration: { CORSRules: [rule] } }));
    await applyBucketSetup(options, await planBucketSetup(options));
    const second = { ...options, prefix: 'other-game' };
    await applyBucketSetup(second, await planBucketSetup(second));
    const settings = await planBucketSetup(options);
    expect(actionsOf(settings)).toEqual({ policy: 'keep', cors: 'keep', lifecycle: 'keep' });
    const [policy, cors, lifecycle] = settings.map(
      ({ before }) => before as never as { Statement: { Sid: string }[] } & { ID: string }[],
    );
    expect(policy?.Statement.map(({ Sid }) => Sid)).toEqual([
      'Theirs',
      'LadingReadmyx2dgame',
      'LadingReadotherx2dgame',
    ]);
    expect(cors?.map(({ ID }) => ID).sort()).toEqual(['lading', 'theirs']);
    expect(lifecycle).toHaveLength(2);
  });

  it('says of a bucket of somebody else that it may not be read, and of none that it is missing', async () => {
    const other = clientFor(s3, s3.other);
    const settings = await planBucketSetup({ ...options, client: other });
    expect(settings.map(({ action }) => action)).toEqual(['unknown', 'unknown', 'unknown']);
    const forced = settings.map((setting) => ({ ...setting, action: 'set' as const }));
    await expect(applyBucketSetup({ ...options, client: other }, forced)).rejects.toMatchObject({
      code: 'ERR_TARGET_FORBIDDEN',
      hint: expect.stringContaining('PutBucketPolicy'),
    });
    other.destroy();
    await expect(planBucketSetup({ ...options, bucket: 'no-such-bucket' })).rejects.toMatchObject({
      code: 'ERR_TARGET_MISSING',
    });
  });
});

describe('a server without settings', () => {
  it('says so for each, and sets the others', async () => {
    const s3 = await startMemoryS3({
      faults: [{ operation: 'GetBucketSetting', kind: 'error', status: 501, code: 'NotImplemented' }],
    });
    const client = clientFor(s3, s3);
    try {
      await client.send(new CreateBucketCommand({ Bucket: 'games' }));
      const settings = await planBucketSetup({ bucket: 'games', client });
      expect(settings.map(({ action }) => action)).toEqual(['unsupported', 'set', 'set']);
    } finally {
      client.destroy();
      await s3.stop();
    }
  });
});

function clientFor(s3: S3Server, { accessKeyId, secretAccessKey }: S3User): S3Client {
  return new S3Client({
    endpoint: s3.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}
