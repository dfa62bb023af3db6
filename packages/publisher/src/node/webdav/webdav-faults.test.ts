// Over 300 lines: what WebDAV servers do wrong, in one place, over the same server with faults.
import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { type MemoryWebdav, type MemoryWebdavOptions, startMemoryWebdav } from '@lading/webdav-server';
import { afterEach, describe, expect, it } from 'vitest';
import { manyArchives, newProject, publish, readAsClient, sourceOf } from '../../publish.fixture.js';
import type { ObjectMeta, PublishTarget } from '../../publish-target.js';
import { webdavTarget } from './webdav-target.js';

const META: ObjectMeta = { contentType: 'application/zip', cacheControl: 'no-cache' };
const BYTES = new TextEncoder().encode('bytes');
const LARGE = new Uint8Array(100_000).fill(7);

const opened: { close?(): Promise<void> }[] = [];
let server: MemoryWebdav;

afterEach(async () => {
  for (const target of opened.splice(0)) await target.close?.();
  await server?.stop();
});

async function start(options: MemoryWebdavOptions = {}): Promise<PublishTarget> {
  server = await startMemoryWebdav(options);
  return open();
}

function open(password: string = server.password): PublishTarget {
  const target = webdavTarget({ url: `${server.url}/game`, authorization: { user: server.user, password } });
  opened.push(target);
  return target;
}

async function keysOf(target: PublishTarget): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of target.list('')) keys.push(key);
  return keys;
}

const left = (): string[] => [...server.store.files.keys()].filter((path) => path.includes('/uploads/'));

describe('a WebDAV server that says no', () => {
  it('to the credentials: forbidden, without a word of them', async () => {
    await start();
    const error = await open('hush')
      .head('a')
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'ERR_TARGET_FORBIDDEN',
      retryable: false,
      hint: expect.stringContaining('LADING_WEBDAV_USER'),
    });
    expect(inspect(error, { depth: 9 })).not.toContain('hush');
  });

  it.each([
    [403, 'ERR_TARGET_FORBIDDEN', false],
    [413, 'ERR_TARGET_FAILED', false],
    [414, 'ERR_TARGET_KEY', false],
    [423, 'ERR_TARGET_FAILED', true],
    [429, 'ERR_TARGET_FAILED', true],
    [501, 'ERR_TARGET_UNSUPPORTED', false],
    [503, 'ERR_TARGET_FAILED', true],
    [507, 'ERR_TARGET_FAILED', false],
  ])('to an upload with %i: %s, and leaves nothing', async (status, code, retryable) => {
    const target = await start();
    server.addFaults({ method: 'PUT', kind: 'error', status });
    await expect(target.put('a', BYTES, META)).rejects.toMatchObject({
      code,
      retryable,
      details: { method: 'PUT', status },
    });
    expect([await keysOf(target), left()]).toEqual([[], []]);
    await target.put('a', BYTES, META);
    expect(await keysOf(target)).toEqual(['a']);
  });

  it('without WebDAV: unsupported', async () => {
    const target = await start();
    server.addFaults({ method: 'PROPFIND', kind: 'error', status: 405, times: 9 });
    await expect(target.head('a')).rejects.toMatchObject({
      code: 'ERR_TARGET_UNSUPPORTED',
      details: { method: 'PROPFIND' },
    });
  });

  it('with a redirect: says where to', async () => {
    const target = await start();
    const answer = { headers: { location: 'https://elsewhere.example/dav/' }, body: '' };
    server.addFaults({ method: 'PROPFIND', kind: 'replace', status: 301, answer, times: 2 });
    await expect(target.head('a')).rejects.toThrow(/https:\/\/elsewhere\.example\/dav\//);
  });

  it('that nobody hears: unreachable, and not for ever', async () => {
    await start();
    await expect(webdavTarget({ url: 'http://127.0.0.1:9' }).head('a')).rejects.toMatchObject({
      code: 'ERR_TARGET_UNREACHABLE',
      retryable: true,
    });
    const silent = createServer((socket) => void socket.resume());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const waiting = webdavTarget({ url: `http://127.0.0.1:${port}`, timeoutMs: 200 });
    await expect(waiting.head('a')).rejects.toMatchObject({ code: 'ERR_TARGET_UNREACHABLE', retryable: true });
    const stop = AbortSignal.timeout(50);
    await expect(waiting.head('a', { signal: stop })).rejects.toMatchObject({ name: 'TimeoutError' });
    await new Promise((resolve) => silent.close(resolve));
  });
});

