import { buildLayout, type FileServer, layoutKeys, serveFiles } from '@lading/fixtures';
import { afterEach, describe, expect, test } from 'vitest';
import { memoryOrigin } from './memory-origin.js';
import { memoryStore } from './memory-store.js';
import { mirroredOrigin } from './mirrored-origin.js';
import { createRuntime, type Runtime } from './runtime.js';
import type { RuntimeOptions } from './runtime-options.js';

const keys = await layoutKeys();
const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31 + (i >> 8)) & 255);
const layout = await buildLayout({
  keys,
  archives: { level: { members: [{ name: 'level.bin', bytes }] } },
  roots: { '/level.bin': ['level'] },
});

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serve(hook?: FileServer['hook']): Promise<FileServer> {
  const server = await serveFiles(new Map(layout.files));
  if (hook !== undefined) server.hook = hook;
  closers.push(() => server.close());
  return server;
}

async function start(servers: readonly FileServer[], options: Partial<RuntimeOptions> = {}): Promise<Runtime> {
  const [first, ...mirrors] = servers.map(({ url }) => url);
  const runtime = await createRuntime({
    store: memoryStore(),
    channel: `${first}channels/stable.json`,
    mirrors,
    keys: layout.root,
    retryDelayMs: 1,
    ...options,
  });
  closers.push(() => runtime.close());
  return runtime;
}

const dead: FileServer['hook'] = (_request, response) => {
  response.destroy();
  return true;
};

describe('mirrors', () => {
  test('serve everything where the first one is dead', async () => {
    const [first, second] = [await serve(dead), await serve()];
    const runtime = await start([first, second]);
    await runtime.ensure('/level.bin');
    expect(Buffer.compare(await runtime.read('/level.bin'), bytes)).toBe(0);
    expect(second.requests.some((line) => line.includes('archives/'))).toBe(true);
  });

  test('go on with the next byte of a download that broke off', async () => {
    const cut: FileServer['hook'] = (_request, response, key) => {
      if (!key.startsWith('archives/')) return false;
      const whole = layout.files.get(key) ?? new Uint8Array();
      response.writeHead(200, { 'content-length': whole.length });
      response.write(whole.subarray(0, 100_000), () => response.destroy());
      return true;
    };
    const [first, second] = [await serve(cut), await serve()];
    const runtime = await start([first, second]);
    await runtime.ensure('/level.bin');
    expect(Buffer.compare(await runtime.read('/level.bin'), bytes)).toBe(0);
    expect(second.requests.filter((line) => line.includes('archives/'))).toEqual([
      expect.stringMatching(/bytes=[1-9]\d+-$/),
    ]);
  });

  test('that lag or lie are passed over', async () => {
    const lagging: FileServer['hook'] = (_request, response, key) => {
      if (!key.startsWith('archives/')) return false;
      response.writeHead(404).end();
      return true;
    };
    const lying: FileServer['hook'] = (_request, response, key) => {
      if (!key.startsWith('archives/')) return false;
      const whole = (layout.files.get(key) ?? new Uint8Array()).slice();
      whole[50_000] = (whole[50_000] ?? 0) ^ 1;
      response.writeHead(200, { 'content-length': whole.length }).end(whole);
      return true;
    };
    for (const hook of [lagging, lying]) {
      const runtime = await start([await serve(hook), await serve()]);
      await runtime.ensure('/level.bin');
      expect(Buffer.compare(await runtime.read('/level.bin'), bytes)).toBe(0);
    }
  });

  test('read remote mounts as well, and stay with the one that served last', async () => {
    const [first, second] = [await serve(dead), await serve()];
    const runtime = await start([first, second]);
    await runtime.addMount({ name: 'level', archive: 'level', mode: 'remote' });
    expect(Buffer.compare(await runtime.read('/level.bin'), bytes)).toBe(0);
    const before = first.requests.length;
    await runtime.read('/level.bin');
    expect(first.requests.length).toBe(before);
  });

  test('fail with the first error where all fail, and say absent only where all do', async () => {
    const forbidden: FileServer['hook'] = (_request, response) => {
      response.writeHead(403).end();
      return true;
    };
    await expect(start([await serve(forbidden), await serve(dead)])).rejects.toMatchObject({
      code: 'ERR_SOURCE_FORBIDDEN',
    });
    const origin = mirroredOrigin([memoryOrigin(new Map()), memoryOrigin(layout.files)]);
    expect(await origin.fetch('root/1.json', { maxBytes: 65_536 })).toBeDefined();
    expect(await origin.fetch('root/2.json', { maxBytes: 65_536 })).toBeUndefined();
    expect(() => mirroredOrigin([])).toThrow();
  });
});
