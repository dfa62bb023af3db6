import { type FileServer, serveFiles } from '@lading/fixtures';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { httpOrigin } from './http-origin.js';

const FILE = new Uint8Array(1_000).map((_, i) => i & 255);
const KEY = 'archives/a.0123456789abcdef.zip';
let server: FileServer;

beforeEach(async () => {
  server = await serveFiles(new Map([[KEY, FILE]]));
});
afterEach(() => server.close());

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: number[] = [];
  for await (const chunk of chunks) all.push(...chunk);
  return new Uint8Array(all);
}

function answer(status: number, headers: Record<string, string> = {}, body = ''): void {
  server.hook = (_request, response) => {
    response.writeHead(status, headers).end(body);
    return true;
  };
}

describe('httpOrigin', () => {
  test('reads whole objects, ranges and streams below its prefix, with or without the last slash', async () => {
    for (const prefix of [server.url, server.url.slice(0, -1)]) {
      const origin = httpOrigin(prefix);
      expect(await origin.fetch(KEY, { maxBytes: 1_000 })).toEqual(FILE);
      expect(await collect(origin.stream(KEY, { offset: 300, sizeBytes: 1_000 }))).toEqual(FILE.subarray(300));
      const source = await origin.open(KEY, { sizeBytes: 1_000 });
      expect(await source.read(10, 5)).toEqual(FILE.slice(10, 15));
    }
  });

  test.each([
    '../secret',
    'a/../../b',
    '/etc/passwd',
    '//evil.example/a',
    'https://evil.example/a',
    'a\\b',
    'a//b',
    '',
    'a/./b',
    '%2e%2e/secret',
    'a?b',
    'a#b',
    'a\u0000b',
  ])('the key %j never leaves the prefix', async (key) => {
    const origin = httpOrigin(server.url);
    await expect(origin.fetch(key, { maxBytes: 10 })).rejects.toMatchObject({ code: 'ERR_SOURCE_KEY' });
    await expect(origin.open(key, { sizeBytes: 10 })).rejects.toMatchObject({ code: 'ERR_SOURCE_KEY' });
    await expect(collect(origin.stream(key, { offset: 0, sizeBytes: 10 }))).rejects.toMatchObject({
      code: 'ERR_SOURCE_KEY',
    });
    expect(server.requests).toEqual([]);
  });

  test('404 and 410 mean that there is nothing, and only they', async () => {
    const origin = httpOrigin(server.url);
    for (const status of [404, 410]) {
      answer(status);
      expect(await origin.fetch(KEY, { maxBytes: 10 })).toBeUndefined();
      const stream = collect(origin.stream(KEY, { offset: 0, sizeBytes: 10 }));
      await expect(stream).rejects.toMatchObject({ code: 'ERR_SOURCE_MISSING' });
    }
    for (const [status, code, retryable] of [
      [401, 'ERR_SOURCE_FORBIDDEN', false],
      [403, 'ERR_SOURCE_FORBIDDEN', false],
      [400, 'ERR_SOURCE_FAILED', false],
      [204, 'ERR_SOURCE_FAILED', false],
      [429, 'ERR_SOURCE_FAILED', true],
      [503, 'ERR_SOURCE_FAILED', true],
    ] as const) {
      answer(status);
      await expect(origin.fetch(KEY, { maxBytes: 10 })).rejects.toMatchObject({ code, retryable });
    }
  });

  test('a redirect to another origin is refused, one inside is followed', async () => {
    const other = await serveFiles(new Map([[KEY, FILE]]));
    try {
      const origin = httpOrigin(server.url);
      answer(302, { location: `${other.url}${KEY}` });
      await expect(origin.fetch(KEY, { maxBytes: 1_000 })).rejects.toMatchObject({ code: 'ERR_SOURCE_FORBIDDEN' });
      server.hook = (request, response) => {
        if (request.url?.endsWith('?moved') === true) return false;
        response.writeHead(302, { location: `${request.url}?moved` }).end();
        return true;
      };
      await expect(origin.fetch(KEY, { maxBytes: 1_000 })).resolves.toBeUndefined();
    } finally {
      await other.close();
    }
  });

  test('a body is cut at its cap and never buffered first', async () => {
    const origin = httpOrigin(server.url);
    await expect(origin.fetch(KEY, { maxBytes: 999 })).rejects.toMatchObject({ code: 'ERR_SOURCE_TOO_LARGE' });
    const short = collect(origin.stream(KEY, { offset: 0, sizeBytes: 999 }));
    await expect(short).rejects.toMatchObject({ code: 'ERR_VERIFY_SIZE' });
  });

  test('a range that is another one than was asked for is not appended', async () => {
    answer(206, { 'content-range': 'bytes 0-699/1000' }, 'x'.repeat(700));
    const stream = collect(httpOrigin(server.url).stream(KEY, { offset: 300, sizeBytes: 1_000 }));
    await expect(stream).rejects.toMatchObject({ code: 'ERR_SOURCE_CHANGED', retryable: true });
  });

  test('a server that says nothing for too long is given up, as a network that may come back', async () => {
    server.hook = () => true; // Never answers.
    const origin = httpOrigin(server.url, { stallTimeoutMs: 50 });
    const stalled = origin.fetch(KEY, { maxBytes: 1_000 });
    await expect(stalled).rejects.toMatchObject({ code: 'ERR_SOURCE_UNREACHABLE', retryable: true });
  });

  test('an abort rejects with its reason', async () => {
    server.hook = () => true;
    const controller = new AbortController();
    const fetched = httpOrigin(server.url).fetch(KEY, { maxBytes: 1_000, signal: controller.signal });
    controller.abort(new Error('not wanted'));
    await expect(fetched).rejects.toThrow('not wanted');
  });

  test('credentials and queries never show in names and messages', async () => {
    const secret = server.url.replace('//', '//user:secret@');
    expect(httpOrigin(secret).name).not.toContain('secret');
    expect(() => httpOrigin('https://cdn.example/a?token=secret')).toThrow(
      expect.objectContaining({ code: 'ERR_RUNTIME_OPTIONS', message: expect.not.stringContaining('secret') }),
    );
  });
});