describe('an answer that got lost', () => {
  it.each([true, false])(
    'after a conditional write counts as success where our bytes are there (locks: %s)',
    async (hasLocks) => {
      const target = await start({ hasLocks });
      server.addFaults({ method: hasLocks ? 'MOVE' : 'PUT', kind: 'lost-answer' });
      const first = await target.putIf('c', BYTES, META, { ifNoneMatch: '*' });
      server.addFaults({ method: 'PUT', path: /\/game\/c$/, kind: 'lost-answer' });
      const second = await target.putIf('c', LARGE.slice(0, 9), META, { ifMatch: first.etag });
      expect((await target.head('c'))?.etag).toBe(second.etag);
    },
  );

  it.each([true, false])(
    'before a conditional write was done is an error to try again (locks: %s)',
    async (hasLocks) => {
      const target = await start({ hasLocks });
      const { etag } = await target.put('c', BYTES, META);
      server.addFaults({ method: 'PUT', path: /\/game\/c$/, kind: 'reset', times: hasLocks ? 2 : 1 });
      const write = (): Promise<unknown> => target.putIf('c', LARGE, META, { ifMatch: etag });
      await expect(write()).rejects.toMatchObject({ code: 'ERR_TARGET_UNREACHABLE', retryable: true });
      await write();
      await expect(write()).rejects.toMatchObject({ code: 'ERR_PUBLISH_CONFLICT' });
    },
  );

  it('on a connection that was open for long is asked for again', async () => {
    const target = await start();
    await target.put('a', BYTES, META);
    for (const method of ['PUT', 'MOVE', 'PROPFIND']) {
      server.addFaults({ method, kind: 'reset' });
      await target.put(`after ${method}`, LARGE, META);
    }
    server.addFaults({ method: 'GET', kind: 'reset' });
    expect((await target.get('after MOVE', { maxBytes: LARGE.length }))?.bytes.length).toBe(LARGE.length);
  });

  it('on connections of which the server has ended all is asked for on a new one', async () => {
    const target = await start();
    await target.put('a', BYTES, META);
    for (const method of ['PUT', 'MOVE', 'PROPFIND', 'GET']) {
      await Promise.all(Array.from({ length: 8 }, () => target.get('a', { maxBytes: BYTES.length }))); // 8 idle connections
      server.addFaults({ method, kind: 'stale', times: 8 });
      await target.put(`after ${method}`, LARGE, META);
      expect((await target.get(`after ${method}`, { maxBytes: LARGE.length }))?.bytes.length).toBe(LARGE.length);
      server.clearFaults();
    }
  });

  it('of an upload leaves nothing half', async () => {
    const target = await start();
    for (const kind of ['reset', 'lost-answer'] as const) {
      server.addFaults({ method: 'PUT', kind, times: 2 });
      await expect(target.put('a', LARGE, META)).rejects.toMatchObject({
        code: 'ERR_TARGET_UNREACHABLE',
        retryable: true,
      });
      expect([await keysOf(target), left()]).toEqual([[], []]);
    }
  });
});

