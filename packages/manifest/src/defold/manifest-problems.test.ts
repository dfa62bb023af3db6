import { expect, it } from 'vitest';
import { createDefoldManifest, type DefoldManifest, type DefoldResource, findManifestProblems } from '../index.js';

const hexDigest = 'aa'.repeat(20);

async function manifestOf(
  ...resources: readonly (Partial<DefoldResource> & { url: string })[]
): Promise<DefoldManifest> {
  return createDefoldManifest({
    projectTitle: 'T',
    engineVersions: [],
    resources: resources.map((resource) => ({ hexDigest, sizeBytes: 1, ...resource })),
  });
}

it('finds nothing in what Bob writes', async () => {
  const manifest = await manifestOf(
    { url: '/a', flags: 1 },
    { url: '/b', flags: 10, compressedSizeBytes: 1 },
    { url: '/c', flags: 2 },
  );
  expect(findManifestProblems(manifest)).toEqual([]);
});

it('finds entries out of order, of which the engine would miss some', async () => {
  const manifest = await manifestOf({ url: '/a.txt' }, { url: '/b.txt' });
  const reversed = { ...manifest, resources: [...manifest.resources].reverse() };
  expect(findManifestProblems(reversed)).toEqual([
    { path: '/resources/1/urlHash', problem: 'is 14302e44effe5d52 after fb2aab6cdddf1072: entries must ascend' },
  ]);
});

it('finds dependants that no entry has, and contradicting flags', async () => {
  const manifest = await manifestOf({ url: '/a', dependants: [5n], flags: 3 });
  const withSize = { ...manifest, resources: manifest.resources.map((r) => ({ ...r, compressedSizeBytes: 1 })) };
  expect(findManifestProblems(withSize)).toEqual([
    { path: '/resources/0/dependants', problem: 'names 0000000000000005, which no entry has' },
    { path: '/resources/0/flags', problem: 'is not either bundled or excluded' },
    { path: '/resources/0/flags', problem: 'has a compressed size, uncompressed' },
  ]);
  expect(findManifestProblems(await manifestOf({ url: '/a', flags: 10 }))).toEqual([
    { path: '/resources/0/flags', problem: 'says compressed, without a compressed size' },
  ]);
});
