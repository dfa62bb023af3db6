import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObjectMeta, PublishTarget } from '../publish-target.js';
import { folderTarget } from './folder-target.js';
import { uniqueName } from './owner-tag.js';

const META: ObjectMeta = { contentType: 'application/zip', cacheControl: 'no-cache' };
let scratch: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'lading-folder-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

describe('folderTarget', () => {
  it('follows no symbolic link, on the way or at the end', async () => {
    const dir = await mkdtemp(join(scratch, 'links-'));
    const outside = await mkdtemp(join(scratch, 'outside-'));
    await writeFile(join(outside, 'secret'), 'secret');
    await symlink(outside, join(dir, 'archives'));
    await symlink(join(outside, 'secret'), join(dir, 'file'));
    const target = folderTarget(dir);
    await expect(target.get('archives/secret', { maxBytes: 10 })).rejects.toMatchObject({ code: 'ERR_TARGET_KEY' });
    await expect(target.put('archives/new', new Uint8Array(1), META)).rejects.toMatchObject({ code: 'ERR_TARGET_KEY' });
    await expect(target.head('file')).rejects.toMatchObject({ code: 'ERR_TARGET_KEY' });
    await target.put('file', new Uint8Array([1]), META);
    expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('secret');
    expect(await readdir(outside)).toEqual(['secret']);
    expect(await keysOf(target)).toEqual(['file']);
  });

  it('may itself be reached through a symbolic link', async () => {
    const dir = await mkdtemp(join(scratch, 'real-'));
    await symlink(dir, join(scratch, 'alias'));
    await folderTarget(join(scratch, 'alias')).put('a/b', new Uint8Array([7]), META);
    expect(await readFile(join(dir, 'a/b'))).toEqual(Buffer.from([7]));
  });

  it('deletes what a killed process left, and nothing of a living one', async () => {
    const dir = await mkdtemp(join(scratch, 'left-'));
    const target = folderTarget(dir);
    const staging = join(dir, '.lading/tmp');
    let own = '';
    await target.put(
      'a',
      {
        sizeBytes: 1,
        async *open() {
          own = (await readdir(staging))[0] ?? '';
          yield new Uint8Array(1);
        },
      },
      META,
    );
    const dead = own.replace(/-\d+-/, '-999999999-');
    const living = own.replace(/-\d+-/, '-1-');
    await mkdir(staging, { recursive: true });
    for (const name of [dead, living]) await writeFile(join(staging, name), 'part');
    await folderTarget(dir).put('b', new Uint8Array(1), META);
    expect(await readdir(staging)).toEqual([living]);
  });

  it('goes past the lock of a killed process at once, and waits for a living one', async () => {
    const dir = await mkdtemp(join(scratch, 'lock-'));
    const lockFolder = join(dir, '.lading/locks', createHash('sha256').update('a').digest('hex').slice(0, 32));
    const target = folderTarget(dir);
    const own = uniqueName();
    await mkdir(lockFolder, { recursive: true });
    await writeFile(join(lockFolder, own.replace(/-\d+-/, '-999999999-')), '');
    const { etag } = await target.putIf('a', new Uint8Array(1), META, { ifNoneMatch: '*' });

    await mkdir(lockFolder, { recursive: true });
    await writeFile(join(lockFolder, own.replace(/-\d+-/, '-1-')), '');
    const signal = AbortSignal.timeout(200);
    const waiting = target.putIf('a', new Uint8Array(2), META, { ifMatch: etag }, { signal });
    await expect(waiting).rejects.toMatchObject({ name: 'TimeoutError' });
    expect((await target.head('a'))?.sizeBytes).toBe(1);
  });

  it('says which keys a folder cannot hold', async () => {
    const target = folderTarget(await mkdtemp(join(scratch, 'keys-')));
    await target.put('a', new Uint8Array(1), META);
    await expect(target.put('a/b', new Uint8Array(1), META)).rejects.toMatchObject({ code: 'ERR_TARGET_KEY' });
    await target.put('c/d', new Uint8Array(1), META);
    await expect(target.put('c', new Uint8Array(1), META)).rejects.toMatchObject({ code: 'ERR_TARGET_KEY' });
    await expect(target.put('.lading/x', new Uint8Array(1), META)).rejects.toMatchObject({ code: 'ERR_TARGET_KEY' });
    await expect(target.put('x'.repeat(300), new Uint8Array(1), META)).rejects.toMatchObject({
      code: 'ERR_TARGET_KEY',
    });
  });
});

async function keysOf(target: PublishTarget): Promise<string[]> {
  const keys: string[] = [];
  for await (const object of target.list('')) keys.push(object.key);
  return keys;
}
