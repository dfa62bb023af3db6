import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { releaseKey, rootKey } from '@lading/manifest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryTarget } from '../memory-target.js';
import { newProject, publish, readAsClient, rotated, sourceOf, type TestProject } from '../publish.fixture.js';
import type { ReleaseSource } from '../release-source.js';
import { openReleaseFolder } from './open-release-folder.js';

let scratch: string;
let project: TestProject;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'lading-release-'));
  project = await newProject();
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

async function write(dir: string, key: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(join(dir, key)), { recursive: true });
  await writeFile(join(dir, key), bytes);
}

/** Writes sources as `split` does. */
async function folderOf(...sources: readonly ReleaseSource[]): Promise<string> {
  const dir = await mkdtemp(join(scratch, 'folder-'));
  for (const source of sources) {
    for (const { root, bytes } of source.roots) await write(dir, rootKey(root.version), bytes);
    await write(dir, releaseKey(source.digest), source.bytes);
    for (const archive of source.release.archives) {
      const body = await source.openArchive(archive, {});
      if (body instanceof Uint8Array) await write(dir, archive.key, body);
    }
  }
  return dir;
}

describe('openReleaseFolder', () => {
  it('opens what split wrote, and what it opens can be published', async () => {
    const source = await sourceOf(project, { 'level-1': 'one', 'level-2': 'two' });
    const opened = await openReleaseFolder(await folderOf(source));
    expect(opened.release).toEqual(source.release);
    expect([opened.digest, opened.sizeBytes, opened.roots.length]).toEqual([source.digest, source.sizeBytes, 1]);
    const target = memoryTarget();
    await publish(project, opened, target);
    expect((await readAsClient(target, project.roots[0]))?.release).toEqual(source.release);
  });

  it('takes the highest of several releases, or the one that is asked for', async () => {
    const sources = await Promise.all(
      [1, 3, 2].map((sequence) => sourceOf(project, { a: `${sequence}` }, { sequence, version: `1.0.${sequence}` })),
    );
    const dir = await folderOf(...sources);
    expect((await openReleaseFolder(dir)).release.version).toBe('1.0.3');
    expect((await openReleaseFolder(dir, { version: '1.0.1' })).release.sequence).toBe(1);
    expect((await openReleaseFolder(dir, { digest: sources[2]?.digest })).release.version).toBe('1.0.2');
    await expect(openReleaseFolder(dir, { version: '9' })).rejects.toMatchObject({ code: 'ERR_PUBLISH_SOURCE' });
  });

  it('does not guess between two releases with one sequence', async () => {
    const dir = await folderOf(
      await sourceOf(project, { a: 'x' }),
      await sourceOf(project, { a: 'y' }, { version: '2' }),
    );
    const error = await openReleaseFolder(dir).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'ERR_PUBLISH_SOURCE', hint: expect.stringContaining('digest or version') });
    expect((error as { details: { problems: unknown[] } }).details.problems).toHaveLength(2);
    expect((await openReleaseFolder(dir, { version: '2' })).release.version).toBe('2');
  });

  it('follows a chain of roots and honours the one that is pinned', async () => {
    const next = await rotated(project);
    const dir = await folderOf(await sourceOf(next, { a: 'x' }));
    expect((await openReleaseFolder(dir)).roots.map(({ root }) => root.version)).toEqual([1, 2]);
    expect((await openReleaseFolder(dir, { trust: next.roots.at(-1)?.bytes })).roots).toHaveLength(1);
    const stranger = await newProject();
    const foreign = openReleaseFolder(dir, { trust: stranger.roots[0].bytes });
    await expect(foreign).rejects.toMatchObject({ code: 'ERR_PUBLISH_TRUST' });
  });

  it('names all archives that are missing or have another size', async () => {
    const source = await sourceOf(project, { a: 'one', b: 'two', c: 'three' });
    const dir = await folderOf(source);
    await rm(join(dir, source.release.archives[0]?.key ?? ''));
    await writeFile(join(dir, source.release.archives[2]?.key ?? ''), 'x');
    const error = await openReleaseFolder(dir).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'ERR_PUBLISH_SOURCE' });
    expect((error as { details: { problems: unknown[] } }).details.problems).toHaveLength(2);
  });

  it('uploads no archive that has other bytes than the release says', async () => {
    const source = await sourceOf(project, { a: 'one' });
    const dir = await folderOf(source);
    await writeFile(join(dir, source.release.archives[0]?.key ?? ''), 'two');
    const target = memoryTarget();
    const publishing = publish(project, await openReleaseFolder(dir), target);
    await expect(publishing).rejects.toMatchObject({ code: 'ERR_PUBLISH_SOURCE' });
    expect([...target.objects.keys()]).toEqual(['root/1.json']);
  });

  it('refuses a release of other keys, a changed one, and one under another name', async () => {
    const stranger = await newProject();
    const foreign = { ...(await sourceOf(stranger, { a: 'x' })), roots: project.roots };
    await expect(openReleaseFolder(await folderOf(foreign))).rejects.toMatchObject({ code: 'ERR_PUBLISH_TRUST' });
    const source = await sourceOf(project, { a: 'x' });
    const renamed = { ...source, digest: `sha256:${'0'.repeat(64)}` as const };
    await expect(openReleaseFolder(await folderOf(renamed))).rejects.toMatchObject({ code: 'ERR_PUBLISH_TRUST' });
    const changed = { ...source, bytes: source.bytes.subarray(1) };
    await expect(openReleaseFolder(await folderOf(changed))).rejects.toMatchObject({ code: 'ERR_PUBLISH_TRUST' });
  });

  it('says what is missing of a folder that is none of ours', async () => {
    for (const dir of [scratch, join(scratch, 'no-such-folder')]) {
      await expect(openReleaseFolder(dir)).rejects.toMatchObject({
        code: 'ERR_PUBLISH_SOURCE',
        hint: expect.stringContaining('lading split'),
      });
    }
  });
});
