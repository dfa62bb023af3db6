import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { serveFolder } from '@lading/publisher/node';
import { findRadosgw, type S3Server, startMemoryS3, startRadosgw } from '@lading/s3-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LadingRun, runLading } from '../src/testing/run-lading.js';
import { testFolder, writeTree } from '../src/testing/test-folder.js';

describe('lading s3 doctor', () => {
  let cwd: string;
  beforeAll(async () => {
    cwd = await testFolder('doctor');
    await writeTree(cwd, { 'public/other.txt': 'here before' });
  });
  const doctor = (...args: string[]): ReturnType<typeof runLading> => runLading(['s3', 'doctor', ...args], { cwd });

  it('finds a target that serves players well healthy, and removes what it wrote', async () => {
    const server = await serveFolder(join(cwd, 'public'), { port: 0 });
    try {
      const run = await doctor('--target', 'public', '--public-url', server.url, '--json');
      expect([run.exitCode, run.stderr, run.json()]).toEqual([0, '', expect.objectContaining({ isHealthy: true })]);
      const { checks } = run.json<{ checks: { status: string }[] }>();
      expect(checks.map(({ status }) => status)).toEqual(Array.from({ length: 11 }, () => 'ok'));
    } finally {
      await server.close();
    }
    const files = await readdir(join(cwd, 'public'), { recursive: true });
    expect(files.filter((name) => name.includes('doctor'))).toEqual([]);
  });

  it('exits with 1 where players cannot read, and says what to do', async () => {
    const server = await serveFolder(join(cwd, 'public'), { port: 0, cors: false });
    try {
      const run = await doctor('--target', 'public', '--public-url', `${server.url}nowhere/`);
      expect([run.exitCode, run.text]).toEqual([1, expect.stringContaining('--public-url')]);
      const noCors = await doctor('--target', 'public', '--public-url', server.url, '--origin', 'https://my.game');
      expect([noCors.exitCode, noCors.text]).toEqual([1, expect.stringContaining('--origin https://my.game')]);
    } finally {
      await server.close();
    }
  });
});

const servers: Record<string, () => Promise<S3Server>> = {
  'the in-process S3': () => startMemoryS3({ pageSize: 1_000 }),
};
if ((await findRadosgw()) !== undefined) servers.radosgw = startRadosgw;

describe.each(Object.keys(servers))('lading s3 on %s', (name) => {
  let cwd: string;
  let s3: S3Server;
  const environment = { ...process.env };
  const lading = (...args: string[]): Promise<LadingRun> => runLading(['s3', ...args], { cwd });
  const target = (): string => `s3://games/my-game?endpoint=${encodeURIComponent(s3.endpoint)}&region=us-east-1`;

  beforeAll(async () => {
    cwd = await testFolder('s3');
    s3 = await (servers[name] ?? startMemoryS3)();
    const { accessKeyId, secretAccessKey } = s3;
    const client = new S3Client({
      endpoint: s3.endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
    });
    await client.send(new CreateBucketCommand({ Bucket: 'games' }));
    client.destroy();
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
  });
  afterAll(async () => {
    process.env = environment;
    await s3?.stop();
  });

  it('sets a new bucket up so that the doctor finds it healthy', async () => {
    const url = ['--public-url', `${s3.endpoint}/games/my-game/`, '--origin', 'https://game.example.com'];
    const before = await lading('doctor', '--target', target(), ...url, '--json');
    expect([before.exitCode, before.json()]).toEqual([1, expect.objectContaining({ isHealthy: false })]);
    const shown = await lading('setup', '--target', target(), '--origin', 'https://game.example.com');
    expect([shown.exitCode, shown.text]).toEqual([
      0,
      expect.stringContaining('nothing was changed; --apply sets policy, cors, lifecycle'),
    ]);
    expect(shown.text).toContain('+         "arn:aws:s3:::games/my-game/archives/*"');
    expect(
      (await lading('setup', '--target', target(), '--origin', 'https://game.example.com', '--apply')).exitCode,
    ).toBe(0);
    const again = await lading('setup', '--target', target(), '--origin', 'https://game.example.com', '--json');
    const { settings } = again.json<{ settings: { action: string }[] }>();
    expect(settings.map(({ action }) => action)).toEqual(['keep', 'keep', 'keep']);
    const after = await lading('doctor', '--target', target(), ...url, '--json');
    const { checks } = after.json<{ checks: { name: string; status: string; detail: string }[] }>();
    expect(checks.filter(({ status }) => status !== 'ok')).toEqual([]);
    expect([after.exitCode, after.stderr]).toEqual([0, '']);
  });

  it('lists profiles and buckets, as a target to pass on, and no secret', async () => {
    await writeTree(cwd, {
      'aws/config':
        '[profile team]\nregion = eu-central-1\n[profile staff]\nsso_session = corp\n[sso-session corp]\nsso_region = eu-west-1\n',
      'aws/credentials': '[team]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = very-secret\n',
    });
    const files = {
      AWS_CONFIG_FILE: join(cwd, 'aws/config'),
      AWS_SHARED_CREDENTIALS_FILE: join(cwd, 'aws/credentials'),
    };
    Object.assign(process.env, files);
    const run = await lading('buckets', '--endpoint', s3.endpoint, '--json');
    for (const key of Object.keys(files)) delete process.env[key];
    expect([run.exitCode, run.stderr]).toEqual([0, '']);
    expect(run.text).not.toMatch(/very-secret|AKIAEXAMPLE/);
    const { profiles, buckets } = run.json<{
      profiles: { name: string; credentials: string }[];
      buckets: { name: string; target: string }[];
    }>();
    expect(profiles.map((profile) => [profile.name, profile.credentials])).toEqual([
      ['staff', 'sso'],
      ['team', 'keys'],
    ]);
    expect(buckets.map((bucket) => bucket.name)).toEqual(['games']);
    expect((await lading('policy', '--target', buckets[0]?.target ?? '')).exitCode).toBe(0);
  });

  it('prints policies as documents that can be handed on', async () => {
    const run = await lading('policy', '--role', 'gc', '--target', 's3://games/my-game');
    expect(JSON.parse(run.text)).toMatchObject({ Version: '2012-10-17', Statement: expect.any(Array) });
    const json = await lading('policy', '--target', 's3://games/my-game', '--json');
    expect(json.json()).toMatchObject({ role: 'publish', policy: { Version: '2012-10-17' } });
    expect((await lading('policy', '--target', 'public')).exitCode).toBe(2);
    expect((await lading('policy', '--role', 'king', '--target', 's3://games')).exitCode).toBe(2);
  });
});
