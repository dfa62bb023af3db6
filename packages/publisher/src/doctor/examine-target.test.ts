import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type MemoryTarget, memoryTarget } from '../memory-target.js';
import { folderTarget } from '../node/folder-target.js';
import { serveFolder } from '../node/serve/serve-folder.js';
import { PublishError } from '../publish-error.js';
import type { PublishTarget } from '../publish-target.js';
import type { TargetCheck } from './check.js';
import { type ExamineTargetOptions, examineTarget } from './examine-target.js';

const NOW = new Date('2026-11-21T12:00:00Z');

/** What the server in front of the target does wrong. */
interface Fault {
  readonly status?: number;
  readonly gzip?: boolean;
  readonly noRanges?: boolean;
  readonly wrongRange?: boolean;
  readonly noCors?: boolean;
  readonly noExpose?: boolean;
  readonly noPreflight?: boolean;
  readonly keepsChannels?: boolean;
  readonly noCacheControl?: boolean;
  readonly noEtag?: boolean;
  readonly changesBytes?: boolean;
  readonly letsWrite?: boolean;
}

let target: MemoryTarget;
let server: Server | undefined;
beforeEach(() => {
  target = memoryTarget({ now: () => NOW });
});
afterEach(() => server?.close());

/** Serves the target as a CDN does, with a fault. */
async function front(fault: Fault): Promise<string> {
  const kept = new Map<string, Uint8Array>();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const key = decodeURIComponent((request.url ?? '').slice(1));
    const cors = fault.noCors === true ? {} : { 'access-control-allow-origin': '*' };
    if (request.method === 'OPTIONS') {
      const headers = { ...cors, 'access-control-allow-headers': 'range' };
      response.writeHead(fault.noPreflight === true ? 403 : 204, headers).end();
      return;
    }
    if (request.method === 'PUT') {
      const body: Buffer[] = [];
      for await (const chunk of request) body.push(chunk);
      if (fault.letsWrite === true) await target.put(key, new Uint8Array(Buffer.concat(body)), META);
      response.writeHead(fault.letsWrite === true ? 200 : 403).end();
      return;
    }
    const object = target.objects.get(key);
    if (object === undefined || fault.status !== undefined) {
      response.writeHead(fault.status ?? 404, cors).end();
      return;
    }
    const bytes =
      fault.keepsChannels === true && key.startsWith('channels/') ? (kept.get(key) ?? object.bytes) : object.bytes;
    kept.set(key, bytes);
    const headers: Record<string, string> = {
      ...cors,
      ...(fault.noExpose === true ? {} : { 'access-control-expose-headers': 'ETag, Content-Range' }),
      ...(fault.noEtag === true ? {} : { etag: `"${object.info.etag}"` }),
      ...(fault.noCacheControl === true ? {} : { 'cache-control': object.meta.cacheControl }),
      'content-type': object.meta.contentType,
    };
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    if (from !== undefined && fault.noRanges !== true) {
      const shift = fault.wrongRange === true ? 1 : 0;
      const range = `bytes ${Number(from) + shift}-${Number(to) + shift}/${bytes.length}`;
      response.writeHead(206, { ...headers, 'content-range': range });
      response.end(bytes.subarray(Number(from) + shift, Number(to) + 1 + shift));
    } else if (fault.gzip === true && /gzip/.test(String(request.headers['accept-encoding']))) {
      response.writeHead(200, { ...headers, 'content-encoding': 'gzip' }).end(gzipSync(bytes));
    } else {
      response.writeHead(200, headers).end(fault.changesBytes === true ? bytes.map((byte) => byte ^ 1) : bytes);
    }
  };
  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const META = { contentType: 'text/plain', cacheControl: 'no-cache' };

function examine(
  over: Partial<ExamineTargetOptions> = {},
  through: PublishTarget = target,
): Promise<readonly TargetCheck[]> {
  return examineTarget(through, { id: 'abc', now: () => NOW, ...over });
}

const statusOf = (checks: readonly TargetCheck[]): Record<string, string> =>
  Object.fromEntries(checks.map(({ name, status }) => [name, status]));

const ALL_OK = {
  write: 'ok',
  conditions: 'ok',
  clock: 'ok',
  latency: 'ok',
  'public-read': 'ok',
  headers: 'ok',
  range: 'ok',
  cors: 'ok',
  freshness: 'ok',
  privacy: 'ok',
  'clean-up': 'ok',
};

