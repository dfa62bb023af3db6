import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildLayout, buildZip, layoutKeys, serveFiles } from '@lading/fixtures';
import { isLadingError } from '@lading/manifest';
import { afterEach, describe, expect, test } from 'vitest';
import { coalescedSource } from '../coalesced-source.js';
import { httpSource } from '../http-source.js';
import { memoryContent } from '../memory-content.js';
import { memoryOrigin } from '../memory-origin.js';
import { memorySource } from '../memory-source.js';
import { memoryStore } from '../memory-store.js';
import { createRuntime, type Runtime } from '../runtime.js';
import type { RuntimeEvent } from '../runtime-events.js';
import type { RuntimeOptions } from '../runtime-options.js';
import { fileSource } from './file-source.js';
import { folderContent } from './folder-content.js';
import { nodeStore } from './node-store.js';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(options: Partial<RuntimeOptions> = {}): Promise<Runtime> {
  const runtime = await createRuntime({ store: memoryStore(), ...options });
  closers.push(() => runtime.close());
  return runtime;
}

async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lading-mount-'));
  closers.push(() => rm(folder, { recursive: true }));
  for (const [name, value] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), value);
  }
  return folder;
}

const readText = async (runtime: Runtime, path: string): Promise<string> =>
  new TextDecoder().decode(await runtime.read(path));

async function problemOf(promise: Promise<unknown>): Promise<unknown> {
  const error = await promise.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  return isLadingError(error) ? { ...error.details, code: error.code } : error;
}

