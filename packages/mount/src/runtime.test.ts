// Over 300 lines: one runtime as an app meets it, from the first ensure to trust; every part starts from the same layout and server.
import { buildLayout, buildZip, type FileServer, type Layout, layoutKeys, serveFiles } from '@lading/fixtures';
import type { Channel } from '@lading/manifest';
import { afterEach, describe, expect, test } from 'vitest';
import { memoryOrigin } from './memory-origin.js';
import { memorySource } from './memory-source.js';
import { memoryStore } from './memory-store.js';
import { MountError } from './mount-error.js';
import type { MountStore } from './mount-store.js';
import { createRuntime, type Runtime } from './runtime.js';
import type { RuntimeEvent } from './runtime-events.js';
import type { RuntimeOptions } from './runtime-options.js';
import type { Progress } from './runtime-types.js';

const keys = await layoutKeys();
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const file = (name: string, value: string) => ({ name, bytes: text(value) });

const ARCHIVES = {
  'level-1': { members: [file('levels/1.json', 'level one'), file('levels/1.bin', 'x'.repeat(200_000))] },
  'level-2': { members: [file('levels/2.json', 'level two')] },
  shared: { members: [file('shared/sky.png', 'sky'), file('shared/music.ogg', 'la la')], priority: 5 },
};
const ROOTS = { '/levels/1.json': ['level-1', 'shared'], '/levels/2.json': ['level-2', 'shared'] };

const NEW = {
  ...ARCHIVES,
  'level-1': { members: [file('levels/1.json', 'level one, new')] },
  shared: { members: [file('shared/sky.png', 'new sky')], priority: 5 },
};

function layoutOf(changes: Partial<Parameters<typeof buildLayout>[0]> = {}): Promise<Layout> {
  return buildLayout({ keys, archives: ARCHIVES, roots: ROOTS, ...changes });
}

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(layout: Layout, options: Partial<RuntimeOptions> = {}): Promise<Runtime> {
  const origin = memoryOrigin(layout.files);
  const runtime = await createRuntime({ store: memoryStore(), origin, keys: layout.root, ...options });
  closers.push(() => runtime.close());
  return runtime;
}

async function serve(layout: Layout): Promise<FileServer> {
  const server = await serveFiles(layout.files);
  closers.push(() => server.close());
  return server;
}

const code = (expected: string) => expect.objectContaining({ code: expected });

