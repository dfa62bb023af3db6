import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { serveFolder } from '@lading/publisher/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { runLading } from '../src/testing/run-lading.js';
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
