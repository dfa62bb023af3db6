import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLadingError } from '@lading/manifest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryTarget } from './memory-target.js';
import { folderTarget } from './node/folder-target.js';
import { manyArchives, newProject, publish, readAsClient, sourceOf, type TestProject } from './publish.fixture.js';
import type { PublishTarget } from './publish-target.js';
import type { ReleaseSource } from './release-source.js';

/** Where a publish is cut off: before the k-th call of the target does its work, or after it did and before it answers. */
interface Cut {
  readonly at: number;
  readonly when: 'before' | 'after';
}

/** A target that aborts a publish at one call, and counts calls. */
function cutOff(target: PublishTarget, cut: Cut, stop: AbortController): PublishTarget & { count: () => number } {
  let calls = 0;
  const guard = async <T>(work: () => Promise<T>): Promise<T> => {
    const isCut = ++calls === cut.at;
    if (isCut && cut.when === 'before') stop.abort(new Error('cut'));
    stop.signal.throwIfAborted();
    const done = work();
    if (isCut)
      stop.abort(
        await done.then(
          () => new Error('cut'),
          () => new Error('cut'),
        ),
      );
    stop.signal.throwIfAborted();
    return done;
  };
  return {
    name: target.name,
    capabilities: target.capabilities,
    count: () => calls,
    head: (key, options) => guard(() => target.head(key, options)),
    get: (key, options) => guard(() => target.get(key, options)),
    put: (key, body, meta, options) => guard(() => target.put(key, body, meta, options)),
    putIf: (key, body, meta, condition, options) => guard(() => target.putIf(key, body, meta, condition, options)),
    async *list(prefix, options) {
      await guard(async () => undefined);
      yield* target.list(prefix, options);
    },
  };
}

let project: TestProject;
let first: ReleaseSource;
let second: ReleaseSource;
let scratch: string;
beforeAll(async () => {
  project = await newProject();
  first = await sourceOf(project, manyArchives(20, 'old', 5), { sequence: 1 });
  second = await sourceOf(project, manyArchives(20, 'new', 5), { sequence: 2 });
  // In memory where there is such a folder: hundreds of publishes sync every file.
  scratch = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'lading-cut-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

const TARGETS: Record<string, () => Promise<PublishTarget>> = {
  memoryTarget: async () => memoryTarget(),
  folderTarget: async () => folderTarget(await mkdtemp(join(scratch, 'target-'))),
};

describe.each(Object.keys(TARGETS))('a publish of 20 archives to %s, cut off at every call', (name) => {
  const open = async (): Promise<PublishTarget> => (await TARGETS[name]?.()) ?? memoryTarget();

  it.each(['before', 'after'] as const)(
    'leaves the old or the new release whole, and the next run finishes: %s',
    async (when) => {
      let cuts = 0;
      for (let at = 1; ; at++) {
        // A folder syncs every file: by default each call is cut before or after, in turn, and both with LADING_LONG.
        const isInTurn = (at % 2 === 0) === (when === 'after');
        if (name === 'folderTarget' && process.env.LADING_LONG === undefined && !isInTurn) continue;
        const target = await open();
        await publish(project, first, target);
        const stop = new AbortController();
        const cutTarget = cutOff(target, { at, when }, stop);
        const outcome = await publish(project, second, cutTarget, { signal: stop.signal }).catch(
          (error: unknown) => error,
        );
        if (!stop.signal.aborted) break;
        cuts += 1;
        expect(outcome).toMatchObject({ message: 'cut' });
        const seen = await readAsClient(target, project.roots[0]);
        expect([first.digest, second.digest], `cut ${when} call ${at}`).toContain(seen?.channel.release.digest);
        const again = await publish(project, second, target);
        expect(['published', 'up-to-date']).toContain(again.status);
        expect((await readAsClient(target, project.roots[0]))?.channel.release.digest).toBe(second.digest);
        await target.close?.();
      }
      expect(cuts, 'channel, listings, 15 new archives, read back, release and channel are all calls').toBeGreaterThan(
        15,
      );
      console.info(`publisher: ${name}, cut off ${when} a call: old or new release whole in ${cuts} of ${cuts} cases`);
    },
  );

  it('leaves nothing readable or everything when the first publish is cut off', async () => {
    for (let at = 1; ; at++) {
      const target = await open();
      const stop = new AbortController();
      await publish(project, first, cutOff(target, { at, when: 'after' }, stop), { signal: stop.signal }).catch(
        () => undefined,
      );
      const seen = await readAsClient(target, project.roots[0]);
      expect([undefined, first.digest]).toContain(seen?.channel.release.digest);
      await target.close?.();
      if (!stop.signal.aborted) break;
    }
  });
});

describe('two publishers at once', () => {
  it.each(Object.keys(TARGETS))('exactly one wins on %s; the other learns it and loses nothing', async (name) => {
    for (const isFirst of [true, false]) {
      const target = (await TARGETS[name]?.()) ?? memoryTarget();
      if (!isFirst) await publish(project, first, target);
      const mine = await sourceOf(project, manyArchives(6, 'mine'), { sequence: 5 });
      const theirs = await sourceOf(project, manyArchives(6, 'theirs'), { sequence: 5 });
      const results = await meetAtChannel(target, [mine, theirs]);
      const losers = results.filter((result) => result.status === 'rejected');
      expect(losers).toHaveLength(1);
      expect(isLadingError(losers[0]?.reason, 'ERR_PUBLISH_CONFLICT')).toBe(true);
      const winner = results[0]?.status === 'fulfilled' ? mine : theirs;
      expect((await readAsClient(target, project.roots[0]))?.channel.release.digest).toBe(winner.digest);
      const loser = winner === mine ? theirs : mine;
      const again = await publish(project, loser, target, { releaseKeys: [project.keys.release] });
      expect(again.channel.release.sequence).toBe(6);
      await readAsClient(target, project.roots[0]);
      await target.close?.();
    }
  });
});

/** Publishes both and holds each at the channel until the other is there, too: the narrowest race there is. */
async function meetAtChannel(
  target: PublishTarget,
  sources: readonly ReleaseSource[],
): Promise<PromiseSettledResult<unknown>[]> {
  let waiting = 0;
  let open: () => void = () => undefined;
  const bothThere = new Promise<void>((resolve) => {
    open = resolve;
  });
  const held: PublishTarget = {
    ...target,
    async putIf(key, body, meta, condition, options) {
      if (key.startsWith('channels/')) {
        waiting += 1;
        if (waiting === sources.length) open();
        await bothThere;
      }
      return target.putIf(key, body, meta, condition, options);
    },
  };
  return Promise.allSettled(sources.map((source) => publish(project, source, held)));
}