describe('ensure', () => {
  test('downloads, verifies and mounts what a root needs, and read gives its bytes', async () => {
    const layout = await layoutOf();
    const runtime = await start(layout);
    const done = await runtime.ensure('/levels/1.json');
    expect(done.mounts.map(({ name }) => name)).toEqual(['level-1', 'shared']);
    expect(decode(await runtime.read('/levels/1.json'))).toBe('level one');
    expect(decode(await runtime.read('/shared/sky.png'))).toBe('sky');
    await expect(runtime.read('/levels/2.json')).rejects.toEqual(code('ERR_RESOURCE_NOT_FOUND'));
  });

  test('missing says ahead of time exactly what ensure downloads, and less once parts are there', async () => {
    const layout = await layoutOf();
    const runtime = await start(layout);
    const before = runtime.missing('/levels/1.json');
    expect(before).toMatchObject({ archives: ['level-1', 'shared'], resources: 4, requests: 2 });
    expect((await runtime.ensure('/levels/1.json')).receivedBytes).toBe(before.bytes);
    expect(runtime.missing('/levels/1.json')).toMatchObject({ archives: [], bytes: 0, requests: 0, resources: 0 });
    expect(runtime.missing('/levels/2.json')).toMatchObject({ archives: ['level-2'], requests: 1 });
  });

  test('progress never goes back and ends at exactly the planned bytes', async () => {
    const layout = await layoutOf();
    const runtime = await start(layout);
    const planned = runtime.missing('/levels/1.json').bytes;
    const seen: Progress[] = [];
    await runtime.ensure('/levels/1.json', { onProgress: (progress) => void seen.push(progress) });
    expect(seen.every(({ totalBytes }) => totalBytes === planned)).toBe(true);
    expect(seen.every(({ receivedBytes }, i) => receivedBytes > (seen[i - 1]?.receivedBytes ?? 0))).toBe(true);
    expect(seen.at(-1)?.receivedBytes).toBe(planned);
  });

  test('ten callers at once cause one download of each archive', async () => {
    const layout = await layoutOf();
    const server = await serve(layout);
    const channel = `${server.url}channels/stable.json`;
    const runtime = await createRuntime({ store: memoryStore(), channel, keys: layout.root });
    closers.push(() => runtime.close());
    await Promise.all(Array.from({ length: 10 }, (_, i) => runtime.ensure(`/levels/${1 + (i % 2)}.json`)));
    const archives = server.requests.filter((line) => line.includes('archives/'));
    expect(archives).toHaveLength(3);
  });

  test('a download that is aborted goes on where it stopped', async () => {
    const layout = await layoutOf();
    const runtime = await start(layout);
    const controller = new AbortController();
    const first = runtime.ensure('/levels/1.json', {
      signal: controller.signal,
      onProgress: ({ archive }) => archive === 'level-1' && controller.abort(new Error('enough')),
    });
    await expect(first).rejects.toThrow('enough');
    const whole = layout.release.archives.find(({ name }) => name === 'level-1')?.sizeBytes ?? 0;
    const resumed: number[] = [];
    runtime.on('downloadStarted', (event) => event.archive === 'level-1' && resumed.push(event.resumedBytes));
    await runtime.ensure('/levels/1.json');
    expect(resumed[0]).toBeGreaterThan(0);
    expect(resumed[0]).toBeLessThan(whole);
    expect(decode(await runtime.read('/levels/1.json'))).toBe('level one');
  });

  test('one caller that aborts does not take the download from the other', async () => {
    const layout = await layoutOf();
    const runtime = await start(layout);
    const controller = new AbortController();
    const loser = runtime.ensure('/levels/1.json', { signal: controller.signal });
    const winner = runtime.ensure('/levels/1.json', { onProgress: () => controller.abort() });
    await expect(loser).rejects.toThrow();
    await winner;
    expect(decode(await runtime.read('/levels/1.json'))).toBe('level one');
  });

  test('a connection that breaks is resumed with a range request', async () => {
    const layout = await layoutOf();
    const server = await serve(layout);
    let cuts = 2;
    server.hook = (_request, response, key) => {
      if (!key.startsWith('archives/level-1') || cuts-- <= 0) return false;
      const bytes = layout.files.get(key) ?? new Uint8Array();
      const from = Number(/bytes=(\d+)-/.exec(_request.headers.range ?? '')?.[1] ?? 0);
      const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
      const headers = { 'content-length': bytes.length - from, 'content-range': range };
      response.writeHead(from > 0 ? 206 : 200, headers);
      response.write(bytes.subarray(from, from + 70_000), () => response.destroy());
      return true;
    };
    const channel = `${server.url}channels/stable.json`;
    const runtime = await createRuntime({ store: memoryStore(), channel, keys: layout.root, retryDelayMs: 1 });
    closers.push(() => runtime.close());
    await runtime.ensure('/levels/1.json');
    expect(server.requests.filter((line) => /level-1.*bytes=\d+-$/.test(line))).toHaveLength(2);
    expect(decode(await runtime.read('/levels/1.json'))).toBe('level one');
  });

  test('a server without range support is read from the start, and nothing is appended twice', async () => {
    const layout = await layoutOf();
    const server = await serve(layout);
    let isFirst = true;
    server.hook = (_request, response, key) => {
      if (!key.startsWith('archives/level-1')) return false;
      const bytes = layout.files.get(key) ?? new Uint8Array();
      response.writeHead(200, { 'content-length': bytes.length });
      if (isFirst) response.write(bytes.subarray(0, 70_000), () => response.destroy());
      else response.end(bytes);
      isFirst = false;
      return true;
    };
    const channel = `${server.url}channels/stable.json`;
    const runtime = await createRuntime({ store: memoryStore(), channel, keys: layout.root, retryDelayMs: 1 });
    closers.push(() => runtime.close());
    await runtime.ensure('/levels/1.json');
    expect(decode(await runtime.read('/levels/1.json'))).toBe('level one');
  });

  test('changed bytes are refused, nothing is mounted, and the error is not retryable', async () => {
    const layout = await layoutOf();
    const key = layout.release.archives[0]?.key ?? '';
    const bytes = layout.files.get(key)?.slice() ?? new Uint8Array();
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    layout.files.set(key, bytes);
    const runtime = await start(layout);
    const failed = runtime.ensure('/levels/1.json');
    await expect(failed).rejects.toMatchObject({ code: 'ERR_VERIFY_DIGEST', retryable: false });
    expect(runtime.mounts()).toEqual([]);
  });

  test('an archive that is missing and one that is forbidden are two different errors', async () => {
    const layout = await layoutOf();
    const server = await serve(layout);
    const channel = `${server.url}channels/stable.json`;
    const runtime = await createRuntime({ store: memoryStore(), channel, keys: layout.root, retryDelayMs: 1 });
    closers.push(() => runtime.close());
    layout.files.delete(layout.release.archives[0]?.key ?? '');
    await expect(runtime.ensure('/levels/1.json')).rejects.toEqual(code('ERR_SOURCE_MISSING'));
    server.hook = (_request, response) => response.writeHead(403).end() !== undefined;
    await expect(runtime.ensure('/levels/2.json')).rejects.toEqual(code('ERR_SOURCE_FORBIDDEN'));
  });

  test('a root that the release does not have is named with those that it has', async () => {
    const runtime = await start(await layoutOf());
    expect(() => runtime.missing('/levels/9.json')).toThrow(code('ERR_ROOT_NOT_FOUND'));
    await expect(runtime.ensure('/levels/9.json')).rejects.toMatchObject({
      hint: expect.stringContaining('/levels/1.json'),
    });
  });
});

