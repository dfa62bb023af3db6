import { beforeAll, describe, expect, it } from 'vitest';
import { applyPublish } from './apply-publish.js';
import { chooseCurrent, chooseRollback } from './choose-release.js';
import { liveReleases } from './live-releases.js';
import { memoryTarget } from './memory-target.js';
import { preparePublish } from './prepare-publish.js';
import {
  EXPIRES_AT,
  NOW,
  newProject,
  publish,
  readAsClient,
  rotated,
  sourceOf,
  type TestProject,
} from './publish.fixture.js';
import type { PublishTarget } from './publish-target.js';
import { readPublished } from './published.js';
import { publishedSource } from './published-source.js';
import { type ReadRelease, readLiveReleases } from './read-live-releases.js';

let project: TestProject;
beforeAll(async () => {
  project = await newProject();
});

async function releasesOf(target: PublishTarget, roots: TestProject['roots']): Promise<readonly ReadRelease[]> {
  const published = await readPublished(target, { roots });
  return readLiveReleases(target, liveReleases(published, { channel: 'stable' }), published);
}

const OPTIONS = { channel: 'stable', now: NOW, expiresAt: EXPIRES_AT };

describe('publishedSource', () => {
  it('goes back to a release that former keys signed: it is signed again by the new ones', async () => {
    const target = memoryTarget();
    await publish(project, await sourceOf(project, { a: 'one' }), target);
    const next = await rotated(project);
    await publish(next, await sourceOf(next, { a: 'two' }, { version: '2.0.0', sequence: 2 }), target);
    const { content } = chooseRollback(await releasesOf(target, project.roots));
    const old = publishedSource(content, { name: 'memory', roots: next.roots });
    const moved = await preparePublish(old, target, { ...OPTIONS, releaseKeys: [next.keys.release] });
    expect(moved.plan.uploads.map(({ kind }) => kind)).toEqual(['release']);
    await applyPublish(moved.plan, target, { source: moved.source, channelKeys: [next.keys.channel] });
    const seen = await readAsClient(target, project.roots[0]);
    expect(seen).toMatchObject({ release: { version: '1.0.0', sequence: 3 }, channel: { sequence: 3 } });
  });

  it('refuses a release of which the target lacks archives, and names them all', async () => {
    const target = memoryTarget();
    const first = await sourceOf(project, { a: 'one', b: 'one' });
    await publish(project, first, target);
    await publish(project, await sourceOf(project, { a: 'two' }, { version: '2.0.0', sequence: 2 }), target);
    for (const { key } of first.release.archives) await target.remove?.(key);
    const { content } = chooseRollback(await releasesOf(target, project.roots));
    const old = publishedSource(content, { name: 'memory', roots: project.roots });
    await expect(
      preparePublish(old, target, { ...OPTIONS, releaseKeys: [project.keys.release] }),
    ).rejects.toMatchObject({
      code: 'ERR_PUBLISH_INCOMPLETE',
      details: { problems: first.release.archives.map(({ key }) => ({ path: key, problem: 'is not there' })) },
    });
  });
});

describe('chooseRollback and chooseCurrent', () => {
  it('pass over what was deleted, and fail where nothing is left', async () => {
    const target = memoryTarget();
    const sources = await Promise.all(
      [1, 2, 3].map((n) => sourceOf(project, { a: `${n}` }, { version: `${n}.0.0`, sequence: n })),
    );
    for (const source of sources) await publish(project, source, target);
    await target.remove?.(`releases/${sources[1]?.digest.slice(7)}.json`);
    const releases = await releasesOf(target, project.roots);
    expect(chooseRollback(releases).content.release.version).toBe('1.0.0');
    expect(chooseRollback(releases, sources[0]?.digest.slice(7, 17)).content.release.version).toBe('1.0.0');
    expect(chooseCurrent(releases).content.release.version).toBe('3.0.0');
    for (const wanted of ['2.0.0', 'sha256:', sources[0]?.digest.slice(7, 12)]) {
      expect(() => chooseRollback(releases, wanted)).toThrow(
        expect.objectContaining({ code: 'ERR_PUBLISH_NO_RELEASE' }),
      );
    }
    expect(() => chooseCurrent([])).toThrow(expect.objectContaining({ code: 'ERR_PUBLISH_NO_RELEASE' }));
    expect(() => chooseRollback([])).toThrow(expect.objectContaining({ code: 'ERR_PUBLISH_NO_RELEASE' }));
  });

  it('ask for a digest where two contents have one version', async () => {
    const target = memoryTarget();
    for (const n of [1, 2, 3]) await publish(project, await sourceOf(project, { a: `${n}` }, { sequence: n }), target);
    const releases = await releasesOf(target, project.roots);
    expect(() => chooseRollback(releases, '1.0.0')).toThrow(
      expect.objectContaining({ hint: expect.stringContaining(releases[2]?.release.digest ?? '') }),
    );
  });
});
