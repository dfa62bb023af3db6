// Over 300 lines: the twenty faults of publishing in one place, with the numbers of the list they are checked against.
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import {
  digestOf,
  type Release,
  readEnvelope,
  rootKey,
  type SigningKey,
  type TrustedRoot,
  trustRoot,
  verifyChannel,
  verifyRelease,
} from '@lading/manifest';
import {
  applyPublish,
  collectGarbage,
  OBJECT_HEADERS,
  objectKind,
  type PreparePublishOptions,
  type PublishResult,
  type PublishTarget,
  patientTarget,
  preparePublish,
  type ReleaseSource,
} from '@lading/publisher';
import { type MemoryS3, type MemoryS3Options, type S3Fault, startMemoryS3 } from '@lading/s3-server';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { sourcesFor } from './release-source.fixture.js';
import type { S3TargetOptions } from './s3-options.js';
import { s3Target } from './s3-target.js';

const isLong = process.env.LADING_LONG !== undefined;
const DAY_MS = 86_400_000;
const LIFE_MS = 30 * DAY_MS;
/** With root, release and channel the 50 objects of a publish. */
const ARCHIVES = 47;
/** A fault that stays until it is cleared. */
const FOR_EVER = 1_000_000;

let s3: MemoryS3;
let client: S3Client;
let first: ReleaseSource;
let second: ReleaseSource;
let third: ReleaseSource;
let channelKeys: readonly SigningKey[];

beforeAll(async () => {
  ({ first, second, third, channelKeys } = await sourcesFor(ARCHIVES));
});
beforeEach(() => start());
afterEach(async () => {
  vi.unstubAllEnvs();
  client.destroy();
  await s3.stop();
});

async function start(options: MemoryS3Options = {}): Promise<void> {
  s3 = await startMemoryS3({ pageSize: 1_000, ...options });
  client = newClient();
  await client.send(new CreateBucketCommand({ Bucket: 'games' }));
}

function newClient(maxAttempts: number = 3): S3Client {
  const { accessKeyId, secretAccessKey } = s3;
  return new S3Client({
    endpoint: s3.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts,
  });
}

function open(options: Partial<S3TargetOptions> = {}): PublishTarget {
  return s3Target({ bucket: 'games', prefix: 'p', client, ...options });
}

const NOW = new Date('2026-11-21T12:00:00Z');

async function publish(
  source: ReleaseSource,
  target: PublishTarget = open(),
  over: Partial<PreparePublishOptions> & { readonly concurrency?: number; readonly keys?: readonly SigningKey[] } = {},
): Promise<PublishResult> {
  const { concurrency, keys = channelKeys, ...rest } = over;
  const now = rest.now ?? NOW;
  const options = { channel: 'stable', now, expiresAt: new Date(now.getTime() + LIFE_MS), ...rest };
  const prepared = await preparePublish(source, target, options);
  return applyPublish(prepared.plan, target, {
    source: prepared.source,
    channelKeys: keys,
    concurrency,
    signal: rest.signal,
  });
}

/** What the bucket has under a key of the target. */
function stored(key: string): Uint8Array | undefined {
  return s3.buckets.get('games')?.objects.get(`p/${key}`)?.bytes;
}

function keysOf(folder: string): string[] {
  const keys = [...(s3.buckets.get('games')?.objects.keys() ?? [])].map((key) => key.slice(2));
  return keys.filter((key) => key.startsWith(`${folder}/`)).sort();
}

/** Reads the bucket as a client does: everything that the channel promises is there and right. */
async function readWhole(): Promise<Release | undefined> {
  const channelBytes = stored('channels/stable.json');
  if (channelBytes === undefined) return undefined;
  const root: TrustedRoot = await trustRoot(stored(rootKey(1)) ?? new Uint8Array());
  const { channel } = await verifyChannel(channelBytes, root, { now: NOW, project: 'game', name: 'stable' });
  const release = await verifyRelease(stored(channel.release.key) ?? new Uint8Array(), root, {
    ...channel.release,
    project: 'game',
  });
  for (const { key, digest } of release.archives)
    expect(await digestOf(stored(key) ?? new Uint8Array()), key).toBe(digest);
  return release;
}

const isArchive: S3Fault['matches'] = ({ path }) => path.includes('/archives/');
const requests = (operation: string, from = 0): number =>
  s3.log.slice(from).filter((request) => request.operation === operation).length;