describe('remote mounts', () => {
  test('opening one costs a single range request, and reads fetch only what they need', async () => {
    const layout = await layoutOf();
    const server = await serve(layout);
    const channel = `${server.url}channels/stable.json`;
    const runtime = await createRuntime({ store: memoryStore(), channel, keys: layout.root });
    closers.push(() => runtime.close());
    const mount = await runtime.addMount({ name: 'far', archive: 'level-1', mode: 'remote' });
    expect(mount.state).toBe('remote');
    expect(server.requests.filter((line) => line.includes('archives/'))).toHaveLength(1);
    expect(runtime.resolve('/levels/1.json').state).toBe('remote');
    expect(decode(await runtime.read('/levels/1.json'))).toBe('level one');
    expect(server.requests.filter((line) => line.includes('archives/'))).toHaveLength(2);
  });

  test('mode both serves by ranges at once and becomes local in place', async () => {
    const runtime = await start(await layoutOf());
    const isLocal = new Promise<void>((resolve) => {
      runtime.on('mounted', ({ mount }) => mount.state === 'local' && resolve());
    });
    const mount = await runtime.addMount({ name: 'both', archive: 'level-1', mode: 'both' });
    expect(mount.state).toBe('remote');
    await isLocal;
    expect(runtime.mounts()[0]).toMatchObject({ name: 'both', state: 'local', sequence: mount.sequence });
    expect(decode(await runtime.read('/levels/1.json'))).toBe('level one');
  });
});

