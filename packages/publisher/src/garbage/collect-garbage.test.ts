import { channelKey, rootKey } from '@lading/manifest';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { memoryTarget } from '../memory-target.js';
import { OBJECT_HEADERS } from '../object-headers.js';
import { NOW, newProject, publish, readAsClient, sourceOf, type TestProject } from '../publish.fixture.js';
import type { PublishTarget } from '../publish-target.js';
import { collectGarbage, type GarbageOptions, type GarbageResult, prepareGarbage } from './collect-garbage.js';
import { MAX_TOMBSTONE_KEYS, readTombstones, tombstoneKey, verdictKey, writeTombstone } from './tombstone.js';

const DAY_MS = 86_400_000;
const LIFE_MS = 10 * DAY_MS;
const GRACE_MS = 5 * DAY_MS;

let project: TestProject;
beforeAll(async () => {
  project = await newProject();
});

/** A target, a clock, and what a project does with them. */
function newPlace() {
  let time = NOW.getTime();
  const now = (): Date => new Date(time);
  const target = memoryTarget({ now });
  let sequence = 0;
  return {
    target,
    now,
    pass: (days: number) => {
      time += days * DAY_MS;
    },
    keys: (folder: string) => [...target.objects.keys()].filter((key) => key.startsWith(`${folder}/`)).sort(),
    async ship(contents: Record<string, string>, through: PublishTarget = target) {
      sequence += 1;
      const source = await sourceOf(project, contents, { sequence, version: `${sequence}.0.0` });
      await publish(project, source, through, { now: now(), expiresAt: new Date(time + LIFE_MS) });
      return source;
    },
    collect: (over: Partial<GarbageOptions> = {}, through: PublishTarget = target): Promise<GarbageResult> =>
      collectGarbage(through, { roots: project.roots, now, graceMs: GRACE_MS, keepReleases: 1, ...over }),
  };
}
let place: ReturnType<typeof newPlace>;
beforeEach(() => {
  place = newPlace();
});

const names = (keys: readonly string[]): string[] => keys.map((key) => key.split(/[/.]/)[1] ?? '');

