import { buildLayout, type Layout, layoutKeys } from '@lading/fixtures';
import type { VariantChoice } from '@lading/manifest';
import { afterEach, describe, expect, test } from 'vitest';
import { memoryOrigin } from './memory-origin.js';
import { memoryStore } from './memory-store.js';
import type { MountStore } from './mount-store.js';
import { createRuntime, type Runtime } from './runtime.js';

const keys = await layoutKeys();
const file = (name: string, value: string) => ({ name, bytes: new TextEncoder().encode(value) });

const AXES = [
  { axis: 'locale', values: ['en', 'de'] },
  { axis: 'resolution', values: ['low', 'high'] },
];
const ARCHIVES = {
  level: { members: [file('level.json', 'level'), file('logo.png', 'plain logo')] },
  'level.low': { variant: 'resolution=low', members: [file('sky.png', 'low sky')] },
  'level.high': { variant: 'resolution=high', members: [file('sky.png', 'high sky'), file('logo.png', 'high logo')] },
  'level.en': { variant: 'locale=en', members: [file('hi.ogg', 'hello'), file('bye.ogg', 'bye')] },
  'level.de': { variant: 'locale=de', members: [file('hi.ogg', 'hallo')] },
  'sea.low': { variant: 'resolution=low', members: [file('sea.png', 'low sea')] },
  'sea.high': { variant: 'resolution=high', members: [file('sea.png', 'high sea')] },
  other: { members: [file('other.json', 'other')] },
};
const ROOTS = {
  '/level.json': ['level', 'level.low', 'level.high', 'level.en', 'level.de'],
  '/other.json': ['other', 'level.low', 'level.high', 'sea.low', 'sea.high'],
};

function layoutOf(changes: Partial<Parameters<typeof buildLayout>[0]> = {}): Promise<Layout> {
  return buildLayout({ keys, archives: ARCHIVES, roots: ROOTS, variants: AXES, ...changes });
}

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(layout: Layout, variants?: VariantChoice, store: MountStore = memoryStore()): Promise<Runtime> {
  const runtime = await createRuntime({ store, origin: memoryOrigin(layout.files), keys: layout.root, variants });
  closers.push(() => runtime.close());
  return runtime;
}

const names = (runtime: Runtime): string[] => runtime.mounts().map(({ name }) => name);

async function read(runtime: Runtime, ...paths: string[]): Promise<string[]> {
  return Promise.all(paths.map(async (path) => new TextDecoder().decode(await runtime.read(path))));
}

