import {
  buildLayout,
  type FileServer,
  isAbout,
  type Layout,
  layoutKeys,
  NETWORK_FAULTS,
  type NetworkFault,
  serveFiles,
} from '@lading/fixtures';
import { isLadingError } from '@lading/manifest';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { httpOrigin } from './http-origin.js';
import { memoryStore } from './memory-store.js';
import type { MountStore } from './mount-store.js';
import { createRuntime, type Runtime } from './runtime.js';

const LONG = process.env.LADING_LONG !== undefined;
const keys = await layoutKeys();

function noise(seed: number, sizeBytes: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: sizeBytes }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

const MEMBERS = Array.from({ length: 40 }, (_, i) => ({ name: `m${i}`, bytes: noise(i, 5_000) }));
const NEXT = MEMBERS.map((one, i) => (i % 10 === 3 ? { ...one, bytes: noise(100 + i, 5_000) } : one));
const first = await layoutOf(MEMBERS, 1);
const next = await layoutOf(NEXT, 2, first);

function layoutOf(members: typeof MEMBERS, sequence: number, before?: Layout): Promise<Layout> {
  return buildLayout({
    keys,
    archives: { level: { members } },
    roots: { '/m0': ['level'] },
    sequence,
    before: before?.files,
  });
}

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const outcomes = new Map<string, number>();
afterAll(() => console.info(`network faults: ${[...outcomes].map(([what, count]) => `${what} ${count}`).join(', ')}`));

function count(what: string): void {
  outcomes.set(what, (outcomes.get(what) ?? 0) + 1);
}

/** A player behind a network; what it can see of the content is set by the test. */
class Player {
  readonly server: FileServer;
  readonly store: MountStore = memoryStore();
  readonly files: Map<string, Uint8Array>;

  constructor(server: FileServer, files: Map<string, Uint8Array>) {
    this.server = server;
    this.files = files;
  }

  static async start(): Promise<Player> {
    const files = new Map<string, Uint8Array>(first.files);
    const server = await serveFiles(files);
    closers.push(() => server.close());
    return new Player(server, files);
  }

  async run(): Promise<Runtime> {
    const origin = httpOrigin(this.server.url, {
      stallTimeoutMs: 200,
      minBytesPerSecond: 2_000,
      retry: { attempts: 2, delayMs: 1 },
    });
    const runtime = await createRuntime({ store: this.store, origin, keys: first.root, attempts: 3, retryDelayMs: 1 });
    closers.push(() => runtime.close());
    return runtime;
  }

  /** Lets a fault answer while `isOn` says so. */
  suffer(fault: NetworkFault, isOn: () => boolean): void {
    this.server.hook = (request, response, key) =>
      isAbout(fault, key) && isOn() && fault.answer({ request, response, key, bytes: this.files.get(key) });
  }
}

/** Every byte that a runtime gives is one of the release that it says it has. */
async function expectRight(runtime: Runtime): Promise<void> {
  const { active } = runtime.status();
  const members = active?.sequence === 2 ? NEXT : MEMBERS;
  // Byte for byte: `toEqual` on two arrays takes a hundred times as long.
  for (const { name, bytes } of members) expect(Buffer.compare(await runtime.read(`/${name}`), bytes), name).toBe(0);
}

/** Right content, or an error with a code: nothing else, and never for ever. */
async function settles(work: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('it hangs')), 20_000);
  });
  try {
    await Promise.race([work, late]);
    count('right');
    return true;
  } catch (error) {
    if (!isLadingError(error)) throw error;
    count(error.code);
    return false;
  } finally {
    clearTimeout(timer);
  }
}

describe.each(NETWORK_FAULTS.map((fault) => [fault.name, fault] as const))('%s', (_, fault) => {
  test('at the first start: right content or an error with a code, and all is well once it is over', async () => {
    const player = await Player.start();
    let isOn = true;
    player.suffer(fault, () => isOn);
    await settles(
      (async () => {
        const runtime = await player.run();
        await runtime.ensure('/m0');
        await expectRight(runtime);
      })(),
    );
    isOn = false;
    const runtime = await player.run();
    await runtime.ensure('/m0');
    await expectRight(runtime);
  }, 60_000);

  test('at an update: what is here keeps working, and the update comes once it is over', async () => {
    const player = await Player.start();
    const runtime = await player.run();
    await runtime.ensure('/m0');
    for (const [key, bytes] of next.files) player.files.set(key, bytes);
    let isOn = true;
    player.suffer(fault, () => isOn);
    await settles(runtime.refresh().then(() => runtime.ensure('/m0')));
    await expectRight(runtime);
    isOn = false;
    await runtime.refresh();
    await runtime.ensure('/m0');
    expect(runtime.status().active?.sequence).toBe(2);
    await expectRight(runtime);
  }, 60_000);
});

test(
  'any faults one after the other: never a byte that was not verified, and the content in the end',
  async () => {
    const fast = NETWORK_FAULTS.filter(({ name }) => !/now and then|never end|nothing at all/.test(name));
    let state = 20_261_127;
    const random = (limit: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * limit);
    };
    for (let schedule = 0; schedule < (LONG ? 10_000 : 30); schedule++) {
      const player = await Player.start();
      let faultsLeft = 1 + random(8);
      player.server.hook = (request, response, key) => {
        const fault = fast[random(fast.length)];
        if (fault === undefined || faultsLeft <= 0 || random(2) === 0 || !isAbout(fault, key)) return false;
        faultsLeft--;
        return fault.answer({ request, response, key, bytes: player.files.get(key) });
      };
      await settles(
        (async () => {
          const runtime = await player.run();
          await runtime.ensure('/m0');
          await expectRight(runtime);
          for (const [key, bytes] of next.files) player.files.set(key, bytes);
          await runtime.refresh();
          await runtime.ensure('/m0');
          await expectRight(runtime);
        })(),
      );
      player.server.hook = undefined;
      for (const [key, bytes] of next.files) player.files.set(key, bytes);
      const runtime = await player.run();
      await runtime.refresh();
      await runtime.ensure('/m0');
      await expectRight(runtime);
      for (const close of closers.splice(0).reverse()) await close();
    }
  },
  LONG ? 7_200_000 : 120_000,
);