describe('collectGarbage', () => {
  it('keeps what any public channel document needs, for its life and the grace, then buries it, then deletes it', async () => {
    await place.ship({ a: 'one', both: 'same' });
    await place.ship({ b: 'two', both: 'same' });
    const first = await place.collect();
    expect([first.buried, first.deleted]).toEqual([[], []]);
    expect(first.plan.live).toMatchObject({ objects: 6 }); // three archives, two releases, the replaced document
    place.pass(16);
    const second = await place.collect();
    expect(second.buried.map(({ key }) => key.split(/[/.]/).slice(0, 2).join('/'))).toEqual([
      'history/stable',
      expect.stringMatching(/^releases\//),
      'archives/a',
    ]);
    expect(second.deleted).toEqual([]);
    place.pass(4.9);
    const third = await place.collect();
    expect([third.buried, third.deleted, third.plan.waiting.length]).toEqual([[], [], 1]);
    expect(place.keys('archives')).toHaveLength(3);
    place.pass(0.2);
    const fourth = await place.collect();
    expect(fourth.deleted.map(({ key }) => key).sort()).toEqual(second.buried.map(({ key }) => key).sort());
    expect(names(place.keys('archives'))).toEqual(['b', 'both']);
    expect([place.keys('history'), place.keys('tombstones')]).toEqual([[], []]);
    expect(await readAsClient(place.target, project.roots[0])).toMatchObject({ release: { version: '2.0.0' } });
  });

  it('keeps the last releases of each channel, whatever their age, and never roots or channels', async () => {
    for (const text of ['one', 'two', 'three', 'four']) await place.ship({ a: text });
    const run = async (): Promise<GarbageResult> => {
      place.pass(100);
      return place.collect({ keepReleases: 3 });
    };
    await run();
    const { deleted } = await run();
    expect(deleted.map(({ key }) => key.split('/')[0])).toEqual(['history', 'releases', 'archives']);
    expect(place.keys('releases')).toHaveLength(3);
    expect(place.target.objects.has(channelKey('stable')) && place.target.objects.has(rootKey(1))).toBe(true);
  });

  it('keeps what installs outside a staged rollout still use, however long it takes', async () => {
    const full = await place.ship({ a: 'one' });
    const source = await sourceOf(project, { a: 'two' }, { sequence: 2, version: '2.0.0' });
    const other = await sourceOf(project, { a: 'three' }, { sequence: 3, version: '3.0.0' });
    const stage = (release: typeof source, rollout: number): Promise<unknown> =>
      publish(project, release, place.target, {
        now: place.now(),
        expiresAt: new Date(place.now().getTime() + LIFE_MS),
        rollout,
      });
    await stage(source, 10);
    await stage(other, 20);
    for (let i = 0; i < 4; i++) {
      place.pass(30);
      await stage(other, 20 + i);
      await place.collect();
    }
    expect(names(place.keys('archives'))).toEqual(['a', 'a', 'a']);
    expect(place.keys('releases')).toContain(`releases/${full.digest.slice(7)}.json`);
    await stage(other, 100);
    for (let i = 0; i < 3; i++) {
      place.pass(30);
      await place.collect();
    }
    expect(names(place.keys('archives'))).toEqual(['a']);
  });

  it('collects what a publish left that was killed, and leaves one alone that is under way', async () => {
    await place.ship({ a: 'one' });
    const killed: PublishTarget = {
      ...place.target,
      putIf: (key, ...rest) =>
        key.startsWith('channels/') ? Promise.reject(new Error('killed')) : place.target.putIf(key, ...rest),
    };
    await expect(place.ship({ a: 'two', b: 'two' }, killed)).rejects.toThrow('killed');
    expect((await place.collect()).buried).toHaveLength(3);
    place.pass(1);
    // Run again: what is buried is used, so it is saved.
    const done = await place.ship({ a: 'two', b: 'two' });
    place.pass(20);
    const { deleted, plan } = await place.collect();
    expect([deleted, plan.rescued.length]).toEqual([[], 1]);
    expect((await readAsClient(place.target, project.roots[0]))?.channel.release.digest).toBe(done.digest);
    expect(place.keys('tombstones').filter((key) => key.endsWith('.verdict.json'))).toEqual([]);
  });

  it('and a publish never both have their way: who uses what is being deleted is told, and runs again', async () => {
    await place.ship({ a: 'one' });
    await place.ship({ a: 'two' });
    place.pass(16);
    await place.collect();
    place.pass(6);
    let outcome: Promise<unknown> | undefined;
    const slow: PublishTarget = {
      ...place.target,
      async remove(key, options) {
        outcome ??= place.ship({ a: 'one' }).catch((error: unknown) => error);
        await outcome;
        await place.target.remove?.(key, options);
      },
    };
    await place.collect({}, slow);
    expect(await outcome).toMatchObject({
      code: 'ERR_PUBLISH_CONFLICT',
      message: expect.stringContaining('is deleting'),
    });
    expect(await readAsClient(place.target, project.roots[0])).toMatchObject({ release: { version: '2.0.0' } });
    await place.ship({ a: 'one' });
    expect(await readAsClient(place.target, project.roots[0])).toMatchObject({ release: { version: '4.0.0' } });
  });

  it('killed at any call loses nothing, and the next one finishes', async () => {
    for (let at = 1; ; at++) {
      place = newPlace();
      await place.ship({ a: 'one', both: 'same' });
      await place.ship({ a: 'two', both: 'same' });
      place.pass(16);
      await place.collect();
      await place.ship({ a: 'three', both: 'same' });
      place.pass(6);
      const { target, calls } = dyingAt(place.target, at);
      const isKilled = await place.collect({}, target).then(
        () => false,
        () => true,
      );
      expect(await readAsClient(place.target, project.roots[0]), `call ${at}`).toMatchObject({
        release: { version: '3.0.0' },
      });
      place.pass(1);
      await place.collect();
      expect(names(place.keys('archives')), `call ${at}`).toEqual(['a', 'a', 'both']);
      if (!isKilled) {
        console.info(`publisher: a garbage collection killed at each of ${calls()} calls lost nothing`);
        expect(calls()).toBeGreaterThan(15);
        return;
      }
    }
  });

  it('deletes nothing, and writes nothing, where anything that decides cannot be read', async () => {
    const { digest } = await place.ship({ a: 'one' });
    await place.ship({ a: 'two' });
    place.pass(16);
    await place.collect();
    place.pass(6);
    const release = `releases/${digest.slice(7)}.json`;
    const garbage = new TextEncoder().encode('{}');
    const before = new Map(place.target.objects);
    const channel = before.get(channelKey('stable'))?.bytes ?? garbage;
    for (const [key, bytes, code] of [
      ['channels/beta.json', garbage, 'ERR_PUBLISH_TRUST'],
      ['channels/beta.json', channel, 'ERR_PUBLISH_TRUST'],
      ['history/stable/7.0123456789abcdef.json', garbage, 'ERR_PUBLISH_TRUST'],
      ['tombstones/0123456789abcdef.json', garbage, 'ERR_PUBLISH_TOMBSTONE'],
      ['tombstones/0123456789abcdef.json', encode(tombstoneOf(['root/1.json'])), 'ERR_PUBLISH_TOMBSTONE'],
      ['tombstones/0123456789abcdef.json', encode(tombstoneOf(['x/archives/a.zip'])), 'ERR_PUBLISH_TOMBSTONE'],
      ['root/2.json', garbage, 'ERR_PUBLISH_TRUST'],
    ] as const) {
      await place.target.put(key, bytes, OBJECT_HEADERS.channel);
      await expect(place.collect(), key).rejects.toMatchObject({ code });
      await place.target.remove?.(key);
      expect(new Map(place.target.objects)).toEqual(before);
    }
    const current = [...before.keys()].find((key) => key.startsWith('releases/') && key !== release) ?? '';
    await place.target.remove?.(current);
    await expect(place.collect()).rejects.toMatchObject({ code: 'ERR_PUBLISH_INCOMPLETE' });
    await place.target.put(current, garbage, OBJECT_HEADERS.release);
    await expect(place.collect()).rejects.toMatchObject({ code: 'ERR_PUBLISH_TRUST' });
    expect(place.keys('archives')).toHaveLength(2);
    const stranger = await newProject();
    await expect(place.collect({ roots: stranger.roots })).rejects.toMatchObject({ code: 'ERR_PUBLISH_TRUST' });
  });

  it('takes over from a killed one after an hour, not before, and who overslept stops', async () => {
    await place.ship({ a: 'one' });
    await place.ship({ a: 'two' });
    place.pass(16);
    await place.collect();
    place.pass(6);
    const dead: PublishTarget = { ...place.target, remove: () => Promise.reject(new Error('killed')) };
    await expect(place.collect({}, dead)).rejects.toThrow('killed');
    const early = await place.collect();
    expect([early.deleted.length, early.plan.waiting.length]).toEqual([0, 1]);
    place.pass(1 / 24);
    let slept = false;
    const sleepy: PublishTarget = {
      ...place.target,
      async putIf(...args) {
        const done = await place.target.putIf(...args);
        if (!slept) place.pass(1);
        slept = true;
        return done;
      },
    };
    await expect(place.collect({}, sleepy)).rejects.toMatchObject({ code: 'ERR_PUBLISH_CONFLICT' });
    expect(place.keys('archives')).toHaveLength(2);
    expect((await place.collect()).deleted).toHaveLength(3);
  });

  it('plans without writing, touches nothing strange, and needs a target that can delete', async () => {
    await place.ship({ a: 'one' });
    await place.target.put('archives/notes.txt', encode('mine'), OBJECT_HEADERS.archive);
    await place.target.put('archives/old.0123456789abcdef.zip', encode('old'), OBJECT_HEADERS.archive);
    const before = new Map(place.target.objects);
    const plan = await prepareGarbage(place.target, { roots: project.roots, now: place.now });
    expect(plan.bury.map(({ key }) => key)).toEqual(['archives/old.0123456789abcdef.zip']);
    expect(plan.strange).toEqual(['archives/notes.txt']);
    expect(new Map(place.target.objects)).toEqual(before);
    const { remove: _, ...cannot } = place.target;
    await expect(place.collect({}, cannot)).rejects.toMatchObject({ code: 'ERR_TARGET_UNSUPPORTED' });
  });

  it('writes tombstones of a bounded size, and removes verdicts that lost theirs', async () => {
    await place.ship({ a: 'one' });
    const keys = Array.from({ length: MAX_TOMBSTONE_KEYS + 1 }, (_, i) => `archives/x${i}.0123456789abcdef.zip`);
    for (const key of keys) await place.target.put(key, new Uint8Array(1), OBJECT_HEADERS.archive);
    const orphan = verdictKey('0123456789abcdef');
    await place.target.put(orphan, encode({ format: 'lading.verdict/1', decision: 'keep' }), OBJECT_HEADERS.channel);
    await place.collect();
    const { tombstones, orphans } = await readTombstones(place.target, {});
    expect(tombstones.map((tombstone) => tombstone.keys.length).sort()).toEqual([1, MAX_TOMBSTONE_KEYS]);
    expect(orphans).toEqual([]);
    // The same tombstone written twice, by two collections at once, is one.
    const twice = { keys: keys.slice(0, 1), createdAt: place.now() };
    expect(await writeTombstone(place.target, twice, {})).toBe(await writeTombstone(place.target, twice, {}));
    expect(place.target.objects.has(tombstoneKey(tombstones[0]?.id ?? ''))).toBe(true);
  });
});

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function tombstoneOf(keys: readonly string[]): object {
  return { format: 'lading.tombstone/1', createdAt: '2026-11-21T12:00:00.000Z', keys };
}

/** A target whose user is killed at one call, before or after it did its work, in turn. */
function dyingAt(target: PublishTarget, at: number): { readonly target: PublishTarget; calls(): number } {
  let count = 0;
  const guard = async <T>(work: () => Promise<T>): Promise<T> => {
    count += 1;
    if (count > at || (count === at && at % 2 === 0)) throw new Error('killed');
    const result = await work();
    if (count >= at) throw new Error('killed');
    return result;
  };
  return {
    calls: () => count,
    target: {
      name: target.name,
      capabilities: target.capabilities,
      head: (key, options) => guard(() => target.head(key, options)),
      get: (key, options) => guard(() => target.get(key, options)),
      put: (key, body, meta, options) => guard(() => target.put(key, body, meta, options)),
      putIf: (key, body, meta, condition, options) => guard(() => target.putIf(key, body, meta, condition, options)),
      remove: (key, options) => guard(async () => target.remove?.(key, options)),
      async *list(prefix, options) {
        await guard(async () => undefined);
        yield* target.list(prefix, options);
      },
    },
  };
}
