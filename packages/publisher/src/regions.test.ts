import { channelKey } from '@lading/manifest';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PublishResult } from './apply-publish.js';
import { applyRegions } from './apply-regions.js';
import { type MemoryTarget, memoryTarget } from './memory-target.js';
import { preparePublish } from './prepare-publish.js';
import { prepareRegions } from './prepare-regions.js';
import {
  EXPIRES_AT,
  manyArchives,
  NOW,
  newProject,
  publish,
  readAsClient,
  rotated,
  sourceOf,
  type TestProject,
} from './publish.fixture.js';
import { PublishError } from './publish-error.js';
import type { PublishProgress } from './publish-progress.js';
import type { PublishTarget } from './publish-target.js';
import type { ReleaseSource } from './release-source.js';

let project: TestProject;
let first: ReleaseSource;
let second: ReleaseSource;
beforeAll(async () => {
  project = await newProject();
  first = await sourceOf(project, manyArchives(6, 'old', 2));
  second = await sourceOf(project, manyArchives(6, 'new', 2), { sequence: 2 });
});

const OPTIONS = { channel: 'stable', now: NOW, expiresAt: EXPIRES_AT };
const named = (name: string): MemoryTarget => ({ ...memoryTarget(), name });

async function publishAll(
  source: ReleaseSource,
  targets: readonly PublishTarget[],
  by: TestProject = project,
  signal?: AbortSignal,
): Promise<readonly PublishResult[]> {
  const [head, ...rest] = targets;
  if (head === undefined) throw new Error('unreachable');
  const prepared = await prepareRegions(source, [head, ...rest], {
    ...OPTIONS,
    releaseKeys: [by.keys.release],
    signal,
  });
  return applyRegions(prepared, { channelKeys: [by.keys.channel], concurrency: 2, signal });
}

const channelOf = (target: MemoryTarget): Uint8Array | undefined => target.objects.get(channelKey('stable'))?.bytes;

async function expectSame(targets: readonly MemoryTarget[], digest: string): Promise<void> {
  for (const target of targets) {
    expect((await readAsClient(target, project.roots[0]))?.channel.release.digest).toBe(digest);
    expect(channelOf(target)).toEqual(channelOf(targets[0] ?? target));
  }
}

