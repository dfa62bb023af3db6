import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type HttpSourceOptions, httpSource } from './http-source.js';

const BYTES = Uint8Array.from({ length: 1_000 }, (_, i) => (i * 31) & 255);
type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void;

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** A loopback server that answers as it is told, and the waits that the source asked for instead of sleeping. */
async function serve(
  answer: Answer,
): Promise<{ url: string; ranges: string[]; waits: number[]; options: HttpSourceOptions }> {
  const ranges: string[] = [];
  const server = createServer((request, response) => {
    ranges.push(String(request.headers.range));
    answer(request, response, ranges.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const waits: number[] = [];
  const retry = { delay: async (ms: number) => void waits.push(ms), random: () => 1, now: () => 1_000_000_000_000 };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.zip`;
  return { url, ranges, waits, options: { sizeBytes: BYTES.length, retry } };
}

function sendRange(request: IncomingMessage, response: ServerResponse, headers: Record<string, string> = {}): void {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(String(request.headers.range)) ?? [];
  const part = BYTES.subarray(Number(from), Number(to) + 1);
  const range = `bytes ${from}-${Number(from) + part.length - 1}/${BYTES.length}`;
  response.writeHead(206, { 'content-range': range, 'content-length': part.length, etag: '"1"', ...headers }).end(part);
}

const sendWhole: Answer = (_, response) => void response.writeHead(200, { etag: '"1"' }).end(BYTES);

describe('httpSource', () => {
  it('reads plain ranges, and asks for nothing where nothing is asked for', async () => {
    const { url, ranges, options } = await serve((request, response) => sendRange(request, response));
    const source = await httpSource(url, options);
    expect(await source.read(10, 5)).toEqual(BYTES.slice(10, 15));
    expect(await source.read(1_000, 0)).toEqual(new Uint8Array());
    expect(await source.read(0, 1_000)).toEqual(BYTES);
    expect(ranges).toEqual(['bytes=10-14', 'bytes=0-999']);
  });

  it('learns the size with one request of one byte where nobody states it', async () => {
    const { url, ranges } = await serve((request, response) => sendRange(request, response));
    expect((await httpSource(url)).sizeBytes).toBe(1_000);
    expect(ranges).toEqual(['bytes=0-0']);
    const empty = await serve((_, response) => void response.writeHead(416, { 'content-range': 'bytes */0' }).end());
    expect((await httpSource(empty.url)).sizeBytes).toBe(0);
    const whole = await serve(sendWhole);
    const source = await httpSource(whole.url);
    expect([source.sizeBytes, await source.read(5, 2), whole.ranges.length]).toEqual([1_000, BYTES.slice(5, 7), 1]);
  });

  it('keeps the whole object where a server ignores ranges, instead of asking again', async () => {
    const { url, ranges, options } = await serve(sendWhole);
    const source = await httpSource(url, options);
    expect(await source.read(10, 5)).toEqual(BYTES.slice(10, 15));
    expect(await source.read(900, 100)).toEqual(BYTES.slice(900));
    expect(ranges).toHaveLength(1);
  });

  it('does not take a whole object that is over the cap', async () => {
    const { url, options } = await serve(sendWhole);
    const source = await httpSource(url, { ...options, maxWholeBytes: 999 });
    await expect(source.read(0, 1)).rejects.toMatchObject({ code: 'ERR_SOURCE_TOO_LARGE' });
    await expect(httpSource(url, { maxWholeBytes: 999 })).rejects.toMatchObject({ code: 'ERR_SOURCE_TOO_LARGE' });
  });

  it('lets one aborted reader of a whole object not harm the others', async () => {
    let isFirst = true;
    const { url, options } = await serve((_, response) => {
      response.writeHead(200).write(BYTES.subarray(0, 500));
      if (!isFirst) response.end(BYTES.subarray(500));
      isFirst = false;
    });
    const source = await httpSource(url, options);
    const controller = new AbortController();
    const first = source.read(0, 10, { signal: controller.signal });
    const aborted = expect(first).rejects.toThrow('enough');
    await expect.poll(() => isFirst).toBe(false);
    const second = source.read(990, 10);
    controller.abort(new Error('enough'));
    await aborted;
    expect(await second).toEqual(BYTES.slice(990));
  });

  it.each([
    [401, 'ERR_SOURCE_FORBIDDEN', false],
    [403, 'ERR_SOURCE_FORBIDDEN', false],
    [404, 'ERR_SOURCE_MISSING', false],
    [410, 'ERR_SOURCE_MISSING', false],
    [416, 'ERR_SOURCE_CHANGED', false],
    [418, 'ERR_SOURCE_FAILED', false],
    [429, 'ERR_SOURCE_FAILED', true],
    [500, 'ERR_SOURCE_FAILED', true],
    [503, 'ERR_SOURCE_FAILED', true],
  ])('answers %i with %s', async (status, code, isRetried) => {
    const { url, ranges, options } = await serve((_, response) => void response.writeHead(status).end('<html>'));
    const source = await httpSource(url, options);
    await expect(source.read(0, 10)).rejects.toMatchObject({ code, retryable: isRetried, details: { status } });
    expect(ranges).toHaveLength(isRetried ? 5 : 1);
  });

  it('tries again after a transport failure, waiting longer each time', async () => {
    const { url, waits, options } = await serve((request, response, count) => {
      if (count < 4) request.socket.destroy();
      else sendRange(request, response);
    });
    const source = await httpSource(url, options);
    expect(await source.read(1, 2)).toEqual(BYTES.slice(1, 3));
    expect(waits).toEqual([250, 500, 1_000]);
  });

  it('gives up after as many tries as it is told', async () => {
    const { url, ranges, options } = await serve((request) => void request.socket.destroy());
    const source = await httpSource(url, { ...options, retry: { ...options.retry, attempts: 2 } });
    await expect(source.read(1, 2)).rejects.toMatchObject({ code: 'ERR_SOURCE_UNREACHABLE', retryable: true });
    expect(ranges).toHaveLength(2);
  });

  it.each([
    ['7', 7_000],
    [new Date(1_000_000_000_000 + 9_000).toUTCString(), 9_000],
    [String(10 * 365 * 86_400), 60_000],
    ['soon', 250],
  ])('waits as Retry-After: %s asks, up to its cap', async (header, ms) => {
    const { url, waits, options } = await serve((request, response, count) => {
      if (count === 1) response.writeHead(503, { 'retry-after': header }).end();
      else sendRange(request, response);
    });
    await (await httpSource(url, options)).read(0, 1);
    expect(waits).toEqual([ms]);
  });

  it('stops waiting at an abort', async () => {
    const { url, options } = await serve((_, response) => void response.writeHead(503, { 'retry-after': '50' }).end());
    const controller = new AbortController();
    const reason = new Error('enough');
    const { delay: _, ...realTimers } = options.retry ?? {};
    const read = (await httpSource(url, { ...options, retry: realTimers })).read(0, 1, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 20);
    await expect(read).rejects.toBe(reason);
  });

  it('refuses another range, total or ETag than before', async () => {
    const bad = async (headers: Record<string, string>, more: HttpSourceOptions = {}): Promise<unknown> => {
      const { url, options } = await serve((request, response) => sendRange(request, response, headers));
      return (await httpSource(url, { ...options, ...more })).read(0, 10);
    };
    const changed = { code: 'ERR_SOURCE_CHANGED', retryable: false };
    await expect(bad({ 'content-range': 'bytes 1-10/1000' })).rejects.toMatchObject(changed);
    await expect(bad({ 'content-range': 'bytes 0-10/1000' })).rejects.toMatchObject(changed);
    await expect(bad({ 'content-range': 'bytes 0-9/1001' })).rejects.toMatchObject(changed);
    await expect(bad({ 'content-range': 'nonsense' })).rejects.toMatchObject(changed);
    await expect(bad({ etag: '"2"' }, { etag: '"1"' })).rejects.toMatchObject(changed);
    await expect(bad({ 'content-range': 'bytes 0-9/*' })).resolves.toEqual(BYTES.slice(0, 10));
  });

  it('refuses an object that is replaced between two reads', async () => {
    const { url, options } = await serve((request, response, count) =>
      sendRange(request, response, { etag: `"${count}"` }),
    );
    const source = await httpSource(url, options);
    await source.read(0, 10);
    await expect(source.read(10, 10)).rejects.toMatchObject({ code: 'ERR_SOURCE_CHANGED' });
  });

  it('refuses an encoded answer', async () => {
    const { url, options } = await serve((request, response) =>
      sendRange(request, response, { 'content-encoding': 'br' }),
    );
    const read = (await httpSource(url, options)).read(0, 10);
    await expect(read).rejects.toMatchObject({ code: 'ERR_SOURCE_FAILED', retryable: false, hint: expect.any(String) });
  });

  it('refuses a body that is shorter or longer than its range', async () => {
    const short = await serve(
      (_, response) => void response.writeHead(206, { 'content-range': 'bytes 0-9/1000' }).end(BYTES.subarray(0, 9)),
    );
    const cut = (await httpSource(short.url, short.options)).read(0, 10);
    await expect(cut).rejects.toMatchObject({ code: 'ERR_SOURCE_TRUNCATED', retryable: true });
    expect(short.ranges).toHaveLength(5);
    const long = await serve(
      (_, response) => void response.writeHead(206, { 'content-range': 'bytes 0-9/1000' }).end(BYTES.subarray(0, 11)),
    );
    const more = (await httpSource(long.url, long.options)).read(0, 10);
    await expect(more).rejects.toMatchObject({ code: 'ERR_SOURCE_CHANGED' });
  });

  it('refuses a web page where the object should be, as a captive portal sends it', async () => {
    const { url, options } = await serve((_, response) => void response.writeHead(200).end('<html>log in</html>'));
    await expect((await httpSource(url, options)).read(0, 10)).rejects.toMatchObject({ code: 'ERR_SOURCE_TRUNCATED' });
  });

  it('gives up a server that never answers, and one that sends a byte now and then', async () => {
    const silent = await serve(() => undefined);
    const quick = { stallTimeoutMs: 40, retry: { attempts: 1 } };
    const read = (await httpSource(silent.url, { ...silent.options, ...quick })).read(0, 10);
    await expect(read).rejects.toMatchObject({ code: 'ERR_SOURCE_UNREACHABLE', retryable: true });
    const drip = await serve((_, response) => {
      response.writeHead(206, { 'content-range': 'bytes 0-999/1000', 'content-length': 1_000 });
      const timer = setInterval(() => response.write(Uint8Array.of(1)), 10);
      response.on('close', () => clearInterval(timer));
    });
    const slow = { stallTimeoutMs: 60, minBytesPerSecond: 20_000, retry: { attempts: 1 } };
    const dripped = (await httpSource(drip.url, { ...drip.options, ...slow })).read(0, 1_000);
    await expect(dripped).rejects.toMatchObject({ code: 'ERR_SOURCE_UNREACHABLE', retryable: true });
  });

  it('never shows credentials or signed queries', async () => {
    const fetchNothing: typeof fetch = async () => new Response('no', { status: 404 });
    const url = 'https://user:secret@cdn.example.com/a.zip?X-Amz-Signature=abc#top';
    const source = await httpSource(url, { fetch: fetchNothing, sizeBytes: 5 });
    expect(source.name).toBe('https://cdn.example.com/a.zip');
    const error = await source.read(0, 5).catch((caught: unknown) => caught);
    expect(JSON.stringify([String(error), error])).not.toMatch(/secret|abc/);
  });
});
