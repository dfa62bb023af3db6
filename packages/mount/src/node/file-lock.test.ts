import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleScript, sweepFaults } from '@lading/fixtures';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tryLock } from './file-lock.js';
import { nodeStore } from './node-store.js';
import { ownIdentity } from './process-identity.js';

const HERE = import.meta.dirname;
const HOURS_AGO = (hours: number): Date => new Date(Date.now() - hours * 3_600_000);
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lading-lock-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function lockOf(holder: object, ageHours: number): Promise<string> {
  const path = join(folder, 'a.lock');
  await writeFile(path, JSON.stringify(holder));
  await utimes(path, HOURS_AGO(ageHours), HOURS_AGO(ageHours));
  return path;
}

test('a brief lock that is old is taken over from a living process, a long one is not', async () => {
  const path = await lockOf(ownIdentity(), 100);
  expect(await tryLock(path, 'long')).toBeUndefined();
  expect(await tryLock(path, 'long')).toBeUndefined();
  expect(await tryLock(path, 'brief')).toBeUndefined(); // Takes it away ...
  expect(await (await tryLock(path, 'brief'))?.isHeld()).toBe(true); // ... and then it is free.
});

test('a long lock of another host is taken over after a day', async () => {
  const foreign = { pid: 1, startedAt: '1', host: 'another-host' };
  const path = await lockOf(foreign, 23);
  for (let i = 0; i < 2; i++) expect(await tryLock(path, 'long')).toBeUndefined();
  await lockOf(foreign, 25);
  expect(await tryLock(path, 'long')).toBeUndefined();
  expect(await tryLock(path, 'long')).toBeDefined();
});

test('a holder that was overtaken knows, and does not take the lock of its successor away', async () => {
  const path = join(folder, 'a.lock');
  const first = await tryLock(path, 'brief');
  await utimes(path, HOURS_AGO(1), HOURS_AGO(1));
  await tryLock(path, 'brief');
  const second = await tryLock(path, 'brief');
  expect([await first?.isHeld(), await second?.isHeld()]).toEqual([false, true]);
  await first?.release();
  expect(await second?.isHeld()).toBe(true);
  await second?.release();
  expect(await readdir(folder)).toEqual([]);
});

test('a lock whose file cannot be removed at once neither fails the change nor stays', async () => {
  const script = await bundleScript(
    `import { serveTasks } from '@lading/fixtures/tasks';
     import { nodeStore } from './node-store.ts';
     serveTasks({ run: (dir) => nodeStore(dir).transaction((records) => records.set('a', 1)) });`,
    HERE,
  );
  const { tried } = await sweepFaults({
    script,
    work: folder,
    kinds: ['EIO', 'EACCES'],
    only: (operation) => operation === 'unlink /lock',
    async judge({ dir, label, run }) {
      expect(run.error, label).toBeUndefined();
      expect(await nodeStore(dir).record('a'), label).toBe(1);
      expect(await readdir(dir), label).toEqual(['records.1.json']);
    },
  });
  expect(tried).toBe(2);
});

test('a download that takes long keeps its lock: another one of the same archive is made beside it', async () => {
  const bytes = new TextEncoder().encode('an archive that takes its time');
  const digest = 'sha256:7b0f8ef0a66e0ce8c8ec7a4d3d3b3d0ac1a4d7d1c3b8a2d9a0d6d6b2a5c1e9f0';
  const first = await nodeStore(folder).archives.openWriter(digest, bytes.length);
  await first.append(bytes.subarray(0, 10));
  const [lock] = (await readdir(join(folder, 'partial'))).filter((name) => name.endsWith('.lock'));
  await utimes(join(folder, 'partial', String(lock)), HOURS_AGO(48), HOURS_AGO(48));
  const second = await nodeStore(folder).archives.openWriter(digest, bytes.length);
  expect(second.receivedBytes).toBe(0);
  await second.discard();
  const [part] = (await readdir(join(folder, 'partial'))).filter((name) => name.endsWith('.part'));
  expect(await readFile(join(folder, 'partial', String(part)), 'utf8')).toBe('an archive');
  await first.discard();
  expect(await readdir(join(folder, 'partial'))).toEqual([]);
});
