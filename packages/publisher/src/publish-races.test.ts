import { channelKey, isLadingError, parseChannel, parseRelease, readEnvelope, signChannel } from '@lading/manifest';
import { beforeAll, describe, expect, it } from 'vitest';
import { applyPublish } from './apply-publish.js';
import { collectGarbage } from './garbage/collect-garbage.js';
import { type MemoryTarget, memoryTarget } from './memory-target.js';
import { OBJECT_HEADERS } from './object-headers.js';
import { preparePublish } from './prepare-publish.js';
import { NOW, newProject, readAsClient, sourceOf, type TestProject } from './publish.fixture.js';
import type { PublishTarget } from './publish-target.js';
import type { ReleaseSource } from './release-source.js';
import { Killed, Turnstile } from './turnstile.fixture.js';

const DAY_MS = 86_400_000;
const LIFE_MS = 2 * DAY_MS;
const GRACE_MS = 3 * DAY_MS;
const isLong = process.env.LADING_LONG !== undefined;

/** What the code may lack; each must be caught. */
type Mutation = 'channel first' | 'gc without grace' | 'no If-Match';

let project: TestProject;
/** Releases whose archives come from a small pool, so that publishes use one another's and what garbage collections bury. */
let sources: readonly ReleaseSource[];
beforeAll(async () => {
  project = await newProject();
  const contents = [{ a: '1' }, { a: '2', b: '1' }, { a: '1', b: '2' }, { b: '1', c: '1' }, { a: '2', c: '2' }];
  sources = await Promise.all(contents.map((content, i) => sourceOf(project, content, { version: `${i}.0.0` })));
});

/** A channel document that was public, and what whoever read it needs. */
interface Public {
  readonly sequence: number;
  readonly expiresMs: number;
  readonly keys: readonly string[];
}

/** Everything that one run shares. */
class World {
  readonly random: () => number;
  readonly memory: MemoryTarget;
  readonly turnstile = new Turnstile();
  readonly shown: Public[] = [];
  /** When each publish that is under way began. */
  readonly began = new Map<string, number>();
  timeMs = NOW.getTime();
  #etag: string | undefined;

  constructor(seed: number) {
    this.random = randomFrom(seed);
    this.memory = memoryTarget({ now: () => this.now() });
  }

  now(): Date {
    return new Date(this.timeMs);
  }

  pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.random() * items.length)];
    if (item === undefined) throw new Error('unreachable: nothing to pick from');
    return item;
  }

  /** Notes a new channel document; throws where anything that was public is not whole for its life and grace. */
  check(): void {
    const found = this.memory.objects.get(channelKey('stable'));
    if (found !== undefined && found.info.etag !== this.#etag) {
      this.#etag = found.info.etag;
      const channel = parseChannel(readEnvelope(found.bytes).payload);
      const release = this.memory.objects.get(channel.release.key);
      if (release === undefined) throw new Error('a channel points at a release that is not there');
      const { archives } = parseRelease(readEnvelope(release.bytes).payload);
      const keys = [channel.release.key, ...archives.map(({ key }) => key)];
      const last = this.shown.at(-1)?.sequence ?? 0;
      if (channel.sequence <= last) throw new Error(`sequence ${channel.sequence} after ${last}`);
      this.shown.push({ sequence: channel.sequence, expiresMs: Date.parse(channel.expiresAt), keys });
    }
    for (const [i, { keys, expiresMs, sequence }] of this.shown.entries()) {
      if (i < this.shown.length - 1 && this.timeMs > expiresMs + GRACE_MS) continue;
      const missing = keys.filter((key) => !this.memory.objects.has(key));
      if (missing.length > 0) throw new Error(`channel ${sequence} lacks ${missing.join(', ')}`);
    }
  }

  /** A day goes by, unless a publish would then take as long as the grace. */
  passDay(): void {
    const isSlow = [...this.began.values()].some((began) => this.timeMs + DAY_MS - began >= GRACE_MS);
    if (!isSlow) this.timeMs += DAY_MS;
  }
}