describe('the mount table', () => {
  const zip = (name: string, value: string) => memorySource(buildZip([file(name, value)]).bytes);

  test('the higher priority wins whatever the order; of equals the later one, and the tie is reported', async () => {
    const runtime = await createRuntime({ store: memoryStore() });
    await runtime.addMount({ name: 'high', priority: 9, source: zip('a.txt', 'high') });
    await runtime.addMount({ name: 'low', priority: 1, source: zip('a.txt', 'low') });
    expect(decode(await runtime.read('/a.txt'))).toBe('high');
    expect(runtime.conflicts()).toEqual([]);
    await runtime.addMount({ name: 'tie', priority: 9, source: zip('a.txt', 'tie') });
    expect(decode(await runtime.read('/a.txt'))).toBe('tie');
    const resolution = runtime.resolve('/a.txt');
    expect(resolution.shadowed.map(({ name }) => name)).toEqual(['high', 'low']);
    expect(runtime.conflicts()).toMatchObject([{ path: '/a.txt', priority: 9, mounts: ['tie', 'high'] }]);
  });

  test('a broken winner fails the read and never shows what it shadows', async () => {
    const runtime = await createRuntime({ store: memoryStore() });
    const broken = buildZip([file('a.txt', 'new bytes')]);
    await runtime.addMount({ name: 'old', priority: 1, source: zip('a.txt', 'old bytes') });
    await runtime.addMount({ name: 'new', priority: 2, source: memorySource(broken.bytes) });
    const at = new TextDecoder('latin1').decode(broken.bytes).indexOf('new bytes');
    broken.bytes[at] = (broken.bytes[at] ?? 0) ^ 1;
    await expect(runtime.read('/a.txt')).rejects.toEqual(code('ERR_VERIFY_DIGEST'));
    expect(runtime.resolve('/a.txt').mount?.name).toBe('new');
  });

  test('an allow-list hides everything else of a mount', async () => {
    const runtime = await createRuntime({ store: memoryStore() });
    const theme = buildZip([file('themes/a.txt', 'theme'), file('main.js', 'evil')]);
    await runtime.addMount({ name: 'base', source: zip('main.js', 'good') });
    await runtime.addMount({ name: 'mod', priority: 9, allow: ['/themes/**'], source: memorySource(theme.bytes) });
    expect(decode(await runtime.read('/main.js'))).toBe('good');
    expect(decode(await runtime.read('/themes/a.txt'))).toBe('theme');
  });

  test('a snapshot reads on in its generation after the mount is gone', async () => {
    const runtime = await createRuntime({ store: memoryStore() });
    await runtime.addMount({ name: 'a', source: zip('a.txt', 'still here') });
    const snapshot = runtime.snapshot();
    await runtime.removeMount('a');
    expect(runtime.resolve('/a.txt').state).toBe('missing');
    expect(decode(await snapshot.read('/a.txt'))).toBe('still here');
    await snapshot.close();
    await expect(snapshot.read('/a.txt')).rejects.toEqual(code('ERR_RUNTIME_CLOSED'));
  });

  test('a source is closed when nobody reads from it any more, not before', async () => {
    const runtime = await createRuntime({ store: memoryStore() });
    let closed = 0;
    const source = { ...zip('a.txt', 'a'), close: async () => void closed++ };
    await runtime.addMount({ name: 'a', source });
    const snapshot = runtime.snapshot();
    await runtime.removeMount('a');
    expect(closed).toBe(0);
    await snapshot.close();
    expect(closed).toBe(1);
  });

  test.each([
    ['ERR_MOUNT_NAME', { name: '' }],
    ['ERR_MOUNT_NAME', { name: '_base' }],
    ['ERR_MOUNT_NAME', { name: 'x'.repeat(64) }],
    ['ERR_MOUNT_NAME', { name: 'a\nb' }],
    ['ERR_MOUNT_PRIORITY', { name: 'a', priority: -1 }],
    ['ERR_MOUNT_PRIORITY', { name: 'a', priority: 1.5 }],
    ['ERR_MOUNT_PATTERN', { name: 'a', allow: ['*.png'] }],
    ['ERR_MOUNT_EXISTS', { name: 'taken' }],
  ])('%s for %j', async (expected, options) => {
    const runtime = await createRuntime({ store: memoryStore() });
    await runtime.addMount({ name: 'taken', source: zip('a.txt', 'a') });
    await expect(runtime.addMount({ source: zip('a.txt', 'a'), ...options })).rejects.toEqual(code(expected));
    expect(runtime.mounts()).toHaveLength(1);
  });

  test('names from Object.prototype are names like others', async () => {
    const runtime = await createRuntime({ store: memoryStore() });
    await runtime.addMount({ name: 'constructor', source: zip('__proto__', 'p') });
    expect(decode(await runtime.read('/__proto__'))).toBe('p');
    await expect(runtime.read('/constructor')).rejects.toEqual(code('ERR_RESOURCE_NOT_FOUND'));
    await expect(runtime.removeMount('toString')).rejects.toEqual(code('ERR_MOUNT_NOT_FOUND'));
  });

  test('a path that is none is a path error, not a missing resource', async () => {
    const runtime = await createRuntime({ store: memoryStore() });
    await expect(runtime.read('../etc/passwd')).rejects.toEqual(code('ERR_PATH'));
    expect(() => runtime.resolve('/a//b')).toThrow(code('ERR_PATH'));
  });

  test('response, blob and url carry the bytes and their type', async () => {
    const runtime = await createRuntime({ store: memoryStore() });
    await runtime.addMount({ name: 'a', source: zip('a.json', '{"a":1}') });
    const response = await runtime.response('/a.json');
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('etag')).toMatch(/^"sha256:[0-9a-f]{64}"$/);
    expect(await response.json()).toEqual({ a: 1 });
    const url = await runtime.url('/a.json');
    expect(await (await fetch(url)).text()).toBe('{"a":1}');
    URL.revokeObjectURL(url);
  });
});

