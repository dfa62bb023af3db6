// Over 300 lines: one publish seen from all sides; every test starts from the same release and target.
import { channelKey, isLadingError, MAX_CHANNEL_BYTES, signChannel } from '@lading/manifest';
import { beforeAll, describe, expect, it } from 'vitest';
import { applyPublish } from './apply-publish.js';
import { type MemoryTarget, memoryTarget } from './memory-target.js';
import { OBJECT_HEADERS } from './object-headers.js';
import { preparePublish } from './prepare-publish.js';
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

const OPTIONS = { channel: 'stable', now: NOW, expiresAt: EXPIRES_AT };
const code =
  (expected: string) =>
  (error: unknown): boolean =>
    isLadingError(error, expected);

let project: TestProject;
beforeAll(async () => {
  project = await newProject();
});

/** A target that counts its calls, in their order. */
function counted(target: PublishTarget): PublishTarget & { readonly calls: string[] } {
  const calls: string[] = [];
  const noted = <T>(call: string, work: () => T): T => {
    calls.push(call);
    return work();
  };
  return {
    ...target,
    calls,
    head: (key, options) => noted(`head ${key}`, () => target.head(key, options)),
    get: (key, options) => noted(`get ${key}`, () => target.get(key, options)),
    put: (key, body, meta, options) => noted(`put ${key}`, () => target.put(key, body, meta, options)),
    list: (prefix, options) => noted(`list ${prefix}`, () => target.list(prefix, options)),
    putIf: (key, body, meta, condition, options) =>
      noted(`putIf ${key}`, () => target.putIf(key, body, meta, condition, options)),
  };
}

function countOf(calls: readonly string[], ...methods: readonly string[]): number {
  return calls.filter((call) => methods.includes(call.split(' ')[0] ?? '')).length;
}