describe('zips', () => {
  const members = [
    { name: 'levels/1.json', bytes: text('one') },
    { name: 'levels/1.bin', bytes: new Uint8Array(900_000).fill(7) },
    { name: 'levels/2.json', bytes: text('two') },
  ];

  test('a file on disk is mounted where it stands', async () => {
    const folder = await folderOf({});
    const file = join(folder, 'levels.zip');
    await writeFile(file, buildZip(members).bytes);
    const runtime = await start();
    await runtime.addMount({ name: 'levels', priority: 1, source: await fileSource(file) });
    expect(await readText(runtime, '/levels/2.json')).toBe('two');
    expect(runtime.mounts()).toMatchObject([{ name: 'levels', state: 'local', entries: 3 }]);
  });

  test('any zip on a server is mounted by ranges: what is read is fetched, not the rest', async () => {
    const zip = buildZip(members).bytes;
    const server = await serveFiles(new Map([['levels.zip', zip]]));
    closers.push(() => server.close());
    const runtime = await start();
    const source = coalescedSource(await httpSource(`${server.url}levels.zip`));
    await runtime.addMount({ name: 'levels', source, mode: 'remote' });
    expect(await readText(runtime, '/levels/2.json')).toBe('two');
    expect(runtime.resolve('/levels/2.json').state).toBe('remote');
    expect(server.requests.every((line) => line.includes('bytes='))).toBe(true);
    const fetched = server.requests.map((line) => {
      const [, from, to] = /bytes=(\d+)-(\d+)/.exec(line) ?? [];
      return Number(to) - Number(from) + 1;
    });
    expect(fetched.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(zip.length / 2);
  });
});

describe('a plain folder', () => {
  test('serves its files by their paths', async () => {
    const folder = await folderOf({ 'levels/1.json': 'one', 'a/b/c/d.txt': 'deep', empty: '' });
    const runtime = await start();
    await runtime.addMount({ name: 'files', content: await folderContent(folder), priority: 3 });
    expect(await readText(runtime, '/levels/1.json')).toBe('one');
    expect(await readText(runtime, '/a/b/c/d.txt')).toBe('deep');
    expect(await readText(runtime, '/empty')).toBe('');
    expect(runtime.mounts()).toMatchObject([{ name: 'files', priority: 3, entries: 3, sizeBytes: 7, state: 'local' }]);
    expect(runtime.resolve('/levels/1.json').entry).toMatchObject({ member: 'levels/1.json', sizeBytes: 3 });
    for (const path of ['/levels', '/__proto__', '/constructor']) expect(runtime.resolve(path).state).toBe('missing');
  });

  test('a file that changed or went away since fails its reads, and nothing else is served in its place', async () => {
    const folder = await folderOf({ 'a.txt': 'first', 'b.txt': 'first', 'c.txt': 'first', 'd.txt': 'fine' });
    const runtime = await start();
    await runtime.addMount({
      name: 'zip',
      source: memorySource(buildZip([{ name: 'a.txt', bytes: text('old') }]).bytes),
    });
    await runtime.addMount({ name: 'files', content: await folderContent(folder), priority: 1 });
    await writeFile(join(folder, 'a.txt'), 'longer than first');
    await writeFile(join(folder, 'b.txt'), 'other');
    await utimes(join(folder, 'b.txt'), new Date(1000), new Date(1000));
    await rm(join(folder, 'c.txt'));
    await writeFile(join(folder, 'new.txt'), 'new');
    expect(await problemOf(runtime.read('/a.txt'))).toMatchObject({ code: 'ERR_SOURCE_CHANGED' });
    expect(await problemOf(runtime.read('/b.txt'))).toMatchObject({ code: 'ERR_SOURCE_CHANGED' });
    expect(await problemOf(runtime.read('/c.txt'))).toMatchObject({ code: 'ERR_SOURCE_MISSING' });
    expect(await problemOf(runtime.read('/new.txt'))).toMatchObject({ code: 'ERR_RESOURCE_NOT_FOUND' });
    expect(await readText(runtime, '/d.txt')).toBe('fine');
  });

  test('is refused with everything in it that cannot be served', async () => {
    const folder = await folderOf({ 'good.txt': 'good', 'a\\b.txt': 'backslash', 'c:d.txt': 'colon' });
    await symlink('/etc', join(folder, 'etc'));
    await symlink(join(folder, 'good.txt'), join(folder, 'link.txt'));
    expect(await problemOf(folderContent(folder))).toMatchObject({
      code: 'ERR_MOUNT_CONTENT',
      problems: expect.arrayContaining([
        { path: '/etc', problem: 'is a link or no file' },
        { path: '/link.txt', problem: 'is a link or no file' },
      ]),
    });
    await rm(join(folder, 'etc'));
    await rm(join(folder, 'link.txt'));
    expect(await problemOf(folderContent(folder))).toMatchObject({
      code: 'ERR_MOUNT_CONTENT',
      problems: [{ path: '/a\\b.txt' }, { path: '/c:d.txt' }],
    });
  });

  test('a file that became a link is not followed', async () => {
    const folder = await folderOf({ 'a.txt': 'first' });
    const runtime = await start({ base: await folderContent(folder) });
    await rm(join(folder, 'a.txt'));
    await symlink('/etc/hostname', join(folder, 'a.txt'));
    await expect(runtime.read('/a.txt')).rejects.toThrow();
  });

  test('that is none, is not there or is too big has its own error', async () => {
    const folder = await folderOf({ a: '1', b: '2', 'c/d': '3' });
    expect(await problemOf(folderContent(join(folder, 'nowhere')))).toMatchObject({ code: 'ERR_SOURCE_MISSING' });
    expect(await problemOf(folderContent(join(folder, 'a')))).toMatchObject({ code: 'ERR_SOURCE_MISSING' });
    const limited = folderContent(folder, { maxFiles: 2 });
    expect(await problemOf(limited)).toMatchObject({ code: 'ERR_SOURCE_TOO_LARGE', maxFiles: 2 });
  });
});

describe('the base', () => {
  const base = () => memoryContent(new Map([['/a.txt', text('built in')]]));

  test('serves what no mount has, below all of them, and cannot be taken away', async () => {
    const runtime = await start({ base: base() });
    expect(runtime.mounts()).toMatchObject([{ name: '_base', priority: -10 }]);
    expect(await readText(runtime, '/a.txt')).toBe('built in');
    await runtime.addMount({ name: 'update', content: memoryContent(new Map([['/a.txt', text('newer')]])) });
    expect(await readText(runtime, '/a.txt')).toBe('newer');
    expect(runtime.resolve('/a.txt').shadowed).toMatchObject([{ name: '_base' }]);
    expect(runtime.conflicts()).toEqual([]);
    expect(await problemOf(runtime.removeMount('_base'))).toMatchObject({ code: 'ERR_MOUNT_NAME' });
    expect(await problemOf(runtime.addMount({ name: '_base', content: base() }))).toMatchObject({
      code: 'ERR_MOUNT_NAME',
    });
    await runtime.removeMount('update');
    expect(await readText(runtime, '/a.txt')).toBe('built in');
  });

  test('is enough to start with, whatever the channel says; what is wrong with it is reported', async () => {
    const layout = await buildLayout({ keys: await layoutKeys(), archives: {}, roots: {} });
    const events: RuntimeEvent[] = [];
    const runtime = await start({
      base: base(),
      origin: memoryOrigin(new Map()),
      keys: layout.root,
      onEvent: (event) => void events.push(event),
    });
    expect(await readText(runtime, '/a.txt')).toBe('built in');
    expect(events.filter(({ type }) => type === 'refreshFailed')).toHaveLength(1);
    expect(await problemOf(runtime.ensure('/a.txt'))).toMatchObject({ code: 'ERR_NO_CHANNEL' });
  });

  test('is what a failed first release goes back to, without the network', async () => {
    const archives = { level: { members: [{ name: 'a.txt', bytes: text('release 1') }] } };
    const layout = await buildLayout({ keys: await layoutKeys(), archives, roots: { '/a.txt': ['level'] } });
    const folder = await folderOf({});
    const files = new Map(layout.files);
    const starts = async (): Promise<Runtime> => {
      const store = nodeStore(folder);
      closers.push(() => store.close());
      return start({ store, base: base(), origin: memoryOrigin(files), keys: layout.root, probation: true });
    };
    await (await starts()).ensure('/a.txt');
    files.clear();
    expect(await readText(await starts(), '/a.txt')).toBe('release 1');
    const third = await starts();
    expect(await readText(third, '/a.txt')).toBe('built in');
    expect(third.status().blocked).toMatchObject([{ failure: 'crash' }]);
  });

  test('is closed with the runtime, also where that does not start', async () => {
    let closes = 0;
    const counted = () => ({ ...base(), close: async () => void closes++ });
    await (await start({ base: counted() })).close();
    expect(closes).toBe(1);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(
      start({ base: counted(), signal, origin: memoryOrigin(new Map()), keys: 'first-use' }),
    ).rejects.toThrow();
    expect(closes).toBe(2);
  });

  test('paths that are none are refused, all at once', () => {
    const files = new Map([
      ['a.txt', text('')],
      ['/b/../c', text('')],
      ['/d', text('')],
    ]);
    expect(() => memoryContent(files)).toThrow(expect.objectContaining({ code: 'ERR_MOUNT_CONTENT' }));
  });
});

test('a mount is of one thing', async () => {
  const runtime = await start();
  const content = memoryContent(new Map());
  const both = runtime.addMount({ name: 'a', content, source: memorySource(new Uint8Array()) });
  expect(await problemOf(both)).toMatchObject({ code: 'ERR_RUNTIME_OPTIONS' });
  expect(await problemOf(runtime.addMount({ name: 'a' }))).toMatchObject({ code: 'ERR_RUNTIME_OPTIONS' });
});