describe('sessions', () => {
  test('mounts come back at the next start, without the network, and a removed one stays away', async () => {
    const layout = await layoutOf();
    const store = memoryStore();
    const first = await start(layout, { store });
    await first.ensure('/levels/1.json');
    await first.addMount({ name: 'extra', archive: 'level-2', priority: 50, allow: ['/levels/**'] });
    await first.close();
    const offline = memoryOrigin(new Map());
    const second = await createRuntime({ store, origin: offline, keys: layout.root, start: 'stored' });
    expect(second.mounts().map(({ name, sequence }) => `${name} ${sequence}`)).toEqual([
      'extra 3',
      'level-1 1',
      'shared 2',
    ]);
    expect(decode(await second.read('/levels/2.json'))).toBe('level two');
    await second.removeMount('extra');
    await second.close();
    const third = await createRuntime({ store, origin: offline, keys: layout.root, start: 'stored' });
    expect(third.mounts().map(({ name }) => name)).toEqual(['level-1', 'shared']);
    const again = await third.addMount({ name: 'extra', archive: 'level-1' });
    expect(again.sequence).toBe(4);
  });

  test('an unreachable channel is reported and what is stored runs; without anything stored it is an error', async () => {
    const layout = await layoutOf();
    const store = memoryStore();
    const events: RuntimeEvent[] = [];
    const down = async (): Promise<never> => {
      throw new TypeError('fetch failed');
    };
    const channel = 'http://127.0.0.1:1/content/channels/stable.json';
    const options = {
      store,
      channel,
      fetch: down,
      keys: layout.root,
      onEvent: (e: RuntimeEvent) => void events.push(e),
    };
    const started = createRuntime(options);
    await expect(started).rejects.toMatchObject({ code: 'ERR_SOURCE_UNREACHABLE', retryable: true });
    await (await start(layout, { store })).ensure('/levels/2.json');
    const runtime = await createRuntime(options);
    expect(decode(await runtime.read('/levels/2.json'))).toBe('level two');
    expect(events.map(({ type }) => type)).toContain('refreshFailed');
  });

  test('one broken mount is dropped with its reason and does not block the others', async () => {
    const layout = await layoutOf();
    const store = memoryStore();
    const first = await start(layout, { store });
    await first.ensure('/levels/1.json');
    const lost = layout.release.archives.find(({ name }) => name === 'level-1');
    if (lost !== undefined) await store.archives.remove(lost.digest);
    await store.transaction((records) => records.set('mount/odd', { name: 'odd', priority: 'high' }));
    const dropped: unknown[] = [];
    const second = await start(layout, { store, onEvent: (e) => void (e.type === 'mountDropped' && dropped.push(e)) });
    expect(dropped).toMatchObject([
      { name: 'level-1', isKept: false, error: { code: 'ERR_SOURCE_MISSING' } },
      { name: 'odd', isKept: false, error: { code: 'ERR_STORE_CORRUPT' } },
    ]);
    expect(second.mounts().map(({ name }) => name)).toEqual(['shared']);
    await second.ensure('/levels/1.json');
    expect(decode(await second.read('/levels/1.json'))).toBe('level one');
  });

  test('a disk that fails while an archive is opened takes no mount away', async () => {
    const layout = await layoutOf();
    const store = memoryStore();
    await (await start(layout, { store })).ensure('/levels/1.json');
    const failing: MountStore = {
      ...store,
      archives: {
        ...store.archives,
        open: () => Promise.reject(new MountError('ERR_SOURCE_FAILED', 'archives/x.zip: EMFILE')),
      },
    };
    const dropped: unknown[] = [];
    const onEvent = (event: RuntimeEvent): void => void (event.type === 'mountDropped' && dropped.push(event.isKept));
    const second = await start(layout, { store: failing, onEvent });
    expect(second.mounts()).toEqual([]);
    expect(dropped).toEqual([true, true]);
    const third = await start(layout, { store, start: 'stored' });
    expect(third.mounts().map(({ name }) => name)).toEqual(['level-1', 'shared']);
  });

  test('a mount that could not be opened is carried to the next release all the same', async () => {
    const layout = await layoutOf();
    const store = memoryStore();
    await (await start(layout, { store })).ensure('/levels/1.json');
    let failures = 2;
    const flaky: MountStore = {
      ...store,
      archives: {
        ...store.archives,
        async open(digest) {
          if (failures-- > 0) throw new MountError('ERR_SOURCE_FAILED', 'archives/x.zip: EIO');
          return store.archives.open(digest);
        },
      },
    };
    const next = await buildLayout({ keys, archives: NEW, roots: ROOTS, sequence: 2, before: layout.files });
    const runtime = await start(next, { store: flaky });
    expect(runtime.mounts()).toEqual([]);
    await runtime.ensure('/levels/2.json');
    expect(runtime.mounts().map(({ name }) => name)).toEqual(['level-2', 'level-1', 'shared']);
    expect(decode(await runtime.read('/levels/1.json'))).toBe('level one, new');
  });

  test('bytes that rotted in the store are fetched again', async () => {
    const layout = await layoutOf();
    const store = memoryStore();
    await (await start(layout, { store })).ensure('/levels/2.json');
    const archive = layout.release.archives.find(({ name }) => name === 'level-2');
    const rotten = withRottenDirectory(store, archive?.digest ?? '');
    const second = await start(layout, { store: rotten });
    const repaired: unknown[] = [];
    second.on('repaired', (event) => void repaired.push(event));
    await second.ensure('/levels/2.json');
    expect(repaired).toHaveLength(1);
    expect(decode(await second.read('/levels/2.json'))).toBe('level two');
  });
});

