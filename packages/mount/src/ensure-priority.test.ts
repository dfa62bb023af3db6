// Over 300 lines: priorities and policies of roots, over the same server that holds answers back.
import {
  buildLayout,
  type FileServer,
  type Layout,
  type LayoutOptions,
  layoutKeys,
  randomFrom,
  serveFiles,
} from '@lading/fixtures';
import { afterEach, describe, expect, test } from 'vitest';
import { memoryStore } from './memory-store.js';
import { createRuntime, type Runtime } from './runtime.js';
import type { RuntimeEvent } from './runtime-events.js';
import type { RuntimeOptions } from './runtime-options.js';
import type { Progress } from './runtime-types.js';

const keys = await layoutKeys();
const BIG = 200_000;
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A layout with one archive for each name; a root `/<name>` for each key of `roots`. */
function layoutOf(
  roots: Readonly<Record<string, readonly string[]>>,
  options: Partial<LayoutOptions> = {},
): Promise<Layout> {
  const names = [...new Set(Object.values(roots).flat())];
  const archives = names.map((name) => {
    const members = [`/${name}`, name.repeat(BIG).slice(0, BIG)].map((content, i) => ({
      name: i === 0 ? name : `${name}.bin`,
      bytes: new TextEncoder().encode(content),
    }));
    return [name, { members }] as const;
  });
  const paths = Object.entries(roots).map(([root, needed]) => [`/${root}`, needed] as const);
  return buildLayout({ keys, archives: Object.fromEntries(archives), roots: Object.fromEntries(paths), ...options });
}

/** A server that gives the first half of the archives that it holds, and the rest when it is told. */
class SlowServer {
  readonly server: FileServer;
  /** Names of archives in the order of their requests, with `+` where a request goes on in the middle. */
  readonly asked: string[] = [];
  readonly #held = new Map<string, (() => void)[]>();
  readonly #waiting: { readonly name: string; readonly resolve: () => void }[] = [];