describe('P01 a publish of 50 objects, killed at a request', () => {
  it.each(['reset', 'lost-answer'] as const)(
    'leaves the old or the new release whole, and the next one uploads only the rest: %s',
    async (kind) => {
      await publish(first);
      const objects = s3.buckets.get('games')?.objects;
      const before = new Map(objects);
      let count = 0;
      for (let at = 1; ; at += isLong ? 1 : 9) {
        objects?.clear();
        for (const [key, object] of before) objects?.set(key, object);
        let seen = 0;
        s3.addFaults({ kind, times: FOR_EVER, matches: () => ++seen >= at });
        // The process is gone with its first lost request: nothing is tried again.
        const dying = newClient();
        dying.config.maxAttempts = async () => 1;
        const outcome = await publish(second, s3Target({ bucket: 'games', prefix: 'p', client: dying }), {
          concurrency: 3,
        }).then(
          () => 'done',
          () => 'killed',
        );
        dying.destroy();
        s3.clearFaults();
        const release = await readWhole();
        expect([first.digest, second.digest].map((digest) => keyOf(digest))).toContain(channelReleaseKey());
        expect(release).toBeDefined();
        const there = keysOf('archives').length;
        const from = s3.log.length;
        expect((await publish(second)).status).toMatch(/published|up-to-date/);
        expect(channelReleaseKey()).toBe(keyOf(second.digest));
        const archivesSent = s3.log
          .slice(from)
          .filter(({ operation, path }) => operation === 'PutObject' && path.includes('/archives/'));
        expect(archivesSent).toHaveLength(2 * ARCHIVES - there);
        count += 1;
        if (outcome === 'done') break;
      }
      console.info(
        `s3: killed at ${count} requests of a publish of 50 objects (${kind}): the old or the new release whole each time`,
      );
      expect(count).toBeGreaterThan(isLong ? 60 : 6);
    },
  );

  const keyOf = (digest: string): string => `releases/${digest.slice(7)}.json`;
  function channelReleaseKey(): string {
    const payload = readEnvelope(stored('channels/stable.json') ?? new Uint8Array()).payload;
    return (JSON.parse(new TextDecoder().decode(payload)) as { release: { key: string } }).release.key;
  }
});

