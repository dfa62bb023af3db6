import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleScript } from '@lading/fixtures';
import type { Digest } from '@lading/manifest';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeStore } from './node-store.js';

const BYTES = new TextEncoder().encode('an archive');
const HEX = createHash('sha256').update(BYTES).digest('hex');
const DIGEST: Digest = `sha256:${HEX}`;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lading-archives-'));
  const writer = await nodeStore(folder).archives.openWriter(DIGEST, BYTES.length);
  await writer.append(BYTES);
  await writer.commit();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const names = (): Promise<string[]> => readdir(join(folder, 'archives'));

async function text(): Promise<string | undefined> {
  const source = await nodeStore(folder).archives.open(DIGEST);
  if (source === undefined) return undefined;
  const bytes = await source.read(0, source.sizeBytes);
  await source.close?.();
  return new TextDecoder().decode(bytes);
}

/** A process that dies while its removal asks. */
async function killedRemoval(): Promise<void> {
  const script = await bundleScript(
    `import { nodeStore } from './node-store.ts';
     await nodeStore(process.argv[2]).archives.removeUnless(${JSON.stringify(DIGEST)}, async () => {
       process.kill(process.pid, 'SIGKILL');
       await new Promise(() => {});
     });`,
    import.meta.dirname,
  );
  await new Promise((resolve) => fork(script, [folder]).on('exit', resolve));
  expect(await names()).toEqual([expect.stringMatching(/^[0-9a-f]{64}\..*\.tmp$/)]);
}

test('an archive that a killed process had put aside is listed, and whoever opens it puts it back', async () => {
  await killedRemoval();
  expect(await nodeStore(folder).archives.list()).toMatchObject([{ digest: DIGEST, sizeBytes: BYTES.length }]);
  expect(await text()).toBe('an archive');
  expect(await names()).toEqual([`${HEX}.zip`]);
});

test('the next change in the store puts it back as well', async () => {
  await killedRemoval();
  await nodeStore(folder).transaction((records) => records.set('any', 1));
  expect(await names()).toEqual([`${HEX}.zip`]);
});

test('a later removal takes what a killed one had put aside', async () => {
  await killedRemoval();
  expect(await nodeStore(folder).archives.removeUnless?.(DIGEST, async () => false)).toBe(true);
  expect(await names()).toEqual([]);
  expect(await text()).toBeUndefined();
});

test('of two removals at once that disagree, needed wins where it is asked last', async () => {
  const [first, second] = [nodeStore(folder), nodeStore(folder)];
  const removed = await first.archives.removeUnless?.(DIGEST, async () => {
    expect(await second.archives.removeUnless?.(DIGEST, async () => true)).toBe(false);
    return false;
  });
  expect(removed).toBe(false);
  expect(await text()).toBe('an archive');
});

test('the use of an archive that was removed by hand is forgotten with the next sweep', async () => {
  const store = nodeStore(folder);
  await store.archives.touch?.(DIGEST, new Date(0));
  expect(await readdir(join(folder, 'used'))).toEqual([HEX]);
  await rename(join(folder, 'archives', `${HEX}.zip`), join(folder, 'elsewhere.zip'));
  await nodeStore(folder).transaction((records) => records.set('any', 1));
  expect(await readdir(join(folder, 'used'))).toEqual([]);
});

test('noting a use where nothing can be written is no error', async () => {
  await expect(
    nodeStore(join(folder, 'archives', `${HEX}.zip`)).archives.touch?.(DIGEST, new Date()),
  ).resolves.toBeUndefined();
});