async function publishOnce(world: World, actor: string, mutation: Mutation | undefined): Promise<void> {
  const memory = mutation === 'no If-Match' ? withoutIfMatch(world.memory) : world.memory;
  const target = world.turnstile.target(actor, memory);
  const now = world.now();
  world.began.set(actor, now.getTime());
  try {
    const expiresAt = new Date(now.getTime() + LIFE_MS);
    const options = { channel: 'stable', now, expiresAt, releaseKeys: [project.keys.release] };
    const { plan, source } = await preparePublish(world.pick(sources), target, options);
    const apply = { source, channelKeys: [project.keys.channel], concurrency: 1 };
    if (mutation !== 'channel first') await applyPublish(plan, target, apply);
    else {
      const { bytes } = await signChannel(plan.channel.document, apply.channelKeys);
      await target.putIf(plan.channel.key, bytes, OBJECT_HEADERS.channel, plan.channel.condition);
      await applyPublish({ ...plan, channel: { ...plan.channel, action: 'keep' } }, target, apply);
    }
  } catch (error) {
    // Somebody else was faster, or a collection took what was counted on: it stops before the channel and runs again.
    if (!(error instanceof Killed) && !isLadingError(error, 'ERR_PUBLISH_CONFLICT', 'ERR_PUBLISH_READ_BACK'))
      throw error;
  } finally {
    world.began.delete(actor);
  }
}

function withoutIfMatch(memory: MemoryTarget): PublishTarget {
  return {
    ...memory,
    putIf: (key, body, meta, condition, options) =>
      key.startsWith('channels/')
        ? memory.put(key, body, meta, options)
        : memory.putIf(key, body, meta, condition, options),
  };
}

async function collectOnce(world: World, mutation: Mutation | undefined): Promise<void> {
  const target = world.turnstile.target('gc', world.memory);
  try {
    await collectGarbage(target, {
      roots: project.roots,
      now: () => world.now(),
      graceMs: mutation === 'gc without grace' ? 0 : GRACE_MS,
      keepReleases: 1,
      concurrency: 1,
    });
  } catch (error) {
    if (!(error instanceof Killed) && !isLadingError(error, 'ERR_PUBLISH_CONFLICT')) throw error;
  }
}

/** A client: reads the channel and then, as slowly as it likes within its life, all that it needs. */
async function readOnce(world: World): Promise<void> {
  const target = world.turnstile.target('reader', world.memory);
  const began = world.now().getTime();
  try {
    await readAsClient(target, project.roots[0]);
  } catch (error) {
    const isLate = world.timeMs - began > LIFE_MS + GRACE_MS;
    if (!(error instanceof Killed) && !isLate) throw error;
  }
}

/** Runs everybody in one random order, with kills and days between the calls, until they have ended. */
async function run(seed: number, mutation?: Mutation): Promise<number> {
  const world = new World(seed);
  const { turnstile } = world;
  const repeat = async (times: number, work: () => Promise<void>): Promise<void> => {
    for (let i = 0; i < times; i++) await work();
  };
  const actors = [
    turnstile.start(() => repeat(3, () => publishOnce(world, 'publisher 1', mutation))),
    turnstile.start(() => repeat(3, () => publishOnce(world, 'publisher 2', mutation))),
    turnstile.start(() => repeat(6, () => collectOnce(world, mutation))),
    turnstile.start(() => repeat(4, () => readOnce(world))),
  ];
  let calls = 0;
  for (let waiting = await turnstile.still(); waiting.length > 0; waiting = await turnstile.still()) {
    world.check();
    if (world.random() < 0.06) world.passDay();
    const killed = world.random() < 0.01 ? world.pick(['before', 'after'] as const) : undefined;
    turnstile.next({ actor: world.pick(waiting), killed });
    calls += 1;
  }
  world.check();
  for (const result of await Promise.all(actors)) if (result.status === 'rejected') throw result.reason;
  return calls;
}

function randomFrom(seed: number): () => number {
  let state = (seed + 1) >>> 0;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

describe('publishes, garbage collections and readers on one target, call by call', () => {
  it('lose nothing that is public, in any order that was tried, killed or not', async () => {
    const runs = isLong ? 10_000 : 60;
    let calls = 0;
    for (let seed = 0; seed < runs; seed++) {
      calls += await run(seed).catch((error: unknown) => {
        throw new Error(`seed ${seed}`, { cause: error });
      });
    }
    expect(calls / runs).toBeGreaterThan(80);
    console.info(`publisher: ${runs} random orders of ${calls} calls in all: nothing lost`);
  }, 3_600_000);

  it.each(['channel first', 'gc without grace', 'no If-Match'] as const)('would lose it: %s', async (mutation) => {
    let caught: unknown;
    for (let seed = 0; seed < 300 && caught === undefined; seed++) {
      caught = await run(seed, mutation).then(
        () => undefined,
        (error: unknown) => error,
      );
    }
    expect(String(caught)).toMatch(/lacks archives|sequence \d+ after|is not there|is wrong/);
  });
});