describe('several regions at once', () => {
  it('get content everywhere before any channel moves, and one channel document', async () => {
    const calls: string[] = [];
    const noted = (target: MemoryTarget): PublishTarget => ({
      ...target,
      put: (key, ...rest) => {
        calls.push(`content ${target.name}`);
        return target.put(key, ...rest);
      },
      putIf: (key, ...rest) => {
        if (key.startsWith('channels/')) calls.push(`channel ${target.name}`);
        return target.putIf(key, ...rest);
      },
    });
    const targets = [named('europe'), named('asia'), named('america')];
    const results = await publishAll(first, targets.map(noted));
    expect(results.map(({ status, uploadedObjects }) => [status, uploadedObjects])).toEqual(
      targets.map(() => ['published', 8]),
    );
    const switches = calls.filter((call) => call.startsWith('channel'));
    expect(calls.slice(-3)).toEqual(switches);
    expect(switches).toEqual(['channel europe', 'channel asia', 'channel america']);
    await expectSame(targets, first.digest);
    expect((await publishAll(first, targets)).map(({ status }) => status)).toEqual(targets.map(() => 'up-to-date'));
  });

  it('plan for one target what a plain publish plans', async () => {
    const target = memoryTarget();
    const plain = await preparePublish(first, target, OPTIONS);
    const { regions } = await prepareRegions(first, [target], OPTIONS);
    expect(regions[0].plan).toEqual(plain.plan);
    await publish(project, first, target);
    for (const source of [first, second]) {
      const again = await preparePublish(source, target, OPTIONS);
      expect((await prepareRegions(source, [target], OPTIONS)).regions[0].plan).toEqual(again.plan);
    }
  });

  it('move no channel where content does not get everywhere', async () => {
    const [europe, asia] = [named('europe'), named('asia')];
    await publishAll(first, [europe, asia]);
    const broken: PublishTarget = {
      ...asia,
      put: () => Promise.reject(new PublishError('ERR_TARGET_FAILED', 'broken')),
    };
    await expect(publishAll(second, [europe, broken])).rejects.toMatchObject({ code: 'ERR_TARGET_FAILED' });
    await expectSame([europe, asia], first.digest);
  });

  it('say which channels moved where one does not, and go on there with the same document', async () => {
    const targets = [named('europe'), named('asia'), named('america')];
    await publishAll(first, targets);
    const [europe, asia, america] = targets as [MemoryTarget, MemoryTarget, MemoryTarget];
    const cut: PublishTarget = {
      ...asia,
      putIf: (key, ...rest) =>
        key.startsWith('channels/')
          ? Promise.reject(new PublishError('ERR_TARGET_UNREACHABLE', 'no line', { retryable: true }))
          : asia.putIf(key, ...rest),
    };
    await expect(publishAll(second, [europe, cut, america])).rejects.toMatchObject({
      code: 'ERR_TARGET_UNREACHABLE',
      retryable: true,
      details: { moved: ['europe'], waiting: ['asia', 'america'] },
    });
    const document = channelOf(europe);
    const results = await publishAll(second, targets);
    expect(results.map(({ status }) => status)).toEqual(['up-to-date', 'published', 'published']);
    expect(channelOf(europe)).toEqual(document);
    await expectSame(targets, second.digest);
  });

  it('of different pasts come together, above the highest sequence of all', async () => {
    const [old, fresh, apart] = [named('old'), named('fresh'), named('apart')];
    for (const sequence of [1, 2, 3]) {
      const source = await sourceOf(project, { a: String(sequence) }, { sequence, version: `${sequence}.0.0` });
      await publish(project, source, old);
    }
    const other = await sourceOf(project, { b: 'apart' }, { sequence: 9, version: '9.0.0' });
    for (const _ of [1, 2, 3]) await publish(project, other, apart, { refreshBefore: new Date('2030-01-01') });
    const results = await publishAll(second, [old, fresh, apart]);
    expect(new Set(results.map(({ channel }) => channel.sequence))).toEqual(new Set([4]));
    expect(results[0]?.channel.release.sequence).toBeGreaterThan(3);
    await expectSame([old, fresh, apart], results[0]?.channel.release.digest ?? '');
  });

  it('with two documents of one sequence get a third, also where nothing is new', async () => {
    const [a, b] = [named('a'), named('b')];
    await publish(project, first, a);
    await publish(project, first, b, { expiresAt: new Date('2026-12-06T12:00:00Z') });
    const results = await publishAll(first, [a, b]);
    expect(results.map(({ status, channel }) => [status, channel.sequence])).toEqual([
      ['refreshed', 2],
      ['refreshed', 2],
    ]);
    await expectSame([a, b], first.digest);
  });

  it('must be of one project and one chain of roots, of which a region may lack the newest', async () => {
    const [a, b] = [named('a'), named('b')];
    await publishAll(first, [a, b]);
    const next = await rotated(project);
    await publish(next, await sourceOf(next, { a: 'rotated' }, { sequence: 2 }), a);
    const third = await sourceOf(next, { a: 'third' }, { sequence: 3 });
    await publishAll({ ...third, roots: project.roots }, [a, b], next);
    await expectSame([a, b], third.digest);
    const stranger = await newProject();
    const foreign = named('foreign');
    await publish(stranger, await sourceOf(stranger, { a: 'x' }), foreign);
    await expect(publishAll(second, [named('new'), foreign])).rejects.toMatchObject({ code: 'ERR_PUBLISH_TRUST' });
    const otherWay = await rotated(project);
    const [c, d] = [named('c'), named('d')];
    await publish(next, await sourceOf(next, { a: 'x' }, { sequence: 2 }), c);
    await publish(otherWay, await sourceOf(otherWay, { a: 'x' }, { sequence: 2 }), d);
    await expect(publishAll(second, [c, d])).rejects.toMatchObject({ code: 'ERR_PUBLISH_TRUST' });
  });

  it('tell their progress one by one', async () => {
    const targets = [named('a'), named('b')] as const;
    const prepared = await prepareRegions(first, targets, OPTIONS);
    const seen: [PublishProgress['stage'], number][] = [];
    await applyRegions(prepared, {
      channelKeys: [project.keys.channel],
      onProgress: ({ stage }, region) => seen.push([stage, region]),
    });
    expect(seen.filter(([stage]) => stage === 'done').map(([, region]) => region)).toEqual([0, 1]);
  });

  it('are old or new, each by itself, whenever it is killed, and become one by running it again', async () => {
    let cuts = 0;
    for (let at = 1; ; at++) {
      const targets = [named('a'), named('b')];
      await publishAll(first, targets);
      const stop = new AbortController();
      let calls = 0;
      const dying = targets.map((target): PublishTarget => {
        const guard = async <T>(work: () => Promise<T>): Promise<T> => {
          const own = ++calls;
          if (own === at && at % 2 === 0) stop.abort(new Error('cut'));
          stop.signal.throwIfAborted();
          const done = work();
          await done.catch(() => undefined);
          if (own === at) stop.abort(new Error('cut'));
          stop.signal.throwIfAborted();
          return done;
        };
        return {
          ...target,
          get: (key, options) => guard(() => target.get(key, options)),
          head: (key, options) => guard(() => target.head(key, options)),
          put: (key, ...rest) => guard(() => target.put(key, ...rest)),
          putIf: (key, ...rest) => guard(() => target.putIf(key, ...rest)),
        };
      });
      await publishAll(second, dying, project, stop.signal).catch(() => undefined);
      for (const target of targets) {
        const seen = await readAsClient(target, project.roots[0]);
        expect([first.digest, second.digest], `call ${at}`).toContain(seen?.channel.release.digest);
      }
      await publishAll(second, targets);
      await expectSame(targets, second.digest);
      if (!stop.signal.aborted) break;
      cuts += 1;
    }
    expect(cuts).toBeGreaterThan(20);
    console.info(
      `publisher: two regions, killed at each of ${cuts} calls: each old or new, and one after the next run`,
    );
  });
});