describe('publishing through faults', () => {
  it('P02 two publishers: one wins each sequence, the other is told and publishes again', async () => {
    await publish(first);
    const race = await Promise.allSettled([publish(second), publish(third)]);
    expect(race.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const loser = race[0]?.status === 'rejected' ? second : third;
    for (const result of race) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'ERR_PUBLISH_CONFLICT' });
    }
    const again = await publish(loser, open(), { releaseKeys: channelKeys });
    expect(again.channel.sequence).toBe(3);
    const same = await Promise.all([
      publish(loser, open(), { releaseKeys: channelKeys }),
      publish(loser, open(), { releaseKeys: channelKeys }),
    ]);
    expect(same.map(({ status }) => status)).toEqual(['up-to-date', 'up-to-date']);
    await readWhole();
  });

  it('P03 credentials that expire on the way: said so, and the rest goes with new ones', async () => {
    let puts = 0;
    s3.addFaults({
      operation: 'PutObject',
      kind: 'error',
      status: 400,
      code: 'ExpiredToken',
      times: FOR_EVER,
      matches: () => ++puts > 20,
    });
    await expect(publish(first)).rejects.toMatchObject({
      code: 'ERR_TARGET_FORBIDDEN',
      details: { code: 'ExpiredToken' },
    });
    s3.clearFaults();
    const from = s3.log.length;
    const own = newClient();
    await publish(first, s3Target({ bucket: 'games', prefix: 'p', client: own }));
    own.destroy();
    expect(requests('PutObject', from)).toBeLessThan(ARCHIVES);
    await readWhole();
  });

  it('P04 a clock that is wrong: set right by the server’s, or said with the difference', async () => {
    await client.send(new CreateBucketCommand({ Bucket: 'games' })).catch(() => undefined);
    await s3.stop();
    s3 = await startMemoryS3({ pageSize: 1_000, now: () => new Date(Date.now() + 2 * 3_600_000) });
    client = newClient();
    await client.send(new CreateBucketCommand({ Bucket: 'games' }));
    expect(await publish(first)).toMatchObject({ status: 'published' });
    s3.addFaults({ kind: 'error', status: 403, code: 'RequestTimeTooSkewed', times: FOR_EVER });
    await expect(publish(second)).rejects.toMatchObject({
      code: 'ERR_TARGET_FORBIDDEN',
      message: expect.stringContaining('120 minutes behind'),
      details: { code: 'RequestTimeTooSkewed', serverTime: expect.any(String) },
    });
  });

  it('P05 SlowDown for a long while: it waits, with less under way, and finishes', async () => {
    await publish(first);
    const busy = open({ maxAttempts: 1, client: newClient(1) });
    const underWay: number[] = [];
    let active = 0;
    const counting: PublishTarget = {
      ...busy,
      async put(...args) {
        underWay.push(++active);
        try {
          return await busy.put(...args);
        } finally {
          active -= 1;
        }
      },
    };
    s3.addFaults({
      operation: 'PutObject',
      kind: 'error',
      status: 503,
      code: 'SlowDown',
      times: 30,
      matches: isArchive,
    });
    const target = patientTarget(counting, { retryDelayMs: 5 });
    expect(await publish(second, target, { concurrency: 8 })).toMatchObject({ status: 'published' });
    expect([Math.max(...underWay), underWay.slice(8, 30).includes(1)]).toEqual([8, true]);
    await readWhole();
  });

  it('P06 one request in ten answers 500', async () => {
    const target = patientTarget(open(), { retryDelayMs: 5 });
    await publish(first, target);
    let count = 0;
    s3.addFaults({
      kind: 'error',
      status: 500,
      code: 'InternalError',
      times: FOR_EVER,
      matches: () => ++count % 10 === 0,
    });
    expect(await publish(second, target)).toMatchObject({ status: 'published' });
    s3.clearFaults();
    await readWhole();
  });

  it('P07 a write that answers 500 and was done: there is one object, and it is right', async () => {
    s3.addFaults({ operation: 'PutObject', kind: 'error-after', status: 500, code: 'InternalError', times: 30 });
    expect(await publish(first, patientTarget(open(), { retryDelayMs: 5 }))).toMatchObject({ status: 'published' });
    expect(keysOf('archives')).toHaveLength(ARCHIVES);
    await readWhole();
  });

  it.each([
    ['P08 a completion that answers 200 with an error is none', { kind: 'error-body', code: 'InternalError' }],
    ['P08 a completion that stays broken is none', { kind: 'error', status: 500, code: 'InternalError' }],
  ] as const)('%s', async (_, fault) => {
    s3.addFaults({ operation: 'CompleteMultipartUpload', ...fault, times: 3 });
    const { large, keys } = await largeSource();
    const target = open({ partBytes: 5 * 1024 * 1024 });
    await expect(publish(large, target, { keys })).rejects.toMatchObject({
      code: 'ERR_TARGET_FAILED',
      details: { code: 'InternalError' },
    });
    expect(stored('channels/stable.json')).toBeUndefined();
    expect(await publish(large, target, { keys })).toMatchObject({ status: 'published' });
    await readWhole();
  });

  it('P09 an upload that was left half: never counted as there', async () => {
    const { large, keys } = await largeSource();
    const target = open({ partBytes: 5 * 1024 * 1024 });
    const cut: S3Fault = { operation: 'CompleteMultipartUpload', kind: 'reset', times: FOR_EVER };
    // The clean-up does not get through, either.
    s3.addFaults(cut, { operation: 'AbortMultipartUpload', kind: 'reset', times: FOR_EVER });
    await expect(publish(large, target, { keys })).rejects.toMatchObject({ code: 'ERR_TARGET_UNREACHABLE' });
    s3.clearFaults();
    expect(s3.buckets.get('games')?.uploads.size).toBe(1);
    const from = s3.log.length;
    expect(
      (
        await preparePublish(large, target, {
          channel: 'stable',
          now: NOW,
          expiresAt: new Date(NOW.getTime() + DAY_MS),
        })
      ).plan.uploads,
    ).toHaveLength(3 - 1);
    expect(await publish(large, open({ partBytes: 5 * 1024 * 1024 }), { keys })).toMatchObject({ status: 'published' });
    expect(requests('UploadPart', from)).toBe(0);
    await readWhole();
  });

  it('P10 wrong bytes under the right name: found by size, and by digest when asked to repair', async () => {
    await publish(first);
    const [one, two] = first.release.archives;
    const objects = s3.buckets.get('games')?.objects;
    await open().put(one?.key ?? '', new TextEncoder().encode('longer than it was'), OBJECT_HEADERS.archive);
    await expect(publish(first)).rejects.toMatchObject({
      code: 'ERR_PUBLISH_IMMUTABLE',
      hint: expect.stringContaining('--repair'),
    });
    const sameSize = new Uint8Array(two?.sizeBytes ?? 0).fill(65);
    await open().put(two?.key ?? '', sameSize, OBJECT_HEADERS.archive);
    expect(await publish(first, open(), { repair: true })).toMatchObject({ status: 'repaired', uploadedObjects: 2 });
    await readWhole();
    expect(await publish(first, open(), { repair: true })).toMatchObject({ status: 'up-to-date' });
    expect(objects?.size).toBe(ARCHIVES + 3);
  });

  it('P11 the answer to the channel’s write gets lost: reading it back decides', async () => {
    await publish(first);
    const isChannel: S3Fault['matches'] = ({ path, headers }) =>
      path.endsWith('/channels/stable.json') && headers['if-match'] !== undefined;
    s3.addFaults({ operation: 'PutObject', kind: 'lost-answer', matches: isChannel });
    expect(await publish(second)).toMatchObject({ status: 'published', channel: { sequence: 2 } });
    s3.addFaults({ operation: 'PutObject', kind: 'reset', matches: isChannel, times: 3 });
    await expect(publish(third, open(), { releaseKeys: channelKeys })).rejects.toMatchObject({
      code: 'ERR_TARGET_UNREACHABLE',
      retryable: true,
    });
    expect(await publish(third, open(), { releaseKeys: channelKeys })).toMatchObject({ channel: { sequence: 3 } });
  });

  it('P12 a listing that shows what was just deleted: a collection is unharmed', async () => {
    await publish(first);
    await publish(second);
    const target = open();
    const shadow: PublishTarget = {
      ...target,
      async *list(prefix, options) {
        if (prefix === 'archives/') yield { key: 'archives/a.0123456789abcdef.zip', sizeBytes: 1 };
        for await (const object of target.list(prefix, options)) yield object;
      },
    };
    const roots = first.roots;
    let time = NOW.getTime();
    for (const days of [0, 70, 10, 40]) {
      time += days * DAY_MS;
      await collectGarbage(shadow, { roots, now: () => new Date(time), graceMs: 5 * DAY_MS, keepReleases: 1 });
      await readWhole();
    }
    expect(keysOf('archives')).toHaveLength(ARCHIVES);
  });

  it('P13 and P14 a collection beside a publish, and one that is killed: nothing that is public is lost', async () => {
    await publish(first);
    await publish(second);
    let time = NOW.getTime() + 40 * DAY_MS;
    const collect = (target: PublishTarget): Promise<unknown> =>
      collectGarbage(target, { roots: first.roots, now: () => new Date(time), graceMs: 5 * DAY_MS, keepReleases: 1 });
    await collect(open()); // buries what only the first release needed
    time += 6 * DAY_MS;
    s3.addFaults({
      operation: 'DeleteObject',
      kind: 'lost-answer',
      times: FOR_EVER,
      matches: () => s3.log.length % 2 === 0,
    });
    const again = publish(first, open(), { now: new Date(time), releaseKeys: channelKeys }).catch(
      (error: unknown) => error,
    );
    const collected = collect(open()).catch((error: unknown) => error);
    const [published] = await Promise.all([again, collected]);
    s3.clearFaults();
    await readWhole();
    if (published instanceof Error)
      expect(published).toMatchObject({ code: expect.stringMatching(/^ERR_PUBLISH_(CONFLICT|READ_BACK)$/) });
    time += 2 * 3_600_000;
    await collect(open());
    await readWhole();
    expect(await publish(first, open(), { now: new Date(time), releaseKeys: channelKeys })).toMatchObject({
      status: expect.stringMatching(/published|up-to-date|refreshed/),
    });
    await readWhole();
  });

  it('P15 a client with a channel of 6 days ago finds everything after 20 publishes and 5 collections', async () => {
    const target = open();
    await publish(first, target);
    const held = stored('channels/stable.json') ?? new Uint8Array();
    let time = NOW.getTime();
    for (let i = 0; i < 20; i++) {
      time += 0.3 * DAY_MS;
      const source = [second, third, first][i % 3] ?? second;
      await publish(source, target, { now: new Date(time), releaseKeys: channelKeys });
      if (i % 4 === 3) {
        await collectGarbage(target, {
          roots: first.roots,
          now: () => new Date(time),
          graceMs: DAY_MS,
          keepReleases: 1,
        });
      }
    }
    const root = first.roots[0];
    const { channel } = await verifyChannel(held, root, { now: new Date(time), project: 'game', name: 'stable' });
    const release = await verifyRelease(stored(channel.release.key) ?? new Uint8Array(), root, {
      ...channel.release,
      project: 'game',
    });
    for (const { key, digest } of release.archives)
      expect(await digestOf(stored(key) ?? new Uint8Array())).toBe(digest);
  });

  it.each([
    [301, 'PermanentRedirect'],
    [307, 'TemporaryRedirect'],
    [400, 'AuthorizationHeaderMalformed'],
  ])('P16 a bucket that is elsewhere (%i %s): said so, with what to write', async (status, code) => {
    s3.addFaults({ kind: 'error', status, code, times: FOR_EVER });
    await expect(publish(first)).rejects.toMatchObject({
      code: 'ERR_TARGET_FAILED',
      message: expect.stringContaining('another region'),
      hint: expect.stringContaining('region='),
    });
  });

  it.each([
    ['refuses conditions', { kind: 'error', status: 501, code: 'NotImplemented' }],
    ['ignores conditions', 'ignore'],
  ] as const)('P17 a server that %s: found out before the first upload', async (_, fault) => {
    if (fault === 'ignore') {
      client.middlewareStack.add(
        (next) => (args) => {
          const { headers } = args.request as { headers: Record<string, string> };
          for (const name of ['if-none-match', 'if-match']) delete headers[name];
          return next(args);
        },
        { step: 'build', priority: 'low' },
      );
    } else {
      s3.addFaults({
        ...fault,
        times: FOR_EVER,
        operation: 'PutObject',
        matches: ({ headers }) => headers['if-none-match'] !== undefined,
      });
    }
    await expect(publish(first)).rejects.toMatchObject({ code: 'ERR_TARGET_UNSUPPORTED' });
    expect(keysOf('archives')).toEqual([]);
  });

  it('P18 every object has its headers', async () => {
    await publish(first);
    await publish(second);
    for (const [key, { headers }] of s3.buckets.get('games')?.objects ?? []) {
      const { contentType, cacheControl } = OBJECT_HEADERS[objectKind(key) ?? 'channel'];
      expect([key, headers['content-type'], headers['cache-control'], headers['content-encoding']]).toEqual([
        key,
        contentType,
        cacheControl,
        undefined,
      ]);
      expect(objectKind(key)).toBeDefined();
    }
  });

  it('P19 a prefix with spaces, plus, percent and other letters', async () => {
    const target = open({ prefix: 'a b+c%d/é/日本' });
    expect(await publish(first, target)).toMatchObject({ status: 'published' });
    expect(await publish(first, target)).toMatchObject({ status: 'up-to-date' });
  });

  it('P20 a bucket that may only be read: said so before the first upload', async () => {
    s3.addFaults({ operation: 'PutObject', kind: 'error', status: 403, code: 'AccessDenied', times: FOR_EVER });
    await expect(publish(first)).rejects.toMatchObject({ code: 'ERR_TARGET_FORBIDDEN' });
    expect(requests('PutObject')).toBe(1);
    await publish(first).catch(() => undefined);
    s3.clearFaults();
    await publish(first);
    s3.addFaults({ operation: 'PutObject', kind: 'error', status: 403, code: 'AccessDenied', times: FOR_EVER });
    const from = s3.log.length;
    await expect(publish(second)).rejects.toMatchObject({ code: 'ERR_TARGET_FORBIDDEN' });
    expect(requests('PutObject', from)).toBe(1);
  });
});

describe('publishing again what is there', () => {
  it('uploads nothing, asks for no object and lists once per 1,000', async () => {
    const { first: many, channelKeys: keys } = await sourcesFor(2_300);
    const target = open();
    await publish(many, target, { keys, concurrency: 32 });
    const from = s3.log.length;
    expect(await publish(many, open(), { keys })).toMatchObject({ status: 'up-to-date', uploadedObjects: 0 });
    expect([requests('PutObject', from), requests('HeadObject', from)]).toEqual([0, 0]);
    // 2,300 archives are three pages; one release and one root are one each.
    expect(requests('ListObjectsV2', from)).toBe(5);
    expect(requests('GetObject', from)).toBe(3);
  });
});

/** A release with one archive that takes three parts. */
async function largeSource(): Promise<{ readonly large: ReleaseSource; readonly keys: readonly SigningKey[] }> {
  const { first: large, channelKeys: keys } = await sourcesFor(1, 11 * 1024 * 1024);
  return { large, keys };
}