/** The store as it is after bits of one archive have rotted on its disk, until the archive is written anew. */
function withRottenDirectory(store: MountStore, digest: string): MountStore {
  let isRotten = true;
  return {
    ...store,
    archives: {
      ...store.archives,
      async open(wanted) {
        const source = await store.archives.open(wanted);
        if (source === undefined || wanted !== digest || !isRotten) return source;
        const bytes = await source.read(0, source.sizeBytes);
        const at = bytes.length - 30;
        bytes[at] = (bytes[at] ?? 0) ^ 1;
        return memorySource(bytes);
      },
      async remove(wanted) {
        isRotten = isRotten && wanted !== digest;
        await store.archives.remove(wanted);
      },
    },
  };
}

describe('releases', () => {
  test('a new release is adopted by refresh; mounts move to it whole, with the next ensure', async () => {
    const layout = await layoutOf();
    const runtime = await start(layout);
    await runtime.ensure('/levels/1.json');
    const next = await buildLayout({ keys, archives: NEW, roots: ROOTS, sequence: 2, before: layout.files });
    for (const [key, bytes] of next.files) layout.files.set(key, bytes);
    expect(await runtime.refresh()).toMatchObject({ outcome: 'adopted', latest: { sequence: 2 } });
    expect(decode(await runtime.read('/shared/sky.png'))).toBe('sky');
    expect([...runtime.missing('/levels/2.json').archives].sort()).toEqual(['level-1', 'level-2', 'shared']);
    const generations: number[] = [];
    runtime.on('generation', ({ number }) => void generations.push(number));
    await runtime.ensure('/levels/2.json');
    expect(generations).toHaveLength(1);
    expect(decode(await runtime.read('/shared/sky.png'))).toBe('new sky');
    expect(decode(await runtime.read('/levels/1.json'))).toBe('level one, new');
    expect(runtime.status()).toMatchObject({ active: { sequence: 2 }, latest: { sequence: 2 } });
  });

  test('a mount that is being made survives a refresh that finds nothing new', async () => {
    const runtime = await start(await layoutOf());
    const [mount] = await Promise.all([runtime.addMount({ name: 'm', archive: 'level-1' }), runtime.refresh()]);
    expect(runtime.mounts()).toEqual([mount]);
  });

  test('a mount of the game moves to the new release with its own name and priority', async () => {
    const layout = await layoutOf();
    const runtime = await start(layout);
    await runtime.addMount({ name: 'mine', archive: 'level-1', priority: 77 });
    const next = await buildLayout({ keys, archives: NEW, roots: ROOTS, sequence: 2, before: layout.files });
    for (const [key, bytes] of next.files) layout.files.set(key, bytes);
    await runtime.refresh();
    const old = await runtime.addMount({ name: 'other', archive: 'shared' });
    expect(old.release).toBe('1.0.1');
    await runtime.ensure('/levels/2.json');
    expect(runtime.mounts()[0]).toMatchObject({ name: 'mine', priority: 77, release: '1.0.2' });
    expect(new Set(runtime.mounts().map(({ release }) => release))).toEqual(new Set(['1.0.2']));
    expect(decode(await runtime.read('/levels/1.json'))).toBe('level one, new');
  });

  test('an expired channel adopts nothing, is reported, and what runs keeps running', async () => {
    const layout = await layoutOf();
    const store = memoryStore();
    const first = await start(layout, { store });
    await first.ensure('/levels/1.json');
    const next = await buildLayout({
      keys,
      archives: NEW,
      roots: ROOTS,
      sequence: 2,
      expiresAt: '2026-02-01T00:00:00.000Z',
    });
    const events: RuntimeEvent[] = [];
    const now = (): Date => new Date('2026-06-01T00:00:00Z');
    const runtime = await start(next, { store, now, onEvent: (event) => void events.push(event) });
    expect(events.map(({ type }) => type)).toContain('stale');
    expect(runtime.status()).toMatchObject({ isStale: true, latest: { sequence: 1 } });
    expect(decode(await runtime.read('/levels/1.json'))).toBe('level one');
    await expect(start(next, { now })).rejects.toEqual(code('ERR_CHANNEL_STALE'));
  });

  test('mounts of a release that an updated app cannot use do not come back', async () => {
    const layout = await layoutOf({ compat: { app: '^1.0.0' } });
    const store = memoryStore();
    await (await start(layout, { store, app: '1.0.0' })).ensure('/levels/1.json');
    const dropped: unknown[] = [];
    const onEvent = (event: RuntimeEvent): void => void (event.type === 'mountDropped' && dropped.push(event.error));
    const runtime = await start(layout, { store, app: '2.0.0', onEvent });
    expect(runtime.mounts()).toEqual([]);
    expect(dropped).toEqual([code('ERR_RELEASE_INCOMPATIBLE'), code('ERR_RELEASE_INCOMPATIBLE')]);
  });

  test('mounts of a revoked release do not come back', async () => {
    const layout = await layoutOf();
    const store = memoryStore();
    await (await start(layout, { store })).ensure('/levels/1.json');
    const revoked = { revoked: [layout.releaseDigest] };
    const next = await buildLayout({ keys, archives: NEW, roots: ROOTS, sequence: 2, channel: revoked });
    const runtime = await start(next, { store });
    expect(runtime.mounts()).toEqual([]);
    await runtime.ensure('/levels/1.json');
    expect(decode(await runtime.read('/levels/1.json'))).toBe('level one, new');
  });

  test('an install outside the rollout keeps its release, one inside gets the new one', async () => {
    const layout = await layoutOf();
    const outcomes = new Set<string>();
    for (const installId of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
      const store = memoryStore();
      await start(layout, { store, installId });
      const next = await buildLayout({ keys, archives: NEW, roots: ROOTS, sequence: 2, channel: { rollout: 50 } });
      const runtime = await start(next, { store, installId });
      outcomes.add(`${runtime.status().latest?.sequence}`);
    }
    expect([...outcomes].sort()).toEqual(['1', '2']);
  });

  describe('an install outside the rollout', () => {
    const day = (days: number): Date => new Date(Date.parse('2027-01-01T00:00:00Z') + days * 86_400_000);
    const layoutUntil = (days: number, channel: Partial<Channel> = {}): Promise<Layout> =>
      buildLayout({
        keys,
        archives: channel.rollout === undefined ? ARCHIVES : NEW,
        roots: ROOTS,
        sequence: channel.rollout === undefined ? 1 : 2,
        channel: { expiresAt: day(days).toISOString(), ...channel },
      });
    const readOn = async (days: number, layout: Layout, store: MountStore): Promise<number | undefined> => {
      const runtime = await start(layout, { store, installId: 'a', now: () => day(days) });
      return runtime.status().latest?.sequence;
    };

    test('leaves a release that was revoked', async () => {
      const store = memoryStore();
      const first = await layoutUntil(30);
      await readOn(0, first, store);
      const staged = await layoutUntil(31, { rollout: 0, revoked: [first.releaseDigest] });
      expect(await readOn(1, staged, store)).toBe(2);
    });

    test('hears of revocations while it keeps its own', async () => {
      const store = memoryStore();
      const other = `sha256:${'7'.repeat(64)}` as const;
      await readOn(0, await layoutUntil(30), store);
      expect(await readOn(1, await layoutUntil(31, { rollout: 0, revoked: [other] }), store)).toBe(1);
      expect(await store.record('trust/latest/stable')).toMatchObject({ revoked: [other] });
    });

    test('keeps its own as long as it reads the channel in time; back too late it gets the new one', async () => {
      const store = memoryStore();
      await readOn(0, await layoutUntil(30), store);
      expect(await readOn(29, await layoutUntil(59, { rollout: 0 }), store)).toBe(1);
      expect(await readOn(58, await layoutUntil(88, { rollout: 0, sequence: 3 }), store)).toBe(1);
      expect(await readOn(89, await layoutUntil(119, { rollout: 0, sequence: 4 }), store)).toBe(2);
    });
  });
});