describe('a first publish', () => {
  it('makes root, archives, release and channel, in that order, each with its headers', async () => {
    const memory = memoryTarget();
    const target = counted(memory);
    const source = await sourceOf(project, { 'level-1': 'one', 'level-2': 'two' });
    const result = await publish(project, source, target);
    expect(result).toMatchObject({ status: 'published', uploadedObjects: 4, channel: { sequence: 1, root: 1 } });
    const writes = target.calls.filter((call) => call.startsWith('put')).map((call) => call.replace(/\.[^ ]*$/, ''));
    // Written, and tried again: a target that takes it twice keeps no conditions.
    expect(writes.slice(0, 2)).toEqual(['putIf root/1', 'putIf root/1']);
    expect(writes.slice(2, 4).sort()).toEqual(['put archives/level-1', 'put archives/level-2']);
    expect(writes.slice(4)).toEqual([expect.stringMatching(/^put releases\//), 'putIf channels/stable']);
    const kinds = { archives: 'archive', releases: 'release', root: 'root', channels: 'channel' } as const;
    for (const [folder, kind] of Object.entries(kinds)) {
      const objects = [...memory.objects].filter(([key]) => key.startsWith(`${folder}/`));
      expect(objects.length).toBeGreaterThan(0);
      for (const [, { meta }] of objects) expect(meta).toMatchObject(OBJECT_HEADERS[kind]);
    }
    expect((await readAsClient(memory, project.roots[0]))?.release).toEqual(source.release);
  });

  it('makes exactly the calls that the plan announces, and the next one does', async () => {
    for (const digests of [true, false]) {
      const memory = memoryTarget();
      for (const [sequence, word] of [
        [1, 'x'],
        [2, 'y'],
      ] as const) {
        const target = counted({ ...memory, capabilities: { conditionalPut: true, digests } });
        const next = await sourceOf(project, manyArchives(5, word), { sequence });
        const { plan, source } = await preparePublish(next, target, OPTIONS);
        target.calls.length = 0;
        await applyPublish(plan, target, { source, channelKeys: [project.keys.channel] });
        expect({
          list: countOf(target.calls, 'list'),
          head: countOf(target.calls, 'head'),
          get: countOf(target.calls, 'get'),
          put: countOf(target.calls, 'put', 'putIf'),
        }).toEqual(plan.calls);
      }
    }
  });

  it('tells its progress, never back, to exactly the end', async () => {
    const seen: PublishProgress[] = [];
    const target = memoryTarget();
    const { plan, source } = await preparePublish(await sourceOf(project, manyArchives(9, 'x')), target, OPTIONS);
    await applyPublish(plan, target, { source, channelKeys: [project.keys.channel], onProgress: (p) => seen.push(p) });
    expect(seen.map((p) => p.sentBytes)).toEqual(seen.map((p) => p.sentBytes).sort((a, b) => a - b));
    expect(new Set(seen.map((p) => p.stage))).toEqual(
      new Set(['archives', 'read-back', 'release', 'root', 'channel', 'done']),
    );
    const totals = { sentBytes: plan.uploadBytes, totalBytes: plan.uploadBytes, doneObjects: 11, totalObjects: 11 };
    expect(seen.at(-1)).toEqual({ stage: 'done', ...totals });
  });

  it('plans the same for the same, whatever the order of the listing, and writes nothing', async () => {
    const target = memoryTarget();
    const source = await sourceOf(project, manyArchives(4, 'x', 2));
    await publish(project, source, target);
    const next = await sourceOf(project, manyArchives(6, 'y', 2), { sequence: 2 });
    const before = [...target.objects.keys()];
    const [first, second] = [await preparePublish(next, target, OPTIONS), await preparePublish(next, target, OPTIONS)];
    expect(first.plan).toEqual(second.plan);
    expect(first.plan.present.map(({ key }) => key.split('.')[0])).toEqual([
      'archives/archive-0',
      'archives/archive-1',
      'root/1',
    ]);
    expect([...target.objects.keys()]).toEqual(before);
  });
});

describe('publishing again', () => {
  let target: MemoryTarget;
  beforeAll(async () => {
    target = memoryTarget();
    await publish(project, await sourceOf(project, manyArchives(20, 'x')), target);
  });

  it('uploads nothing, asks for no object by itself and leaves the channel alone when nothing is new', async () => {
    const before = new Map(target.objects);
    const seen = counted(target);
    const result = await publish(project, await sourceOf(project, manyArchives(20, 'x')), seen);
    expect(result).toMatchObject({ status: 'up-to-date', uploadedObjects: 0, channel: { sequence: 1 } });
    expect(new Map(target.objects)).toEqual(before);
    expect(countOf(seen.calls, 'put', 'putIf', 'head')).toBe(0);
    expect(seen.calls.filter((call) => call.startsWith('list'))).toEqual([
      'list archives/',
      'list releases/',
      'list root/',
    ]);
  });

  it('takes a build with another time and number but the same content for the same release', async () => {
    const over = { sequence: 7, createdAt: '2027-01-01T00:00:00Z' };
    const result = await publish(project, await sourceOf(project, manyArchives(20, 'x'), over), target);
    expect(result).toMatchObject({ status: 'up-to-date', channel: { release: { sequence: 1 } } });
  });

  it('keeps the channel document that it replaces, as it was, and a second try keeps it once', async () => {
    const memory = memoryTarget();
    await publish(project, await sourceOf(project, { a: 'one' }), memory);
    const before = await memory.get(channelKey('stable'), { maxBytes: MAX_CHANNEL_BYTES });
    const next = await sourceOf(project, { a: 'two' }, { sequence: 2 });
    const stopped: PublishTarget = {
      ...memory,
      putIf: (key, ...rest) =>
        key.startsWith('channels/') ? Promise.reject(new Error('killed')) : memory.putIf(key, ...rest),
    };
    await expect(publish(project, next, stopped)).rejects.toThrow('killed');
    await publish(project, next, memory);
    const kept = [...memory.objects].filter(([key]) => key.startsWith('history/'));
    expect(kept.map(([key]) => key)).toEqual([expect.stringMatching(/^history\/stable\/1\.[0-9a-f]{16}\.json$/)]);
    expect(kept[0]?.[1]).toMatchObject({ bytes: before?.bytes, meta: OBJECT_HEADERS.history });
  });

  it('signs the channel anew when less than half of its life is left, or when it is asked to', async () => {
    const source = await sourceOf(project, manyArchives(20, 'x'));
    const later = new Date('2026-11-29T12:00:00Z');
    const over = { now: later, expiresAt: new Date('2026-12-13T12:00:00Z') };
    const { plan } = await preparePublish(source, target, { ...OPTIONS, ...over });
    expect(plan.channel).toMatchObject({
      action: 'refresh',
      document: { sequence: 2, expiresAt: '2026-12-13T12:00:00Z' },
    });
    expect(plan.uploads).toEqual([]);
    const early = { ...OPTIONS, expiresAt: new Date('2026-12-06T12:00:00Z') };
    expect((await preparePublish(source, target, early)).plan.isUpToDate).toBe(true);
    const asked = { ...early, refreshBefore: new Date('2026-12-05T13:00:00Z') };
    expect((await preparePublish(source, target, asked)).plan.channel.action).toBe('refresh');
    expect(await publish(project, source, target, asked)).toMatchObject({
      status: 'refreshed',
      channel: { sequence: 2 },
    });
    await readAsClient(target, project.roots[0]);
  });

  it('puts back what is missing and leaves the channel alone', async () => {
    const source = await sourceOf(project, manyArchives(20, 'x'));
    await target.remove?.(source.release.archives[3]?.key ?? '');
    const result = await publish(project, source, target);
    expect(result).toMatchObject({ status: 'repaired', uploadedObjects: 1, channel: { sequence: 2 } });
    await readAsClient(target, project.roots[0]);
  });

  it('counts the channel on and keeps what was revoked', async () => {
    const changed = { ...manyArchives(20, 'x'), 'archive-7': 'changed' };
    const next = await sourceOf(project, changed, { version: '1.0.1', sequence: 2 });
    const result = await publish(project, next, target, { rollout: 25 });
    expect(result).toMatchObject({ status: 'published', uploadedObjects: 2, channel: { sequence: 3, rollout: 25 } });
    const revoked = ['sha256:'.padEnd(71, '0') as `sha256:${string}`];
    const { bytes } = await signChannel({ ...result.channel, sequence: 4, revoked }, [project.keys.channel]);
    await target.put(channelKey('stable'), bytes, OBJECT_HEADERS.channel);
    const third = await sourceOf(project, manyArchives(20, 'z', 19), { version: '1.0.2', sequence: 3 });
    const after = await publish(project, third, target);
    expect(after.channel).toMatchObject({ sequence: 5, revoked });
    expect(after.channel.rollout).toBeUndefined();
  });
});

describe('sequences', () => {
  it('refuses a release whose sequence is not above the current one, and says what to do', async () => {
    const target = memoryTarget();
    await publish(project, await sourceOf(project, { a: 'one' }, { sequence: 4 }), target);
    const error = await publish(project, await sourceOf(project, { a: 'two' }, { sequence: 4 }), target).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ code: 'ERR_PUBLISH_SEQUENCE', details: { actual: 4, expected: 5 } });
    expect((error as { hint: string }).hint).toContain('release key');
    expect((await readAsClient(target, project.roots[0]))?.channel.sequence).toBe(1);
  });

  it('numbers the release itself where it has the release key, and the same again when it was killed before the switch', async () => {
    const target = memoryTarget();
    await publish(project, await sourceOf(project, { a: 'one' }, { sequence: 4 }), target);
    const second = await sourceOf(project, { a: 'two' });
    const over = { releaseKeys: [project.keys.release] };
    const stopped: PublishTarget = {
      ...target,
      putIf: (key, ...rest) =>
        key.startsWith('channels/') ? Promise.reject(new Error('killed')) : target.putIf(key, ...rest),
    };
    await expect(publish(project, second, stopped, over)).rejects.toThrow('killed');
    const { plan } = await preparePublish(second, target, { ...OPTIONS, ...over });
    expect(plan.release).toMatchObject({ sequence: 5, renumberedFrom: 1 });
    expect(plan.uploads).toEqual([]);
    expect(await publish(project, second, target, over)).toMatchObject({ status: 'published' });
    expect(await publish(project, second, target, over)).toMatchObject({ status: 'up-to-date' });
    expect((await readAsClient(target, project.roots[0]))?.release.sequence).toBe(5);
  });

  it('starts a lost channel above the sequence that the caller knows', async () => {
    const target = memoryTarget();
    const result = await publish(project, await sourceOf(project, { a: 'one' }), target, { minSequence: 12 });
    expect(result.channel.sequence).toBe(12);
  });
});

describe('what does not verify', () => {
  it('never writes over a channel of another project, other keys or garbage', async () => {
    const stranger = await newProject();
    for (const bytes of [
      (
        await signChannel((await publish(stranger, await sourceOf(stranger, { a: 'x' }), memoryTarget())).channel, [
          stranger.keys.channel,
        ])
      ).bytes,
      new TextEncoder().encode('{}'),
      new Uint8Array(0),
    ]) {
      const target = memoryTarget();
      await target.put(channelKey('stable'), bytes, OBJECT_HEADERS.channel);
      const source = await sourceOf(project, { a: 'one' });
      await expect(publish(project, source, target)).rejects.toSatisfy(code('ERR_PUBLISH_TRUST'));
      expect((await target.get(channelKey('stable'), { maxBytes: MAX_CHANNEL_BYTES }))?.bytes).toEqual(bytes);
      expect(target.objects.size).toBe(1);
    }
  });

  it('never writes over a root of other keys', async () => {
    const stranger = await newProject();
    const target = memoryTarget();
    await target.put('root/1.json', stranger.roots[0].bytes, OBJECT_HEADERS.root);
    await expect(publish(project, await sourceOf(project, { a: 'one' }), target)).rejects.toSatisfy(
      code('ERR_PUBLISH_TRUST'),
    );
    expect(target.objects.size).toBe(1);
  });

  it('uploads nothing when the key is not one of the root', async () => {
    const stranger = await newProject();
    const target = memoryTarget();
    const source = await sourceOf(project, { a: 'one' });
    await expect(publish(stranger, source, target)).rejects.toSatisfy(code('ERR_PUBLISH_TRUST'));
    await expect(
      publish({ ...project, keys: { ...project.keys, channel: project.keys.release } }, source, target),
    ).rejects.toSatisfy(code('ERR_PUBLISH_TRUST'));
    expect(target.objects.size).toBe(0);
  });

  it('publishes over a channel of the former keys after a rotation, and takes newer roots from the target', async () => {
    const target = memoryTarget();
    await publish(project, await sourceOf(project, { a: 'one' }), target);
    const next = await rotated(project);
    const refreshed = await publish(next, await sourceOf(next, { a: 'one' }, { sequence: 2 }), target);
    expect(refreshed).toMatchObject({ status: 'published', channel: { root: 2, sequence: 2 } });
    await readAsClient(target, project.roots[0]);
    const behind = { ...next, roots: project.roots };
    const result = await publish(behind, await sourceOf(behind, { a: 'two' }, { sequence: 3 }), target);
    expect(result.channel).toMatchObject({ root: 2, sequence: 3 });
    const retired = publish(project, await sourceOf(project, { a: 'three' }, { sequence: 4 }), target);
    await expect(retired).rejects.toSatisfy(code('ERR_PUBLISH_TRUST'));
    await readAsClient(target, project.roots[0]);
  });

  it('refuses a release that the channel has revoked, an expired root and a channel that would be expired', async () => {
    const target = memoryTarget();
    const first = await publish(project, await sourceOf(project, { a: 'one' }), target);
    const next = await sourceOf(project, { a: 'two' }, { sequence: 2 });
    const { bytes } = await signChannel({ ...first.channel, sequence: 2, revoked: [next.digest] }, [
      project.keys.channel,
    ]);
    await target.put(channelKey('stable'), bytes, OBJECT_HEADERS.channel);
    await expect(publish(project, next, target)).rejects.toSatisfy(code('ERR_PUBLISH_TRUST'));
    const late = { now: new Date('2031-01-01T00:00:00Z'), expiresAt: new Date('2031-02-01T00:00:00Z') };
    await expect(publish(project, next, target, late)).rejects.toSatisfy(code('ERR_PUBLISH_TRUST'));
    await expect(publish(project, next, target, { expiresAt: NOW })).rejects.toSatisfy(code('ERR_PUBLISH_SOURCE'));
  });
});

describe('what is there with other bytes', () => {
  it('names every archive with another size and writes nothing', async () => {
    const target = memoryTarget();
    const source = await sourceOf(project, manyArchives(4, 'x'));
    const [first, second] = source.release.archives;
    for (const archive of [first, second])
      await target.put(archive?.key ?? '', new Uint8Array(2), OBJECT_HEADERS.archive);
    const error = await publish(project, source, target).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'ERR_PUBLISH_IMMUTABLE' });
    expect((error as { details: { problems: unknown[] } }).details.problems).toHaveLength(2);
    expect(target.objects.size).toBe(2);
  });

  it('finds an archive of the right size with wrong bytes where the target tells digests', async () => {
    const target = memoryTarget();
    const source = await sourceOf(project, { a: 'one' });
    const [archive] = source.release.archives;
    await target.put(archive?.key ?? '', new TextEncoder().encode('two'), OBJECT_HEADERS.archive);
    await expect(publish(project, source, target)).rejects.toSatisfy(code('ERR_PUBLISH_IMMUTABLE'));
    expect(target.objects.has(channelKey('stable'))).toBe(false);
  });

  it('is looked for and uploaded again when it is asked to be repaired', async () => {
    const target = memoryTarget();
    const source = await sourceOf(project, { a: 'one', b: 'two', c: 'three', d: 'four' });
    await publish(project, source, target);
    const [a, b] = source.release.archives;
    const release = `releases/${source.digest.slice(7)}.json`;
    await target.put(a?.key ?? '', new TextEncoder().encode('eno'), OBJECT_HEADERS.archive);
    await target.put(b?.key ?? '', new TextEncoder().encode('too long'), OBJECT_HEADERS.archive);
    await target.put(release, new TextEncoder().encode('{}'), OBJECT_HEADERS.release);
    await expect(publish(project, source, target)).rejects.toSatisfy(code('ERR_PUBLISH_IMMUTABLE'));
    const { plan } = await preparePublish(source, target, { ...OPTIONS, repair: true });
    expect(plan.uploads.map(({ key }) => key)).toEqual([a?.key, b?.key, release]);
    expect(await publish(project, source, target, { repair: true })).toMatchObject({ status: 'repaired' });
    await readAsClient(target, project.roots[0]);
    expect(await publish(project, source, target, { repair: true })).toMatchObject({ status: 'up-to-date' });
  });

  it('is uploaded again where the target tells no digests, when it is asked to be repaired', async () => {
    const memory = memoryTarget();
    const source = await sourceOf(project, { a: 'one' });
    await publish(project, source, memory);
    const head: PublishTarget['head'] = async (key) => {
      const info = await memory.head(key);
      return info && { key, sizeBytes: info.sizeBytes, etag: info.etag };
    };
    const quiet: PublishTarget = { ...memory, capabilities: { conditionalPut: true }, head };
    expect(await publish(project, source, quiet, { repair: true })).toMatchObject({ uploadedObjects: 1 });
  });

  it('does not switch the channel when an upload is not there, or not whole, when it is read back', async () => {
    const source = await sourceOf(project, { a: 'one', b: 'two' });
    const lossy = (change: (key: string, bytes: Uint8Array) => Uint8Array | undefined): MemoryTarget => {
      const target = memoryTarget();
      const put: PublishTarget['put'] = async (key, body, meta, options) => {
        const bytes = body instanceof Uint8Array ? change(key, body) : undefined;
        const { digest: _unchecked, ...rest } = meta;
        if (bytes !== undefined) return target.put(key, bytes, rest, options);
        return { key, sizeBytes: 0, etag: 'lost' };
      };
      return { ...target, put };
    };
    const ways = [
      lossy((key, bytes) => (key.includes('/b.') ? undefined : bytes)),
      lossy((key, bytes) => (key.includes('/b.') ? bytes.subarray(1) : bytes)),
      lossy((key, bytes) => (key.includes('/b.') ? bytes.map((byte) => byte ^ 1) : bytes)),
      lossy((key, bytes) => (key.startsWith('releases/') ? undefined : bytes)),
      lossy((key, bytes) => (key.startsWith('releases/') ? bytes.subarray(1) : bytes)),
    ];
    for (const target of ways) {
      await expect(publish(project, source, target)).rejects.toSatisfy(code('ERR_PUBLISH_READ_BACK'));
      expect(target.objects.has(channelKey('stable'))).toBe(false);
    }
  });

  it('needs a target with conditional writes', async () => {
    const target = { ...memoryTarget(), capabilities: { conditionalPut: false } };
    const source = await sourceOf(project, { a: 'one' });
    await expect(publish(project, source, target)).rejects.toSatisfy(code('ERR_TARGET_UNSUPPORTED'));
    for (const isFirst of [true, false]) {
      const memory = memoryTarget();
      if (!isFirst) await publish(project, source, memory);
      const before = [...memory.objects.keys()];
      const careless: PublishTarget = { ...memory, putIf: (key, body, meta) => memory.put(key, body, meta) };
      const next = await sourceOf(project, { a: 'two' }, { sequence: 2 });
      await expect(publish(project, next, careless)).rejects.toSatisfy(code('ERR_TARGET_UNSUPPORTED'));
      expect([...memory.objects.keys()]).toEqual(isFirst ? ['root/1.json'] : before);
    }
  });

  it('is found out before the first upload where we may not write', async () => {
    const memory = memoryTarget();
    await publish(project, await sourceOf(project, { a: 'one' }), memory);
    const forbidden = (): Promise<never> => Promise.reject(new PublishError('ERR_TARGET_FORBIDDEN', 'read-only'));
    const readOnly = counted({ ...memory, put: forbidden, putIf: forbidden });
    const next = await sourceOf(project, { a: 'two' }, { sequence: 2 });
    await expect(publish(project, next, readOnly)).rejects.toSatisfy(code('ERR_TARGET_FORBIDDEN'));
    expect(countOf(readOnly.calls, 'put', 'putIf')).toBe(1);
  });

  it('does not show a newer root early: where the target knows none of ours, nothing is tried', async () => {
    const target = memoryTarget();
    await publish(project, await sourceOf(project, { a: 'one' }), target);
    const next = await rotated(project);
    const [, second] = next.roots;
    if (second === undefined) throw new Error('unreachable');
    const ahead: TestProject = { ...next, roots: [second] };
    const source = await sourceOf(ahead, { a: 'two' }, { sequence: 2 });
    const stopped = { ...target, put: () => Promise.reject(new Error('killed')) };
    await expect(publish(ahead, source, stopped)).rejects.toSatisfy(code('ERR_PUBLISH_TRUST'));
    expect(target.objects.has('root/2.json')).toBe(false);
  });
});