  constructor(server: FileServer, layout: Layout) {
    this.server = server;
    server.hook = (request, response, key) => {
      const name = /^archives\/(.*)\.[0-9a-f]{16}\.zip$/.exec(key)?.[1];
      if (name === undefined) return false;
      const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
      this.#note(from > 0 ? `${name}+` : name);
      const held = this.#held.get(name);
      if (held === undefined) return false;
      const bytes = layout.files.get(key) ?? new Uint8Array();
      const range = { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
      response.writeHead(from > 0 ? 206 : 200, { 'content-length': bytes.length - from, ...(from > 0 ? range : {}) });
      const half = from + Math.ceil((bytes.length - from) / 2);
      response.write(bytes.subarray(from, half));
      held.push(() => response.end(bytes.subarray(half)));
      return true;
    };
  }

  hold(...names: readonly string[]): void {
    for (const name of names) this.#held.set(name, []);
  }

  release(name: string): void {
    for (const end of this.#held.get(name) ?? []) end();
    this.#held.delete(name);
  }

  /** Resolves when an archive is asked for. */
  async untilAsked(name: string): Promise<void> {
    if (this.asked.includes(name)) return;
    await new Promise<void>((resolve) => this.#waiting.push({ name, resolve }));
  }

  #note(name: string): void {
    this.asked.push(name);
    for (const { resolve } of this.#waiting.filter((one) => one.name === name)) resolve();
  }
}

async function start(
  layout: Layout,
  options: Partial<RuntimeOptions> = {},
): Promise<{ runtime: Runtime; slow: SlowServer; events: RuntimeEvent[] }> {
  const server = await serveFiles(layout.files);
  closers.push(() => server.close());
  const slow = new SlowServer(server, layout);
  const events: RuntimeEvent[] = [];
  const channel = `${server.url}channels/stable.json`;
  const onEvent = (event: RuntimeEvent): void => void events.push(event);
  const runtime = await createRuntime({ store: memoryStore(), channel, keys: layout.root, onEvent, ...options });
  closers.push(() => runtime.close());
  return { runtime, slow, events };
}

/** Resolves when so many bytes of an archive have arrived. */
function untilReceived(runtime: Runtime, root: string, options: { priority?: number; signal?: AbortSignal } = {}) {
  let onHalf = (): void => {};
  const half = new Promise<void>((resolve) => {
    onHalf = resolve;
  });
  const onProgress = ({ receivedBytes, totalBytes }: Progress): void => {
    if (receivedBytes >= totalBytes / 2) onHalf();
  };
  return { half, done: runtime.ensure(root, { ...options, onProgress }) };
}

describe('ensure with a priority', () => {
  test('goes before one that runs, which makes way and goes on from where it stopped', async () => {
    const layout = await layoutOf({ far: ['far'], near: ['near'] });
    const { runtime, slow, events } = await start(layout, { concurrency: 1 });
    slow.hold('far');
    const far = untilReceived(runtime, '/far');
    await far.half;
    await runtime.ensure('/near', { priority: 1 });
    expect(runtime.mounts().map(({ name }) => name)).toEqual(['near']);
    slow.release('far');
    const { receivedBytes } = await far.done;
    expect(slow.asked).toEqual(['far', 'near', 'far+']);
    const [size] = layout.release.archives.map(({ sizeBytes }) => sizeBytes);
    expect(receivedBytes).toBe(size);
    const resumed = events.flatMap((event) =>
      event.type === 'downloadStarted' && event.archive === 'far' ? [event.resumedBytes] : [],
    );
    expect(resumed[1]).toBeGreaterThan(BIG / 2);
    expect(events.filter(({ type }) => type === 'downloadPaused' || type === 'downloadFailed')).toEqual([
      { type: 'downloadPaused', archive: 'far', receivedBytes: resumed[1] },
    ]);
    expect(text(await runtime.read('/far'))).toBe('/far');
  });

  test('of the same height waits its turn', async () => {
    const { runtime, slow } = await start(await layoutOf({ one: ['one'], two: ['two'] }), { concurrency: 1 });
    slow.hold('one');
    const one = untilReceived(runtime, '/one', { priority: 3 });
    await one.half;
    const two = runtime.ensure('/two', { priority: 3 });
    slow.release('one');
    await Promise.all([one.done, two]);
    expect(slow.asked).toEqual(['one', 'two']);
  });

  test('below 0 leaves the line to whatever else is asked for, also where turns are free', async () => {
    const { runtime, slow, events } = await start(await layoutOf({ back: ['back'], front: ['front'] }));
    slow.hold('back', 'front');
    const back = untilReceived(runtime, '/back', { priority: -1 });
    await back.half;
    const front = untilReceived(runtime, '/front');
    await front.half;
    expect(events.flatMap((event) => (event.type === 'downloadPaused' ? [event.archive] : []))).toEqual(['back']);
    slow.release('back');
    slow.release('front');
    await front.done;
    await back.done;
    expect(slow.asked).toEqual(['back', 'front', 'back+']);
  });

  test('makes a download that runs already as urgent as itself, and starts no second one', async () => {
    const { runtime, slow, events } = await start(await layoutOf({ same: ['same'], other: ['other'] }), {
      concurrency: 1,
    });
    slow.hold('same');
    const calm = untilReceived(runtime, '/same', { priority: -1 });
    await calm.half;
    const urgent = runtime.ensure('/same', { priority: 9 });
    const other = runtime.ensure('/other', { priority: 5 });
    slow.release('same');
    await Promise.all([calm.done, urgent, other]);
    expect(slow.asked).toEqual(['same', 'other']);
    expect(events.some(({ type }) => type === 'downloadPaused')).toBe(false);
  });

  test('takes its urgency with it when it is aborted', async () => {
    const { runtime, slow } = await start(await layoutOf({ same: ['same'], other: ['other'] }), { concurrency: 1 });
    slow.hold('same');
    const calm = untilReceived(runtime, '/same', { priority: -1 });
    await calm.half;
    const leaving = new AbortController();
    const urgent = runtime.ensure('/same', { priority: 9, signal: leaving.signal });
    const other = runtime.ensure('/other');
    leaving.abort(new Error('changed my mind'));
    await expect(urgent).rejects.toThrow('changed my mind');
    await other;
    slow.release('same');
    await calm.done;
    expect(slow.asked).toEqual(['same', 'other', 'same+']);
  });

  test('is fair among equals: a root of one archive does not wait for all of another', async () => {
    const many = Array.from({ length: 6 }, (_, i) => `many-${i}`);
    const { runtime, slow } = await start(await layoutOf({ many, few: ['few'] }), { concurrency: 1 });
    slow.hold('many-0');
    const first = runtime.ensure('/many');
    await slow.untilAsked('many-0');
    const second = runtime.ensure('/few');
    slow.release('many-0');
    await Promise.all([first, second]);
    expect(slow.asked.slice(0, 2)).toEqual(['many-0', 'few']);
  });

  test('that waits and is aborted asks for nothing', async () => {
    const { runtime, slow } = await start(await layoutOf({ one: ['one'], two: ['two'] }), { concurrency: 1 });
    slow.hold('one');
    const one = untilReceived(runtime, '/one');
    await one.half;
    const leaving = new AbortController();
    const two = runtime.ensure('/two', { signal: leaving.signal });
    leaving.abort(new Error('not wanted'));
    await expect(two).rejects.toThrow('not wanted');
    slow.release('one');
    await one.done;
    expect(slow.asked).toEqual(['one']);
  });

  test('that is no whole number is refused', async () => {
    const { runtime } = await start(await layoutOf({ one: ['one'] }));
    await expect(runtime.ensure('/one', { priority: 0.5 })).rejects.toMatchObject({ code: 'ERR_RUNTIME_OPTIONS' });
  });

  test('in any order, with calls that are aborted, everything wanted arrives and few bytes come twice', async () => {
    const seed = Number(process.env.LADING_SEED ?? Date.now() % 1_000_000);
    const random = randomFrom(seed);
    const names = Array.from({ length: 12 }, (_, i) => `a${i}`);
    const roots = Object.fromEntries(names.map((name, i) => [`r${i}`, [name, names[(i + 5) % 12] ?? name]]));
    const layout = await layoutOf(roots);
    const { runtime, events, slow } = await start(layout, { concurrency: 3 });
    const wanted = await Promise.all(
      Object.keys(roots).map(async (root, i) => {
        await new Promise((resolve) => setTimeout(resolve, random() * 40));
        const stop = new AbortController();
        const isAborted = i % 4 === 3;
        if (isAborted) setTimeout(() => stop.abort(new Error('stop')), random() * 20);
        const call = runtime.ensure(`/${root}`, { priority: Math.floor(random() * 5) - 2, signal: stop.signal });
        const outcome = await call.then(
          () => 'here',
          (error: Error) => error.message,
        );
        expect(['here', ...(isAborted ? ['stop'] : [])], `seed ${seed}: ${root}`).toContain(outcome);
        return outcome === 'here' ? (roots[root] ?? []) : [];
      }),
    );
    for (const name of wanted.flat()) expect(text(await runtime.read(`/${name}`)), `seed ${seed}`).toBe(`/${name}`);
    expect(
      events.filter(({ type }) => type === 'downloadFailed'),
      `seed ${seed}`,
    ).toEqual([]);
    expect(slow.asked.filter((name) => !name.endsWith('+')).length, `seed ${seed}`).toBeLessThanOrEqual(3 * 12);
  });
});

describe('policies of roots', () => {
  const roots = { menu: ['menu', 'common'], hud: ['hud', 'common'], next: ['next'], later: ['later'], rare: ['rare'] };
  const policies = {
    '/menu': 'essential',
    '/hud': 'essential',
    '/next': 'prefetch',
    '/later': 'prefetch',
    '/rare': 'on-demand',
  } as const;

  test('ensureEssential makes the essential roots whole, and counts what they share once', async () => {
    const layout = await layoutOf(roots, { policies });
    const { runtime, slow } = await start(layout);
    const seen: Progress[] = [];
    const ensured = await runtime.ensureEssential({ onProgress: (progress) => void seen.push(progress) });
    expect(ensured.map(({ root }) => root)).toEqual(['/hud', '/menu']);
    expect([...slow.asked].sort()).toEqual(['common', 'hud', 'menu']);
    const total = layout.release.archives
      .filter(({ name }) => ['common', 'hud', 'menu'].includes(name))
      .reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    expect(seen.every(({ totalBytes }) => totalBytes === total)).toBe(true);
    expect(seen.at(-1)?.receivedBytes).toBe(total);
    expect(await runtime.ensureEssential()).toMatchObject([{ receivedBytes: 0 }, { receivedBytes: 0 }]);
  });

  test('ensureEssential goes before an ensure that came earlier', async () => {
    const { runtime, slow } = await start(await layoutOf(roots, { policies }), { concurrency: 1 });
    slow.hold('rare');
    const rare = untilReceived(runtime, '/rare');
    await rare.half;
    await runtime.ensureEssential();
    slow.release('rare');
    await rare.done;
    expect(slow.asked[0]).toBe('rare');
    expect(slow.asked.at(-1)).toBe('rare+');
  });

  test('ensureEssential fails as a whole where one of them cannot be had', async () => {
    const layout = await layoutOf(roots, { policies });
    layout.files.delete(layout.release.archives.find(({ name }) => name === 'hud')?.key ?? '');
    const { runtime } = await start(layout, { retryDelayMs: 1 });
    await expect(runtime.ensureEssential()).rejects.toMatchObject({ code: 'ERR_SOURCE_MISSING' });
  });

  test('prefetch brings its roots in the background, says what it could not get, and leaves on-demand ones alone', async () => {
    const layout = await layoutOf(roots, { policies });
    layout.files.delete(layout.release.archives.find(({ name }) => name === 'later')?.key ?? '');
    const { runtime, slow } = await start(layout, { retryDelayMs: 1 });
    slow.hold('next');
    const prefetch = runtime.prefetch();
    await expect(slow.untilAsked('next')).resolves.toBeUndefined();
    await runtime.ensure('/menu');
    slow.release('next');
    const { ensured, failed } = await prefetch;
    expect(ensured.map(({ root }) => root)).toEqual(['/next']);
    expect(failed).toMatchObject([{ root: '/later', error: { code: 'ERR_SOURCE_MISSING' } }]);
    expect(slow.asked.filter((name) => name.startsWith('rare'))).toEqual([]);
  });

  test('prefetch ends when it is told to', async () => {
    const { runtime, slow } = await start(await layoutOf(roots, { policies }));
    slow.hold('later');
    const leaving = new AbortController();
    const prefetch = runtime.prefetch({ signal: leaving.signal });
    await slow.untilAsked('later');
    leaving.abort(new Error('the player left'));
    await expect(prefetch).rejects.toThrow('the player left');
    expect(slow.asked).toEqual(['later']);
  });
});