describe('examineTarget', () => {
  it('finds nothing where all is well, and leaves nothing behind', async () => {
    expect(statusOf(await examine({ publicUrl: await front({}) }))).toEqual(ALL_OK);
    expect(target.objects.size).toBe(0);
    const dir = await mkdtemp(join(tmpdir(), 'lading-doctor-'));
    const served = await serveFolder(dir, { port: 0 });
    const folder = folderTarget(dir);
    try {
      const checks = await examine({ publicUrl: served.url, now: () => new Date() }, folder);
      expect(statusOf(checks)).toEqual(ALL_OK);
      for await (const { key } of folder.list('')) expect.fail(`${key} was left`);
    } finally {
      await served.close();
      await rm(dir, { recursive: true, force: true });
    }
  });

  it.each<[string, Fault, string, string]>([
    ['players may not read', { status: 403 }, 'public-read', 'lading s3 setup'],
    ['the URL leads elsewhere', { status: 404 }, 'public-read', '--public-url'],
    ['bytes are changed on the way', { changesBytes: true }, 'public-read', 'CDN'],
    ['archives are compressed on the way', { gzip: true }, 'headers', 'compression'],
    ['ranges are not served', { noRanges: true }, 'range', 'ranges'],
    ['ranges are wrong', { wrongRange: true }, 'range', 'ranges'],
    ['pages of other origins may not read', { noCors: true }, 'cors', '--origin'],
    ['a preflight is refused', { noPreflight: true }, 'cors', '--origin'],
    ['ETags are hidden from pages', { noExpose: true }, 'cors', '--origin'],
    ['channels are kept on the way', { keepsChannels: true }, 'freshness', 'channels/'],
    ['anybody may write', { letsWrite: true }, 'privacy', 's3:PutObject'],
  ])('finds that %s, and says what to do', async (_, fault, name, fix) => {
    const checks = await examine({ publicUrl: await front(fault) });
    const failed = checks.filter(({ status }) => status === 'failed');
    expect(failed.map((check) => check.name)).toEqual([name]);
    expect(failed[0]?.fix).toContain(fix);
    expect(target.objects.size).toBe(0);
  });

  it.each<[string, Fault]>([
    ['Cache-Control', { noCacheControl: true }],
    ['ETag', { noEtag: true }],
  ])('warns of a missing %s', async (header, fault) => {
    const checks = await examine({ publicUrl: await front(fault) });
    expect(checks.filter(({ status }) => status === 'warning')).toMatchObject([
      { name: 'headers', detail: expect.stringContaining(header) },
    ]);
  });

  it('finds conditions that are ignored, a clock that is wrong, and a write that is refused', async () => {
    const careless: PublishTarget = { ...target, putIf: (key, body, meta) => target.put(key, body, meta) };
    expect(statusOf(await examine({}, careless))).toMatchObject({ conditions: 'failed', write: 'ok' });
    const onlyCreates: PublishTarget = {
      ...target,
      putIf: (key, body, meta, condition) =>
        'ifMatch' in condition ? target.put(key, body, meta) : target.putIf(key, body, meta, condition),
    };
    expect(statusOf(await examine({}, onlyCreates))).toMatchObject({ conditions: 'failed' });
    const late = await examine({ now: () => new Date(NOW.getTime() + 20 * 60_000) });
    expect(late.find(({ name }) => name === 'clock')).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('1200 s ahead'),
    });
    expect(statusOf(await examine({ now: () => new Date(NOW.getTime() - 2 * 60_000) }))).toMatchObject({
      clock: 'warning',
    });
    const put = (): Promise<never> =>
      Promise.reject(new PublishError('ERR_TARGET_FORBIDDEN', 'may not', { hint: 'ask' }));
    const checks = await examine({}, { ...target, put });
    expect(checks).toMatchObject([
      { name: 'write', status: 'failed', detail: 'may not', fix: 'ask' },
      { name: 'clean-up' },
    ]);
  });

  it('skips what it cannot know, and says what it could not remove', async () => {
    const { remove: _, ...keeps } = target;
    const checks = statusOf(await examine({}, keeps));
    expect(checks).toMatchObject({ 'public-read': 'skipped', privacy: 'skipped', 'clean-up': 'warning' });
    const remove = (): Promise<never> => Promise.reject(new PublishError('ERR_TARGET_FORBIDDEN', 'may not'));
    expect(statusOf(await examine({}, { ...target, remove }))).toMatchObject({ 'clean-up': 'warning' });
    const gone = await front({});
    await new Promise((done) => server?.close(done));
    const away = await examine({ publicUrl: gone });
    expect(away.find(({ name }) => name === 'public-read')).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('clears up when it is stopped', async () => {
    const stop = new AbortController();
    const slow: PublishTarget = {
      ...target,
      async putIf(...args) {
        stop.abort(new Error('enough'));
        return target.putIf(...args);
      },
    };
    await expect(examine({ signal: stop.signal }, slow)).rejects.toThrow('enough');
    expect(target.objects.size).toBe(0);
  });
});
