import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { problemPaths, thrownBy } from '../../test/thrown.js';
import { WORKED_MANIFEST_HEX } from '../../test/worked-manifest.js';
import {
  bytesToHex,
  createDefoldManifest,
  type DefoldManifest,
  type DefoldResource,
  hashResourcePath,
  hexToBytes,
  parseDefoldManifest,
  RESOURCE_EXCLUDED,
  serializeDefoldManifest,
} from '../index.js';

const worked = hexToBytes(WORKED_MANIFEST_HEX) as Uint8Array;

it('writes the worked manifest byte for byte, from its description', async () => {
  const hexDigest = 'aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d';
  const manifest = await createDefoldManifest({
    projectTitle: 'T',
    engineVersions: ['', '1.11.2'],
    resources: [
      { url: '/b.txt', hexDigest, sizeBytes: 5, flags: RESOURCE_EXCLUDED, dependants: ['/a.txt'] },
      { url: '/a.txt', hexDigest, sizeBytes: 5 },
    ],
    archiveIdentifier: new Uint8Array(16),
  });
  expect(bytesToHex(serializeDefoldManifest(manifest))).toBe(WORKED_MANIFEST_HEX);
});

it('writes a real entry as Bob does', async () => {
  const manifest = await createDefoldManifest({
    projectTitle: 'x',
    engineVersions: [],
    resources: [
      {
        url: '/_generated_e63e40a7fb72e09a.goc',
        hexDigest: 'd37ffb659fc2161d347c16031b32efaecc8e41fa',
        sizeBytes: 89,
        compressedSizeBytes: 74,
        flags: 10,
      },
    ],
  });
  expect(bytesToHex(serializeDefoldManifest(manifest))).toContain(
    '0a160a14d37ffb659fc2161d347c16031b32efaecc8e41fa12202f5f67656e6572617465645f653633653430613766623732653039612e676f6318c5ffcfc3ffe798beb8012059284a300a',
  );
});

it.each([
  ['My Project', '4a8ae99dabb857aaeb94efbb6cb9ef0ad38822ca'],
  ['liveupdate_reszip_demo', '82547cf07098501a597cdc53426a04b15825edee'],
  ['Christmas 2025 2d DEV', '245f8e3d39fbdc94805f57c6b870c749866eae39'],
])('identifies the project %j', async (projectTitle, hex) => {
  const { header } = await createDefoldManifest({ projectTitle, engineVersions: [], resources: [] });
  expect(header.projectIdentifier).toBe(hex);
});

describe('what is written is read back', () => {
  const uint32 = fc.nat(0xffff_fffe);
  const resource = fc.record({
    path: fc
      .array(fc.constantFrom('a', '/', 'é', '💡', '.'), { minLength: 1 })
      .map((characters) => characters.join('')),
    omitUrl: fc.boolean(),
    hexDigest: fc.uint8Array({ minLength: 20, maxLength: 20 }).map(bytesToHex),
    sizeBytes: uint32,
    compressedSizeBytes: fc.option(uint32, { nil: undefined }),
    flags: fc.nat(15),
    dependants: fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
  });

  it('whatever it is, sorted by unsigned hash, and byte for byte again', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(resource, { selector: ({ path }) => path }),
        fc.boolean(),
        (list, hasExcludedResources) => {
          const resources = list.map(({ path, omitUrl, ...rest }): DefoldResource => {
            return { ...rest, urlHash: hashResourcePath(`/${path}`), url: omitUrl ? '' : `/${path}` };
          });
          const bytes = serializeDefoldManifest({ ...parseDefoldManifest(worked), hasExcludedResources, resources });
          const read = parseDefoldManifest(bytes);
          expect(read.resources).toEqual([...resources].sort((a, b) => (a.urlHash < b.urlHash ? -1 : 1)));
          expect(read.hasExcludedResources).toBe(hasExcludedResources);
          expect(serializeDefoldManifest(read)).toEqual(bytes);
        },
      ),
    );
  });
});

it('refuses a signature over other data, and takes it over the same', () => {
  const signed: DefoldManifest = { ...parseDefoldManifest(worked), signature: Uint8Array.of(1, 2, 3) };
  expect(serializeDefoldManifest(signed).length).toBe(worked.length + 3);
  const changed = { ...signed, resources: signed.resources.slice(1) };
  expect(thrownBy(() => serializeDefoldManifest(changed)).code).toBe('ERR_MANIFEST_SIGNATURE');
  expect(serializeDefoldManifest({ ...changed, signature: new Uint8Array() }).length).toBeLessThan(worked.length);
});

it('refuses what the format cannot hold, all of it at once', () => {
  const manifest = parseDefoldManifest(worked);
  const [a, b] = manifest.resources as [DefoldResource, DefoldResource];
  const broken = {
    ...manifest,
    engineVersions: ['1.11.2'],
    header: { ...manifest.header, projectIdentifier: '' },
    resources: [
      { ...a, sizeBytes: 1.5, hexDigest: 'zz', flags: -1 },
      { ...b, urlHash: a.urlHash, dependants: [2n ** 64n], compressedSizeBytes: 2 ** 33 },
    ],
  };
  const error = thrownBy(() => serializeDefoldManifest(broken));
  expect(error.code).toBe('ERR_MANIFEST');
  expect(problemPaths(error).sort()).toEqual(
    [
      '/engineVersions/0',
      '/header/projectIdentifier',
      '/resources/0/size',
      '/resources/0/hash',
      '/resources/0/flags',
      '/resources/1/compressedSize',
      '/resources/1/dependants',
      '/resources/1/url',
      '/resources/1/urlHash',
    ].sort(),
  );
});
