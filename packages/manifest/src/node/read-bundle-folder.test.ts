import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { problemPaths, rejectionOf } from '../../test/thrown.js';
import { readBundleFolder } from './index.js';

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/** A bundle folder with `game.arci` in one piece and `game.arcd` in two. */
async function bundle(changes: Record<string, string | undefined> = {}, sha1?: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lading-bundle-'));
  folders.push(folder);
  const content = [
    { name: 'game.arci', size: 4, pieces: [{ name: 'game0.arci', offset: 0 }] },
    {
      name: 'game.arcd',
      size: 8,
      sha1,
      pieces: [
        { name: 'game0.arcd', offset: 0 },
        { name: 'game1.arcd', offset: 5 },
      ],
    },
  ];
  const files = {
    'archive_files.json': JSON.stringify({ content, total_size: 12 }),
    'game0.arci': 'indx',
    'game0.arcd': 'hello',
    'game1.arcd': 'you',
    ...changes,
  };
  for (const [name, text] of Object.entries(files)) if (text !== undefined) await writeFile(join(folder, name), text);
  return folder;
}

const sha1 = createHash('sha1').update('helloyou').digest('hex');

it('puts every file together and checks its SHA-1', async () => {
  const { files, archiveFiles } = await readBundleFolder(await bundle({}, sha1));
  const texts = [...files].map(([name, bytes]) => [name, new TextDecoder().decode(bytes)]);
  expect(texts).toEqual([
    ['game.arci', 'indx'],
    ['game.arcd', 'helloyou'],
  ]);
  expect(archiveFiles.totalSizeBytes).toBe(12);
});

describe('a bundle is refused', () => {
  it('for a piece that was changed, where the list has SHA-1s', async () => {
    const error = await rejectionOf(readBundleFolder(await bundle({ 'game1.arcd': 'YOU' }, sha1)));
    expect(error.code).toBe('ERR_BASE_ARCHIVE_DIGEST');
    expect(problemPaths(error)).toEqual(['game.arcd']);
  });

  it('for pieces that are missing or of another size, all of a file at once', async () => {
    const error = await rejectionOf(readBundleFolder(await bundle({ 'game0.arcd': undefined, 'game1.arcd': 'your' })));
    expect(error.code).toBe('ERR_BASE_ARCHIVE');
    expect(error.details.problems).toEqual([
      { path: 'game0.arcd', problem: 'is missing' },
      { path: 'game1.arcd', problem: 'has 4 bytes; expected 3' },
    ]);
  });

  it('without its list, with a hint where to look', async () => {
    const error = await rejectionOf(readBundleFolder(await bundle({ 'archive_files.json': undefined })));
    expect(error.code).toBe('ERR_BASE_ARCHIVE');
    expect(error.hint).toContain('archive/');
  });

  it('for a list that is none, or too large', async () => {
    expect((await rejectionOf(readBundleFolder(await bundle({ 'archive_files.json': '{' })))).code).toBe('ERR_JSON');
    const huge = ' '.repeat(4_194_305);
    expect((await rejectionOf(readBundleFolder(await bundle({ 'archive_files.json': huge })))).code).toBe(
      'ERR_TOO_LARGE',
    );
  });

  it('above the size that the caller allows, before it is read', async () => {
    const error = await rejectionOf(readBundleFolder(await bundle(), { maxBytes: 11 }));
    expect(error.code).toBe('ERR_TOO_LARGE');
  });
});

it('stops when it is aborted', async () => {
  const folder = await bundle();
  await expect(readBundleFolder(folder, { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
});
