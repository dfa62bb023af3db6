import { buildLayout, type Layout, layoutKeys } from '@lading/fixtures';
import { afterEach, describe, expect, test } from 'vitest';
import { memoryOrigin } from './memory-origin.js';
import { memoryStore } from './memory-store.js';
import type { MountStore } from './mount-store.js';
import { createRuntime, type Runtime } from './runtime.js';
import type { RuntimeEvent } from './runtime-events.js';
import type { RuntimeOptions } from './runtime-options.js';

const keys = await layoutKeys();
const file = (name: string, value: string) => ({ name, bytes: new TextEncoder().encode(value) });

const layoutOf = (sequence: number, before?: Layout): Promise<Layout> =>
  buildLayout({
    keys,
    archives: { level: { members: [file('level.json', `level of release ${sequence}`)] } },
    roots: { '/level.json': ['level'] },
    sequence,
    before: before?.files,
  });

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** One install: a store, a channel that can move on, and apps that start, crash and start again. */
class Install {
  readonly store: MountStore = memoryStore();
  readonly events: RuntimeEvent[] = [];
  readonly #files: Map<string, Uint8Array>;
  #layout: Layout;

  constructor(layout: Layout) {
    this.#layout = layout;
    this.#files = new Map(layout.files);
  }

  async publish(sequence: number): Promise<Layout> {
    this.#layout = await layoutOf(sequence, this.#layout);
    for (const [key, bytes] of this.#layout.files) this.#files.set(key, bytes);
    return this.#layout;
  }

  goOffline(): void {
    this.#files.clear();
  }

  /** An app that starts. A crash is an app that nobody closes: its store is all that the next one has. */
  async start(options: Partial<RuntimeOptions> = {}): Promise<Runtime> {
    const runtime = await createRuntime({
      store: this.store,
      origin: memoryOrigin(this.#files),
      keys: this.#layout.root,
      probation: true,
      onEvent: (event) => void this.events.push(event),
      ...options,
    });
    closers.push(() => runtime.close());
    return runtime;
  }

  rolledBack(): string[] {
    return this.events.flatMap((event) => (event.type === 'rolledBack' ? [event.failure] : []));
  }
}

const level = async (runtime: Runtime): Promise<string> => new TextDecoder().decode(await runtime.read('/level.json'));

/** An install with release 1 marked ready, and release 2 in the channel. */
async function updated(): Promise<{ install: Install; next: Layout }> {
  const install = new Install(await layoutOf(1));
  const first = await install.start();
  await first.ensure('/level.json');
  await first.markReady();
  expect(first.status().trial).toBeUndefined();
  const next = await install.publish(2);
  return { install, next };
}

describe('probation', () => {
  test('a release that is marked ready stays, and is what the next one falls back on', async () => {
    const { install, next } = await updated();
    const app = await install.start();
    await app.ensure('/level.json');
    expect(app.status().trial).toBe(next.releaseDigest);
    await app.markReady();
    for (let i = 0; i < 5; i++) expect(await level(await install.start())).toBe('level of release 2');
    expect(install.rolledBack()).toEqual([]);
  });

  test('an app that crashes with it has the last good release back, also offline, and is not asked again', async () => {
    const { install, next } = await updated();
    await (await install.start()).ensure('/level.json'); // The first start with it: crashes.
    const second = await install.start();
    expect([await level(second), second.status().trial]).toEqual(['level of release 2', next.releaseDigest]);
    install.goOffline(); // Crashes again.
    const third = await install.start();
    expect(install.rolledBack()).toEqual(['crash']);
    expect(await level(third)).toBe('level of release 1');
    expect(third.status()).toMatchObject({
      active: { sequence: 1 },
      latest: { sequence: 1 },
      trial: undefined,
      blocked: [{ release: next.releaseDigest, failure: 'crash' }],
    });
    expect(await level(await install.start())).toBe('level of release 1');
  });

  test('a blocked release is not mounted again, the next one is', async () => {
    const { install } = await updated();
    const app = await install.start();
    await app.ensure('/level.json');
    expect(await app.markFailed('the level did not load')).toBe(true);
    expect(await level(app)).toBe('level of release 1');
    expect(app.status().blocked).toMatchObject([{ failure: 'failed', reason: 'the level did not load' }]);
    await app.refresh();
    await app.ensure('/level.json');
    expect(await level(app)).toBe('level of release 1');
    await install.publish(3);
    await app.refresh();
    await app.ensure('/level.json');
    expect([await level(app), app.status().trial === undefined]).toEqual(['level of release 3', false]);
    expect(await app.markFailed()).toBe(true);
    expect(await app.markFailed()).toBe(false);
    expect(await level(app)).toBe('level of release 1');
  });

  test('a release that is not marked ready in time is given up while the app runs; readers keep their snapshot', async () => {
    const { install } = await updated();
    const app = await install.start({ probation: { timeoutMs: 30 } });
    await app.ensure('/level.json');
    const snapshot = app.snapshot();
    await expect.poll(() => install.rolledBack()).toEqual(['timeout']);
    expect(await level(app)).toBe('level of release 1');
    expect(new TextDecoder().decode(await snapshot.read('/level.json'))).toBe('level of release 2');
    await snapshot.close();
  });

  test('before any release was good, what it goes back to is what the app was built with', async () => {
    const install = new Install(await layoutOf(1));
    await (await install.start()).ensure('/level.json');
    await install.start();
    const third = await install.start();
    expect(install.rolledBack()).toEqual(['crash']);
    expect(third.mounts()).toEqual([]);
    await expect(third.ensure('/level.json')).rejects.toMatchObject({ code: 'ERR_RELEASE_BLOCKED' });
    await install.publish(2);
    await third.refresh();
    await third.ensure('/level.json');
    expect(await level(third)).toBe('level of release 2');
  });

  test('trouble with the network never counts', async () => {
    const { install } = await updated();
    for (let i = 0; i < 5; i++) {
      const app = await install.start();
      const origin = app.ensure('/level.json', { signal: AbortSignal.abort(new Error('no network')) });
      await expect(origin).rejects.toThrow('no network');
      expect(await level(app)).toBe('level of release 1');
    }
    expect(install.rolledBack()).toEqual([]);
    const app = await install.start();
    await app.ensure('/level.json');
    expect(await level(app)).toBe('level of release 2');
  });

  test('an app that does not ask for it is left alone', async () => {
    const install = new Install(await layoutOf(1));
    const options = { probation: false };
    await (await install.start(options)).ensure('/level.json');
    for (let i = 0; i < 5; i++) expect(await level(await install.start(options))).toBe('level of release 1');
    await (await install.start(options)).markReady();
    expect(install.rolledBack()).toEqual([]);
  });

  test.each([{ maxStarts: 0 }, { maxStarts: 1.5 }, { timeoutMs: -1 }])('refuses %j', async (probation) => {
    const install = new Install(await layoutOf(1));
    await expect(install.start({ probation })).rejects.toMatchObject({ code: 'ERR_RUNTIME_OPTIONS' });
  });
});
