import { historyKey } from '@lading/manifest';
import { beforeAll, describe, expect, it } from 'vitest';
import { liveReleases } from './live-releases.js';
import { type MemoryTarget, memoryTarget } from './memory-target.js';
import { OBJECT_HEADERS } from './object-headers.js';
import { NOW, newProject, publish, rotated, sourceOf, type TestProject } from './publish.fixture.js';
import { readPublished, readPublishedRelease } from './published.js';

let project: TestProject;
beforeAll(async () => {
  project = await newProject();
});

const DAY_MS = 86_400_000;

/** A target whose clock goes on by a day at each call of `nextDay`. */
function dailyTarget(): MemoryTarget & { nextDay(): Date } {
  let time = NOW.getTime();
  return Object.assign(memoryTarget({ now: () => new Date(time) }), {
    nextDay() {
      time += DAY_MS;
      return new Date(time);
    },
  });
}

function inDays(days: number): Date {
  return new Date(NOW.getTime() + days * DAY_MS);
}

describe('readPublished and liveReleases', () => {
  it('tell which releases are live, which were, and from when to when', async () => {
    const target = dailyTarget();
    const [one, two] = [
      await sourceOf(project, { a: 'one' }),
      await sourceOf(project, { a: 'two' }, { version: '2.0.0', sequence: 2 }),
    ];
    await publish(project, one, target, { expiresAt: inDays(30) });
    await publish(project, one, target, { channel: 'beta', expiresAt: inDays(30) });
    target.nextDay();
    await publish(project, one, target, { expiresAt: inDays(40), refreshBefore: inDays(39) });
    const now = target.nextDay();
    await publish(project, two, target, { now, expiresAt: inDays(50) });
    const published = await readPublished(target, { roots: project.roots });
    expect(published.channels.map(({ channel, isCurrent }) => [channel.name, channel.sequence, isCurrent])).toEqual([
      ['beta', 1, true],
      ['stable', 3, true],
      ['stable', 2, false],
      ['stable', 1, false],
    ]);
    const live = liveReleases(published).map(({ document: _, release, ...rest }) => ({ ...rest, is: release.digest }));
    const facts = { project: 'game', isRevoked: false };
    expect(live).toEqual([
      { ...facts, channel: 'beta', is: one.digest, isCurrent: true, since: NOW, until: undefined },
      { ...facts, channel: 'stable', is: two.digest, isCurrent: true, since: inDays(2), until: undefined },
      { ...facts, channel: 'stable', is: one.digest, isCurrent: false, since: undefined, until: inDays(2) },
    ]);
    const [document] = published.channels.filter(({ channel }) => channel.name === 'beta');
    if (document === undefined) throw new Error('unreachable');
    expect((await readPublishedRelease(target, document, { roots: project.roots }))?.release).toEqual(one.release);
  });

  it('count a document that was kept before a killed switch once', async () => {
    const target = memoryTarget();
    await publish(project, await sourceOf(project, { a: 'one' }), target);
    const next = await sourceOf(project, { a: 'two' }, { sequence: 2 });
    const putIf: MemoryTarget['putIf'] = (key, ...rest) =>
      key.startsWith('channels/') ? Promise.reject(new Error('killed')) : target.putIf(key, ...rest);
    await expect(publish(project, next, { ...target, putIf })).rejects.toThrow('killed');
    const { channels } = await readPublished(target, { roots: project.roots });
    expect(channels.map(({ key }) => key)).toEqual(['channels/stable.json']);
  });

  it('read what former keys signed, from the first root on', async () => {
    const target = memoryTarget();
    await publish(project, await sourceOf(project, { a: 'one' }), target);
    const next = await rotated(project);
    await publish(next, await sourceOf(next, { a: 'two' }, { sequence: 2 }), target);
    const published = await readPublished(target, { roots: project.roots });
    expect(published.roots).toHaveLength(2);
    expect(published.channels.map(({ signedUnder }) => signedUnder)).toEqual([2, 1]);
    for (const document of published.channels) {
      expect(await readPublishedRelease(target, document, published)).toBeDefined();
    }
  });

  it('refuse what does not verify, what stands under a wrong name, and what another project signed', async () => {
    const target = memoryTarget();
    const source = await sourceOf(project, { a: 'one' });
    await publish(project, source, target);
    const own = await target.get('channels/stable.json', { maxBytes: 20_000 });
    const bytes = own?.bytes ?? new Uint8Array();
    for (const [key, content] of [
      ['channels/beta.json', bytes],
      [historyKey('stable', 9, source.digest), bytes],
      [historyKey('stable', 1, source.digest), new TextEncoder().encode('{}')],
    ] as const) {
      await target.put(key, content, OBJECT_HEADERS.history);
      const read = readPublished(target, { roots: project.roots });
      await expect(read, key).rejects.toMatchObject({ code: 'ERR_PUBLISH_TRUST' });
      await target.remove?.(key);
    }
    const stranger = await newProject();
    await expect(readPublished(target, { roots: stranger.roots })).rejects.toMatchObject({ code: 'ERR_PUBLISH_TRUST' });
  });
});