describe('variants', () => {
  test('an app that does not choose gets the first value of each axis, and downloads nothing else', async () => {
    const runtime = await start(await layoutOf());
    const missing = runtime.missing('/level.json');
    expect(missing.archives).toEqual(['level', 'level.low', 'level.en']);
    const done = await runtime.ensure('/level.json');
    expect(done.receivedBytes).toBe(missing.bytes);
    expect(done.mounts.map(({ name, variant }) => [name, variant])).toEqual([
      ['level', undefined],
      ['level.low', 'resolution=low'],
      ['level.en', 'locale=en'],
    ]);
    expect(await read(runtime, '/sky.png', '/hi.ogg', '/logo.png')).toEqual(['low sky', 'hello', 'plain logo']);
    expect(runtime.variants()).toEqual([
      { axis: 'locale', values: ['en', 'de'], chosen: ['en'] },
      { axis: 'resolution', values: ['low', 'high'], chosen: ['low'] },
    ]);
    expect(runtime.conflicts()).toEqual([]);
  });

  test('of several values the first serves, path by path, and none of it is a conflict', async () => {
    const runtime = await start(await layoutOf(), { locale: ['de', 'en'], resolution: 'high' });
    await runtime.ensure('/level.json');
    expect(await read(runtime, '/hi.ogg', '/bye.ogg', '/sky.png', '/logo.png')).toEqual([
      'hallo',
      'bye',
      'high sky',
      'high logo',
    ]);
    expect(runtime.resolve('/hi.ogg').shadowed.map(({ name }) => name)).toEqual(['level.en']);
    expect(runtime.conflicts()).toEqual([]);
  });

  test('low first, high later: swapped in place, in one generation, and nothing is missing in between', async () => {
    const runtime = await start(await layoutOf());
    await runtime.ensure('/level.json');
    const before = runtime.snapshot();
    await runtime.setVariants({ resolution: 'high' });
    expect(await read(runtime, '/sky.png', '/logo.png')).toEqual(['low sky', 'plain logo']);
    expect(runtime.missing('/level.json').archives).toEqual(['level.high']);
    const { generation } = runtime.status();
    await runtime.ensure('/level.json');
    expect(runtime.status().generation).toBe(generation + 1);
    expect(names(runtime).toSorted()).toEqual(['level', 'level.en', 'level.high']);
    expect(await read(runtime, '/sky.png', '/logo.png')).toEqual(['high sky', 'high logo']);
    expect(new TextDecoder().decode(await before.read('/sky.png'))).toBe('low sky');
    await before.close();
  });

  test('what another root has nothing else for stays, below what is wanted', async () => {
    const runtime = await start(await layoutOf());
    await runtime.ensure('/other.json');
    await runtime.ensure('/level.json');
    await runtime.setVariants({ resolution: 'high' });
    await runtime.ensure('/level.json');
    expect(await read(runtime, '/sky.png', '/sea.png')).toEqual(['high sky', 'low sea']);
    expect(runtime.conflicts()).toEqual([]);
    await runtime.ensure('/other.json');
    expect(names(runtime).filter((name) => name.endsWith('low'))).toEqual([]);
    expect(await read(runtime, '/sky.png', '/sea.png')).toEqual(['high sky', 'high sea']);
  });

  test('another choice orders what is mounted at once', async () => {
    const runtime = await start(await layoutOf(), { locale: ['en', 'de'] });
    await runtime.ensure('/level.json');
    expect(await read(runtime, '/hi.ogg')).toEqual(['hello']);
    await runtime.setVariants({ locale: ['de', 'en'] });
    expect(await read(runtime, '/hi.ogg', '/bye.ogg')).toEqual(['hallo', 'bye']);
  });

  test('a restart with another choice serves what is there, and the next ensure brings the rest', async () => {
    const layout = await layoutOf();
    const store = memoryStore();
    const first = await start(layout, {}, store);
    await first.ensure('/level.json');
    await first.close();
    const second = await start(layout, { resolution: 'high' }, store);
    expect(await read(second, '/sky.png')).toEqual(['low sky']);
    expect(second.missing('/level.json').archives).toEqual(['level.high']);
    await second.ensure('/level.json');
    expect(names(second)).not.toContain('level.low');
    expect(await read(second, '/sky.png')).toEqual(['high sky']);
  });

  test('a new release brings the chosen variants of every root that was whole', async () => {
    const layout = await layoutOf();
    const files = new Map(layout.files);
    const runtime = await createRuntime({
      store: memoryStore(),
      origin: memoryOrigin(files),
      keys: layout.root,
      variants: { resolution: 'high' },
    });
    closers.push(() => runtime.close());
    await runtime.ensure('/level.json');
    const archives = {
      ...ARCHIVES,
      'level.high': { variant: 'resolution=high', members: [file('sky.png', 'new high sky')] },
    };
    const next = await layoutOf({ archives, sequence: 2, before: files });
    for (const [key, bytes] of next.files) files.set(key, bytes);
    await runtime.refresh();
    await runtime.ensure('/other.json');
    expect(await read(runtime, '/sky.png', '/logo.png')).toEqual(['new high sky', 'plain logo']);
    expect(names(runtime)).not.toContain('level.low');
  });

  test('a release without axes mounts every archive that a root names', async () => {
    const runtime = await start(await layoutOf({ variants: undefined }), { resolution: 'high' });
    expect(runtime.missing('/level.json').archives).toHaveLength(5);
    expect(runtime.variants()).toEqual([]);
  });
});