describe('what servers are like', () => {
  it('locked by somebody else: waits', async () => {
    const target = await start();
    server.addFaults({ method: 'LOCK', kind: 'error', status: 423, times: 3 });
    await target.putIf('c', BYTES, META, { ifNoneMatch: '*' });
    expect(server.log.filter(({ method, status }) => method === 'LOCK' && status === 423)).toHaveLength(3);
    expect(server.store.locks.size).toBe(0);
  });

  it('a lock that fails a few times is asked for again, and one that always fails is an error', async () => {
    const target = await start();
    server.addFaults({ method: 'LOCK', kind: 'error', status: 500, times: 3 });
    await target.putIf('a', BYTES, META, { ifNoneMatch: '*' });
    server.addFaults({ method: 'LOCK', kind: 'error', status: 500, times: 99 });
    await expect(target.putIf('b', BYTES, META, { ifNoneMatch: '*' })).rejects.toMatchObject({
      code: 'ERR_TARGET_FAILED',
      details: { method: 'LOCK', status: 500 },
    });
  });

  it('a failed write gives its lock back', async () => {
    const target = await start();
    server.addFaults({ method: 'PUT', kind: 'error', status: 507 });
    await expect(target.putIf('c', BYTES, META, { ifNoneMatch: '*' })).rejects.toMatchObject({
      code: 'ERR_TARGET_FAILED',
    });
    expect(server.store.locks.size).toBe(0);
  });

  it('locks that are announced and refused: conditions decide', async () => {
    const target = await start();
    server.addFaults({ method: 'LOCK', kind: 'error', status: 405 });
    await target.putIf('c', BYTES, META, { ifNoneMatch: '*' });
    const again = target.putIf('c', LARGE, META, { ifNoneMatch: '*' });
    await expect(again).rejects.toMatchObject({ code: 'ERR_PUBLISH_CONFLICT' });
  });

  it('a proxy ends TLS, so that MOVE is refused: files are written in place', async () => {
    const target = await start();
    server.addFaults({ method: 'MOVE', kind: 'error', status: 502, times: 9 });
    await target.put('a', LARGE, META);
    await target.put('b', LARGE, META);
    expect(server.log.filter(({ method }) => method === 'MOVE')).toHaveLength(1);
    expect([await keysOf(target), left()]).toEqual([['a', 'b'], []]);
  });

  it('no etags: small objects are known by their content, large ones cannot be', async () => {
    const target = await start({ hasEtags: false });
    const { etag } = await target.putIf('c', BYTES, META, { ifNoneMatch: '*' });
    await target.putIf('c', LARGE.slice(0, 9), META, { ifMatch: etag });
    await expect(target.putIf('c', BYTES, META, { ifMatch: etag })).rejects.toMatchObject({
      code: 'ERR_PUBLISH_CONFLICT',
    });
    await expect(target.put('large', LARGE, META)).rejects.toMatchObject({ code: 'ERR_TARGET_UNSUPPORTED' });
  });

  it('uploads that a killed process left go after a day', async () => {
    const target = await start();
    await target.put('a', BYTES, META);
    for (const [name, ageHours] of Object.entries({ old: 25, young: 23 })) {
      const modifiedAt = new Date(Date.now() - ageHours * 3_600_000);
      server.store.files.set(`/game/.lading/uploads/${name}`, {
        bytes: Buffer.from('x'),
        etag: '"x"',
        contentType: 'x',
        modifiedAt,
      });
    }
    await open().put('b', BYTES, META);
    expect(left()).toEqual(['/game/.lading/uploads/young']);
    expect(await keysOf(target)).toEqual(['a', 'b']);
    await expect(target.head('.lading/lock')).rejects.toMatchObject({ code: 'ERR_TARGET_KEY' });
  });
});

describe('a claim that a killed process left', () => {
  const leave = (ageMs: number): void => {
    const modifiedAt = new Date(Date.now() - ageMs);
    const claim = { bytes: Buffer.from('.'), etag: '"x"', contentType: 'x', modifiedAt };
    server.store.files.set('/game/.lading/claims/left', claim);
  };
  const claims = (): string[] => [...server.store.files.keys()].filter((path) => path.includes('/claims/'));

  it('keeps others waiting for a minute, and no longer', async () => {
    const target = await start();
    const { etag } = await target.putIf('c', BYTES, META, { ifNoneMatch: '*' });
    leave(58_000);
    const began = Date.now();
    await target.putIf('c', LARGE, META, { ifMatch: etag });
    expect(Date.now() - began).toBeGreaterThan(1_000);
    expect(claims()).toEqual([]);
  });

  it('makes a call wait that can be aborted', async () => {
    const target = await start();
    await target.putIf('a', BYTES, META, { ifNoneMatch: '*' });
    leave(0);
    const signal = AbortSignal.timeout(300);
    const write = target.putIf('c', BYTES, META, { ifNoneMatch: '*' }, { signal });
    await expect(write).rejects.toMatchObject({ name: 'TimeoutError' });
    expect([await keysOf(target), claims(), server.store.locks.size]).toEqual([
      ['a'],
      ['/game/.lading/claims/left'],
      0,
    ]);
  });
});

