import { channelKey, type Digest, parseChannel, parseRelease, readEnvelope } from '@lading/manifest';
import { beforeAll, describe, expect, it } from 'vitest';
import { chooseCurrent } from '../choose-release.js';
import { liveReleases } from '../live-releases.js';
import { type MemoryTarget, memoryTarget } from '../memory-target.js';
import type { PreparePublishOptions } from '../prepare-publish.js';
import { NOW, newProject, publish, sourceOf, type TestProject } from '../publish.fixture.js';
import { type Published, readPublished } from '../published.js';
import { publishedSource } from '../published-source.js';
import { readLiveReleases } from '../read-live-releases.js';
import type { ReleaseSource } from '../release-source.js';
import { collectGarbage } from './collect-garbage.js';
import { DAY_MS, GRACE_MS, LIFE_MS, randomFrom } from './rollout-model.fixture.js';

const isLong = process.env.LADING_LONG !== undefined;

let project: TestProject;
let sources: readonly ReleaseSource[];
beforeAll(async () => {
  project = await newProject();
  const contents = Array.from({ length: 6 }, (_, i) => ({ own: `${i}`, pair: `${i >> 1}`, all: 'same' }));
  sources = await Promise.all(contents.map((content, i) => sourceOf(project, content, { version: `${i}.0.0` })));
});

/** One install: follows the rules of the client (`mustMove` and `isInRollout` of `@lading/mount`). */
interface Install {
  readonly number: number;
  release: Digest | undefined;
  keys: readonly string[];
  /** End of life of the channel document that it read last. */
  claimMs: number;
}

class World {
  readonly random: () => number;
  readonly target: MemoryTarget;
  readonly installs: Install[];
  timeMs = NOW.getTime();

  constructor(seed: number) {
    this.random = randomFrom(seed);
    this.target = memoryTarget({ now: () => this.now() });
    this.installs = Array.from({ length: 10 }, (_, number) => ({ number, release: undefined, keys: [], claimMs: 0 }));
  }

  now(): Date {
    return new Date(this.timeMs);
  }

  pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.random() * items.length)];
    if (item === undefined) throw new Error('unreachable: nothing to pick from');
    return item;
  }

  async publish(source: ReleaseSource, over: Partial<PreparePublishOptions>): Promise<void> {
    const expiresAt = new Date(this.timeMs + LIFE_MS);
    await publish(project, source, this.target, {
      now: this.now(),
      expiresAt,
      releaseKeys: [project.keys.release],
      ...over,
    });
  }

  readPublished(): Promise<Published> {
    return readPublished(this.target, { roots: project.roots });
  }

  /** The release that is live, with another share, or only with a longer life, or with others revoked. */
  async change(over: Partial<PreparePublishOptions>): Promise<void> {
    const published = await this.readPublished();
    const { roots } = published;
    const releases = await readLiveReleases(this.target, liveReleases(published, { last: 1 }), { roots });
    await this.publish(publishedSource(chooseCurrent(releases).content, { name: 'memory', roots }), over);
  }

  async revokeOld(): Promise<void> {
    const old = liveReleases(await this.readPublished()).filter(({ isCurrent, isRevoked }) => !isCurrent && !isRevoked);
    if (old.length > 0) await this.change({ revoke: [this.pick(old).release.digest] });
  }

  read(install: Install): void {
    const bytes = this.target.objects.get(channelKey('stable'))?.bytes;
    const channel = bytes && parseChannel(readEnvelope(bytes).payload);
    if (channel === undefined || Date.parse(channel.expiresAt) < this.timeMs) return;
    const { digest, key } = channel.release;
    const mustMove =
      install.release === undefined ||
      channel.revoked?.includes(install.release) === true ||
      install.claimMs < this.timeMs;
    const place = (Number.parseInt(digest.slice(7, 13), 16) + install.number * 7_919) % 100;
    if (mustMove || place < (channel.rollout ?? 100)) {
      const release = this.target.objects.get(key);
      if (release === undefined) throw new Error(`the channel points at ${key}, which is not there`);
      const { archives } = parseRelease(readEnvelope(release.bytes).payload);
      Object.assign(install, { release: digest, keys: [key, ...archives.map((archive) => archive.key)] });
    }
    install.claimMs = Date.parse(channel.expiresAt);
  }

  /** Whoever reads the channel in time has everything. */
  check(): void {
    for (const { number, keys, claimMs } of this.installs) {
      const missing = claimMs < this.timeMs ? [] : keys.filter((key) => !this.target.objects.has(key));
      if (missing.length > 0) throw new Error(`install ${number} lacks ${missing.join(', ')}`);
    }
  }

  async collect(): Promise<number> {
    const options = {
      roots: project.roots,
      now: () => this.now(),
      graceMs: GRACE_MS,
      lifeMs: LIFE_MS,
      keepReleases: 1,
    };
    return (await collectGarbage(this.target, options)).deleted.length;
  }
}

/** Two months of a project, in random order; gives how many objects were deleted. */
async function run(seed: number): Promise<number> {
  const world = new World(seed);
  const shares = [0, 10, 50, 100, 100];
  const actions: readonly (() => Promise<unknown>)[] = [
    () => world.publish(world.pick(sources), { rollout: world.pick(shares) }),
    () => world.change({ rollout: world.pick(shares) }),
    () => world.change({ refreshBefore: new Date(world.timeMs + LIFE_MS) }),
    () => world.revokeOld(),
    () => world.collect().then((count) => (deleted += count)),
    () => world.collect().then((count) => (deleted += count)),
    async () => world.installs.filter(() => world.random() < 0.3).forEach((install) => void world.read(install)),
    async () => {
      world.timeMs += (0.5 + 3 * world.random()) * DAY_MS;
    },
    async () => {
      world.timeMs += (0.5 + 3 * world.random()) * DAY_MS;
    },
  ];
  let deleted = 0;
  await world.publish(world.pick(sources), {});
  for (let step = 0; step < 100; step++) {
    await world.pick(actions)();
    world.check();
  }
  return deleted;
}

describe('staged rollouts, revocations and garbage collections on a target', () => {
  it('leave everything to every install that reads the channel in time, whichever release it is on', async () => {
    const runs = isLong ? 500 : 6;
    let deleted = 0;
    for (let seed = 0; seed < runs; seed++) {
      deleted += await run(seed).catch((error: unknown) => {
        throw new Error(`seed ${seed}`, { cause: error });
      });
    }
    expect(deleted / runs, 'and garbage is collected').toBeGreaterThan(1);
    console.info(`publisher: ${runs} random times of rollouts, ${deleted} objects deleted: nobody lost anything`);
  }, 3_600_000);
});
