import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request as rawRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLadingError } from '@lading/manifest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FolderServer, type ServedRequest, serveFolder } from './serve-folder.js';

const ARCHIVE = `archives/level-1.${'0'.repeat(16)}.zip`;

describe('serveFolder', () => {
  let dir: string;
  let server: FolderServer;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'lading-serve-'));
    for (const folder of ['public/archives', 'public/channels', 'public/.lading', 'more'])
      await mkdir(join(dir, folder), { recursive: true });
    await writeFile(join(dir, 'public', ARCHIVE), '0123456789');
    await writeFile(join(dir, 'public/channels/stable.json'), '{}');
    await writeFile(join(dir, 'public/index.html'), '<p>hello</p>');
    await writeFile(join(dir, 'public/.lading/lock'), 'ours');
    await writeFile(join(dir, 'public/empty.txt'), '');
    await writeFile(join(dir, 'secret.txt'), 'secret');
    await writeFile(join(dir, 'more/a b.txt'), 'more');
    await symlink(join(dir, 'secret.txt'), join(dir, 'public/link.txt'));
    server = await serveFolder({ '/': join(dir, 'public'), '/more': join(dir, 'more') }, { port: 0 });
  });

  afterAll(async () => {
    await server.close();
    await rm(dir, { recursive: true, force: true });
  });

  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${server.url}${path}`, { headers });

  it('serves a whole file with its type, length, a strong ETag and CORS headers', async () => {
    const response = await get(ARCHIVE);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('0123456789');
    expect(response.headers.get('content-type')).toBe('application/zip');
    expect(response.headers.get('content-length')).toBe('10');
    expect(response.headers.get('etag')).toMatch(/^"[^"]+"$/);
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable, no-transform');
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-expose-headers')).toContain('content-range');
  });

  it.each([
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-2', '89', 'bytes 8-9/10'],
    ['bytes=8-99', '89', 'bytes 8-9/10'],
    ['bytes=-99', '0123456789', 'bytes 0-9/10'],
  ])('answers %s with 206 and exactly those bytes', async (range, body, contentRange) => {
    const response = await get(ARCHIVE, { range });
    expect([response.status, await response.text(), response.headers.get('content-range')]).toEqual([
      206,
      body,
      contentRange,
    ]);
  });

  it('answers a range behind the end with 416, and one that it does not serve with the whole file', async () => {
    const behind = await get(ARCHIVE, { range: 'bytes=10-' });
    expect([behind.status, behind.headers.get('content-range')]).toEqual([416, 'bytes */10']);
    expect((await get(ARCHIVE, { range: 'bytes=0-1,3-4' })).status).toBe(200);
    expect((await get(ARCHIVE, { range: 'bytes=0-1', 'if-range': '"another"' })).status).toBe(200);
    expect(await (await get('empty.txt')).text()).toBe('');
  });

  it('answers a known ETag with 304, HEAD without a body, and a preflight with what is allowed', async () => {
    const etag = (await get(ARCHIVE)).headers.get('etag') ?? '';
    expect((await get(ARCHIVE, { 'if-none-match': etag })).status).toBe(304);
    const head = await fetch(`${server.url}${ARCHIVE}`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '10', '']);
    const preflight = await fetch(`${server.url}${ARCHIVE}`, { method: 'OPTIONS' });
    expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([
      204,
      expect.stringContaining('range'),
    ]);
    expect((await fetch(server.url, { method: 'PUT', body: 'x' })).status).toBe(405);
  });

  it('keeps channels fresh, serves index.html of a folder and further folders under their prefix', async () => {
    expect((await get('channels/stable.json')).headers.get('cache-control')).toBe('no-cache');
    expect(await (await get('')).text()).toBe('<p>hello</p>');
    expect(await (await get('more/a%20b.txt')).text()).toBe('more');
  });

  it.each([
    '..%2fsecret.txt',
    '%2e%2e/secret.txt',
    'link.txt',
    '.lading/lock',
    'channels',
    'no-such-file',
    '%ff',
    'a%00b',
    'more/..%5csecret.txt',
  ])('gives 404 for %s, which is not in the folder', async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  it.each(['/../secret.txt', '/more/../../secret.txt', '//../secret.txt', '/public/%2e%2e%2fsecret.txt'])(
    'gives no file outside for a path that no browser sends: %s',
    async (path) => {
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const { port } = new URL(server.url);
        rawRequest({ host: '127.0.0.1', port, path }, (answer) => resolve(answer.resume().statusCode))
          .on('error', reject)
          .end();
      });
      expect(status).toBe(404);
    },
  );

  it('sends a folder with an index to its path with a slash, on the same host', async () => {
    await mkdir(join(dir, 'public/page'));
    await writeFile(join(dir, 'public/page/index.html'), 'page');
    const moved = await fetch(`${server.url}/page`, { redirect: 'manual' });
    expect([moved.status, moved.headers.get('location')]).toEqual([308, '/page/']);
    const page = await get('page');
    expect([await page.text(), page.headers.get('content-type')]).toEqual(['page', 'text/html; charset=utf-8']);
  });

  it('tells each request, waits as long as it is told, offers no CORS when told not to, and stops with the signal', async () => {
    const stop = new AbortController();
    const seen: ServedRequest[] = [];
    const onRequest = (request: ServedRequest): void => void seen.push(request);
    const options = { port: 0, latencyMs: 80, cors: false, signal: stop.signal, onRequest };
    const own = await serveFolder(join(dir, 'public'), options);
    const startedAt = performance.now();
    const response = await fetch(`${own.url}${ARCHIVE}`, { headers: { range: 'bytes=0-3' } });
    expect(await response.text()).toBe('0123');
    expect(performance.now() - startedAt).toBeGreaterThan(75);
    expect(response.headers.has('access-control-allow-origin')).toBe(false);
    expect(seen).toEqual([{ method: 'GET', url: `/${ARCHIVE}`, range: 'bytes=0-3', status: 206, sentBytes: 4 }]);
    stop.abort();
    await expect(fetch(own.url)).rejects.toThrow();
  });

  it('throttles to the rate of a profile', async () => {
    await writeFile(join(dir, 'public/big.bin'), new Uint8Array(60_000));
    const slow = await serveFolder(join(dir, 'public'), { port: 0, profile: '3g' });
    try {
      const startedAt = performance.now();
      const bytes = await (await fetch(`${slow.url}big.bin`)).arrayBuffer();
      expect(bytes.byteLength).toBe(60_000);
      expect(performance.now() - startedAt).toBeGreaterThan(150 + 300 * 0.9);
    } finally {
      await slow.close();
    }
  });

  it('says so when the port is taken, the folder is none, or the profile is unknown', async () => {
    const port = Number(new URL(server.url).port);
    await expect(serveFolder(dir, { port })).rejects.toSatisfy((error) => isLadingError(error, 'ERR_SERVE_ADDRESS'));
    await expect(serveFolder(join(dir, 'no-such-folder'), { port: 0 })).rejects.toSatisfy((error) =>
      isLadingError(error, 'ERR_SERVE_FOLDER'),
    );
    await expect(serveFolder(dir, { port: 0, profile: 'constructor' })).rejects.toSatisfy((error) =>
      isLadingError(error, 'ERR_SERVE_PROFILE'),
    );
  });
});