describe('a listing', () => {
  const answer = (text: string): { readonly body: string } => ({ body: text });
  const entry = (href: string): string =>
    `<D:response><D:href>${href}</D:href><D:propstat><D:prop><D:resourcetype/><D:getcontentlength>3</D:getcontentlength></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>`;
  const listing = (...hrefs: string[]): string =>
    `<?xml version="1.0"?>\n<D:multistatus xmlns:D="DAV:">${hrefs.map(entry).join('')}</D:multistatus>`;

  async function listed(body: string): Promise<unknown> {
    const target = await start();
    await target.put('z', BYTES, META);
    server.addFaults({ method: 'PROPFIND', kind: 'replace', status: 207, answer: answer(body) });
    return keysOf(target).catch((error: unknown) => error);
  }

  it('may name files by URL, by path, and with characters written in any way', async () => {
    expect(
      await listed(listing('http://other.host/game/a', '/game/%62', '/game/&#99;&amp;', '/game/<![CDATA[d]]>')),
    ).toEqual(['a', 'b', 'c&', 'd']);
  });

  it.each([
    ['that is cut', listing('/game/a').slice(0, -9), 'it ends early'],
    ['that is no XML', 'hello <', 'it ends early'],
    ['whose tags do not match', '<a><b></a></b>', 'its tags do not match'],
    ['that defines entities', `<!DOCTYPE x [<!ENTITY a "aaa">]>${listing('/game/&a;')}`, 'a document type'],
    ['of entities that there are not', listing('/game/&a;'), 'the unknown entity a'],
    ['that is endlessly deep', '<a>'.repeat(100), 'nested too deeply'],
    ['with an endless name', listing(`/game/${'a'.repeat(100_000)}`), 'too long'],
    ['of another folder', listing('/elsewhere/a'), 'is not in /game/'],
    ['of what is further down', listing('/game/a/b'), 'is not in /game/'],
    [
      'of files without size',
      listing('/game/a').replace(/<D:getcontentlength>.*?<\/D:getcontentlength>/, ''),
      'has no size',
    ],
  ])('%s is refused', async (_what, body, problem) => {
    expect(await listed(body)).toMatchObject({ code: 'ERR_TARGET_FAILED', message: expect.stringContaining(problem) });
  });
});

describe('releases', () => {
  it('are published once, by one of two at once, and read as a client does', async () => {
    const target = await start();
    const project = await newProject();
    const first = await sourceOf(project, manyArchives(12, 'one'));
    expect(await publish(project, first, target)).toMatchObject({ status: 'published', uploadedObjects: 14 });
    expect(await publish(project, first, open())).toMatchObject({ status: 'up-to-date', uploadedObjects: 0 });
    const [second, third] = [
      await sourceOf(project, manyArchives(12, 'two', 6), { sequence: 2 }),
      await sourceOf(project, manyArchives(12, 'three', 6), { sequence: 3 }),
    ];
    const race = await Promise.allSettled([publish(project, second, open()), publish(project, third, open())]);
    expect(race.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await readAsClient(target, project.roots[0]))?.channel.sequence).toBe(2);
    expect(left()).toEqual([]);
  });

  it('are published by one of two at once also where the server has neither locks nor conditions', async () => {
    const target = await start({ hasLocks: false, hasConditions: false });
    const project = await newProject();
    await publish(project, await sourceOf(project, manyArchives(3, 'one')), target);
    const sources = await Promise.all(
      [2, 3, 4].map((sequence) => sourceOf(project, manyArchives(3, `${sequence}`), { sequence })),
    );
    const race = await Promise.allSettled(sources.map((source) => publish(project, source, open())));
    expect(race.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect((await readAsClient(target, project.roots[0]))?.channel.sequence).toBe(2);
  });
});