describe('trust', () => {
  test('a captive portal that answers everything with a page ends as an envelope error', async () => {
    const layout = await layoutOf();
    const server = await serve(layout);
    server.hook = (_request, response) => response.writeHead(200).end('<html>Log in</html>') !== undefined;
    const channel = `${server.url}channels/stable.json`;
    const started = createRuntime({ store: memoryStore(), channel, keys: layout.root });
    await expect(started).rejects.toEqual(code('ERR_ENVELOPE'));
  });

  test('a channel needs a pinned root or an explicit first use', async () => {
    const layout = await layoutOf();
    const origin = memoryOrigin(layout.files);
    await expect(createRuntime({ store: memoryStore(), origin })).rejects.toEqual(code('ERR_RUNTIME_OPTIONS'));
    const runtime = await createRuntime({ store: memoryStore(), origin, keys: 'first-use' });
    expect(runtime.status().latest?.version).toBe('1.0.1');
  });

  test('an endless document is cut at its cap', async () => {
    const layout = await layoutOf();
    const server = await serve(layout);
    let sent = 0;
    server.hook = (_request, response, key) => {
      if (!key.startsWith('channels/')) return false;
      response.writeHead(200);
      const more = (): void => {
        sent += 8_192;
        if (!response.destroyed) response.write(new Uint8Array(8_192), () => setImmediate(more));
      };
      more();
      return true;
    };
    const channel = `${server.url}channels/stable.json`;
    const started = createRuntime({ store: memoryStore(), channel, keys: layout.root });
    await expect(started).rejects.toEqual(code('ERR_SOURCE_TOO_LARGE'));
    expect(sent).toBeLessThan(20_000_000);
  });
});
