import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { type MemoryS3, startMemoryS3 } from '@lading/s3-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LadingRun, runLading } from '../src/testing/run-lading.js';
import { testFolder, writeTree } from '../src/testing/test-folder.js';

const MAIN = fileURLToPath(new URL('../src/lading.ts', import.meta.url));
const TSX = createRequire(import.meta.url).resolve('tsx');
const MACHINES = 16;
const LEVELS = 60;

describe('many machines that publish one release', () => {
  let cwd: string;
  let s3: MemoryS3;
  const environment = { ...process.env };
  const lading = (...args: string[]): Promise<LadingRun> => runLading(args, { cwd });
  const target = (): string => `s3://games/my-game?endpoint=${encodeURIComponent(s3.endpoint)}&region=us-east-1`;

  beforeAll(async () => {
    cwd = await testFolder('shards');
    s3 = await startMemoryS3({ pageSize: 1_000 });
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
    const levels = Array.from({ length: LEVELS }, (_, i) => [`levels/${i}.json`, JSON.stringify({ level: i })]);
    await writeTree(join(cwd, 'assets'), Object.fromEntries(levels));
    await lading('keys', 'new', '--out', 'keys');
    const split = ['split', '--assets', 'assets', '--root', '/levels/*.json', '--key', 'keys', '--out', 'release'];
    expect((await lading(...split)).exitCode).toBe(0);
  });
  afterAll(async () => {
    process.env = environment;
    await s3?.stop();
  });

  const archivesThere = (): string[] =>
    [...(s3.buckets.get('games')?.objects.keys() ?? [])].filter((key) => key.includes('/archives/'));

  it(`meet in the bucket: ${MACHINES} processes at once, then one commit by a machine that has no archive`, async () => {
    const early = await lading('publish', 'release', '--commit', '--target', target(), '--key', 'keys', '--json');
    expect([early.exitCode, early.json()]).toEqual([
      4,
      expect.objectContaining({ error: expect.objectContaining({ code: 'ERR_PUBLISH_INCOMPLETE' }) }),
    ]);
    const machines = Array.from({ length: MACHINES }, async (_, i) => {
      const args = ['publish', 'release', '--shard', `${i + 1}/${MACHINES}`, '--target', target()];
      const child = spawn(process.execPath, ['--conditions=@lading/source', '--import', TSX, MAIN, ...args], {
        cwd,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      return (await once(child, 'close'))[0];
    });
    expect(await Promise.all(machines)).toEqual(machines.map(() => 0));
    expect(archivesThere()).toHaveLength(LEVELS);
    const puts = s3.log.filter(({ operation, path }) => operation === 'PutObject' && path.includes('/archives/'));
    expect(puts, 'nobody uploads what belongs to another').toHaveLength(LEVELS);
    await rm(join(cwd, 'release/archives'), { recursive: true });
    await mkdir(join(cwd, 'release/archives'));
    const commit = ['publish', 'release', '--commit', '--target', target(), '--key', 'keys', '--json'];
    expect((await lading(...commit)).json()).toMatchObject({ status: 'published' });
    expect((await lading(...commit)).json()).toMatchObject({ status: 'up-to-date' });
  }, 180_000);

  it('say what a part is that there cannot be, and what a machine lacks of its own part', async () => {
    for (const part of ['0/4', '5/4', '1/0', '1/9999', 'x']) {
      expect((await lading('publish', 'release', '--shard', part, '--target', target())).exitCode, part).toBe(2);
    }
    const lacking = await lading('publish', 'release', '--shard', '1/2', '--target', target(), '--json');
    expect([lacking.exitCode, lacking.json()]).toEqual([
      3,
      expect.objectContaining({ error: expect.objectContaining({ code: 'ERR_PUBLISH_SOURCE' }) }),
    ]);
    expect(await readdir(join(cwd, 'release/archives'))).toEqual([]);
  });
});
