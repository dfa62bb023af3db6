import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ContentOrigin } from '../content-origin.js';
import { folderOrigin } from './folder-origin.js';

let folder: string;
let origin: ContentOrigin;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lading-folder-'));
  await mkdir(join(folder, 'in', 'archives'), { recursive: true });
  await writeFile(join(folder, 'in', 'archives', 'a.zip'), 'archive a');
  await writeFile(join(folder, 'secret'), 'secret');
  origin = folderOrigin(join(folder, 'in'));
});
afterAll(() => rm(folder, { recursive: true }));

test('reads files, streams the rest of one and lists them all', async () => {
  expect(await origin.fetch('archives/a.zip', { maxBytes: 9 })).toEqual(new TextEncoder().encode('archive a'));
  const chunks: Uint8Array[] = [];
  for await (const chunk of origin.stream('archives/a.zip', { offset: 8, sizeBytes: 9 })) chunks.push(chunk);
  expect(Buffer.concat(chunks).toString()).toBe('a');
  expect(await origin.list?.()).toEqual([{ key: 'archives/a.zip', sizeBytes: 9 }]);
});

test('what is not there is undefined; a folder, a file above its cap and a key outside are errors', async () => {
  expect(await origin.fetch('archives/b.zip', { maxBytes: 9 })).toBeUndefined();
  expect(await origin.fetch('archives/a.zip/b', { maxBytes: 9 })).toBeUndefined();
  await expect(origin.fetch('archives', { maxBytes: 9 })).rejects.toMatchObject({ code: 'ERR_SOURCE_FAILED' });
  await expect(origin.fetch('archives/a.zip', { maxBytes: 8 })).rejects.toMatchObject({ code: 'ERR_SOURCE_TOO_LARGE' });
  await expect(origin.fetch('../secret', { maxBytes: 9 })).rejects.toMatchObject({ code: 'ERR_SOURCE_KEY' });
  await expect(origin.open('archives/a.zip', { sizeBytes: 8 })).rejects.toMatchObject({ code: 'ERR_VERIFY_SIZE' });
  await expect(origin.open('archives/b.zip', { sizeBytes: 8 })).rejects.toMatchObject({ code: 'ERR_SOURCE_MISSING' });
  await expect(folderOrigin(join(folder, 'none')).list?.()).rejects.toMatchObject({ code: 'ERR_SOURCE_MISSING' });
});
