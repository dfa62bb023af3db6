import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { memoryTarget } from './memory-target.js';
import { OBJECT_HEADERS } from './object-headers.js';
import {
  archiveOf,
  manyArchives,
  newProject,
  publish,
  readAsClient,
  sourceOf,
  type TestProject,
} from './publish.fixture.js';
import { publishShard, shardArchives } from './publish-shard.js';

let project: TestProject;
beforeAll(async () => {
  project = await newProject();
});

describe('shardArchives', () => {
  it('puts each archive into exactly one part, whatever their order, and makes parts about equally large', async () => {
    const template = await archiveOf('a', new Uint8Array(1));
    await fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1_000 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        (sizes, count) => {
          const archives = sizes.map((sizeBytes, i) => ({
            ...template,
            name: `a${i}`,
            key: `archives/a${i}.zip`,
            sizeBytes,
          }));
          const parts = Array.from({ length: count }, (_, i) => shardArchives({ archives }, { index: i + 1, count }));
          expect(
            parts
              .flat()
              .map(({ key }) => key)
              .sort(),
          ).toEqual(archives.map(({ key }) => key).sort());
          const reversed = [...archives].reverse();
          expect(shardArchives({ archives: reversed }, { index: 1, count })).toEqual(parts[0]);
          const sums = parts.map((part) => part.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
          expect(Math.max(...sums) - Math.min(...sums)).toBeLessThanOrEqual(Math.max(0, ...sizes));
        },
      ),
    );
  });
});

describe('publishShard', () => {
  it('uploads its part, which one of all then publishes without having any', async () => {
    const target = memoryTarget();
    const source = await sourceOf(project, manyArchives(10, 'x'));
    const without = { ...source, hasArchives: false, openArchive: () => Promise.reject(new Error('has none')) };
    await publishShard(source, target, { shard: { index: 1, count: 3 } });
    await publishShard(source, target, { shard: { index: 3, count: 3 } });
    const missing = shardArchives(source.release, { index: 2, count: 3 }).map(({ key }) => key);
    await expect(publish(project, without, target)).rejects.toMatchObject({
      code: 'ERR_PUBLISH_INCOMPLETE',
      details: { problems: expect.arrayContaining(missing.map((path) => ({ path, problem: 'is not there' }))) },
    });
    const second = { shard: { index: 2, count: 3 } };
    expect((await publishShard(source, target, second)).uploadedObjects).toBe(missing.length);
    expect(await publishShard(source, target, second)).toEqual({
      uploadedObjects: 0,
      uploadedBytes: 0,
      presentObjects: missing.length,
    });
    expect(await publish(project, without, target)).toMatchObject({ status: 'published', uploadedObjects: 2 });
    await readAsClient(target, project.roots[0]);
  });

  it('stops at what is there with another size', async () => {
    const target = memoryTarget();
    const source = await sourceOf(project, { a: 'one' });
    await target.put(source.release.archives[0]?.key ?? '', new Uint8Array(9), OBJECT_HEADERS.archive);
    const sharding = publishShard(source, target, { shard: { index: 1, count: 1 } });
    await expect(sharding).rejects.toMatchObject({ code: 'ERR_PUBLISH_IMMUTABLE' });
  });
});
