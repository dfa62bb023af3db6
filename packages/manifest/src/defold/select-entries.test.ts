import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createDefoldManifest,
  type DefoldManifest,
  type DefoldResource,
  findManifestProblems,
  hashResourcePath,
  parseDefoldManifest,
  RESOURCE_BUNDLED,
  RESOURCE_EXCLUDED,
  selectManifestEntries,
  serializeDefoldManifest,
} from '../index.js';

const hexDigest = 'aa'.repeat(20);

/** A manifest from lines `/a: /b /c`; a line that starts with `base` ships with the app. */
async function manifestOf(...lines: readonly string[]): Promise<DefoldManifest> {
  const resources = lines.map((line) => {
    const isBase = line.startsWith('base ');
    const [url = '', dependants = ''] = line.replace('base ', '').split(':');
    const flags = isBase ? RESOURCE_BUNDLED : RESOURCE_EXCLUDED;
    return { url, hexDigest, sizeBytes: 1, flags, dependants: dependants.split(' ').filter((path) => path !== '') };
  });
  const manifest = await createDefoldManifest({
    projectTitle: 'T',
    engineVersions: ['1.11.2'],
    resources,
    archiveIdentifier: new Uint8Array(16).fill(3),
    hasExcludedResources: true,
  });
  return { ...manifest, signature: Uint8Array.of(1) };
}

const hashes = (...paths: readonly string[]): Set<bigint> => new Set(paths.map(hashResourcePath));

/** Entries as lines, in the order of paths. */
function linesOf(manifest: DefoldManifest): string[] {
  const names = new Map(manifest.resources.map((resource) => [resource.urlHash, resource.url]));
  const line = ({ url, dependants }: DefoldResource): string => {
    return [url, ...dependants.map((hash) => names.get(hash) ?? '?')].join(' ');
  };
  return manifest.resources.map(line).sort();
}

it('takes the entries asked for, keeps the head, empties the signature, and can be written', async () => {
  const manifest = await manifestOf('/a: /b', '/b', '/c', 'base /d');
  const selected = selectManifestEntries(manifest, hashes('/a', '/b'));
  expect(linesOf(selected)).toEqual(['/a /b', '/b']);
  const { header, engineVersions, archiveIdentifier, hasExcludedResources } = manifest;
  expect(selected).toMatchObject({ header, engineVersions, archiveIdentifier, hasExcludedResources, version: 5 });
  expect(selected.signature).toHaveLength(0);
  expect(parseDefoldManifest(serializeDefoldManifest(selected))).toEqual(selected);
});

it('takes entries by a test and by flags', async () => {
  const manifest = await manifestOf('/a', '/b', 'base /c');
  expect(linesOf(selectManifestEntries(manifest, ({ url }) => url !== '/a'))).toEqual(['/b', '/c']);
  expect(linesOf(selectManifestEntries(manifest, () => true, { flags: RESOURCE_EXCLUDED }))).toEqual(['/a', '/b']);
});

describe('an entry whose dependants are not all there', () => {
  const level = ['/level: /mine /shared', '/mine', '/shared'];

  it('is left out, unless asked otherwise', async () => {
    const manifest = await manifestOf(...level);
    expect(linesOf(selectManifestEntries(manifest, hashes('/level', '/mine')))).toEqual(['/mine']);
  });

  it('may be kept with those that are there, or as it is', async () => {
    const manifest = await manifestOf(...level);
    const selection = hashes('/level', '/mine');
    expect(linesOf(selectManifestEntries(manifest, selection, { dependants: 'filter' }))).toEqual([
      '/level /mine',
      '/mine',
    ]);
    expect(linesOf(selectManifestEntries(manifest, selection, { dependants: 'keep' }))).toEqual([
      '/level /mine ?',
      '/mine',
    ]);
  });

  it('takes those along that depend on it, however far, also around a circle', async () => {
    const manifest = await manifestOf('/a: /b', '/b: /c /a', '/c: /gone', '/d: /e', '/e: /d', '/gone');
    const selection = hashes('/a', '/b', '/c', '/d', '/e');
    expect(linesOf(selectManifestEntries(manifest, selection))).toEqual(['/d /e', '/e /d']);
  });

  it('is complete without what ships with the app, which its list then does not name', async () => {
    const manifest = await manifestOf('/a: /b /base', '/b', 'base /base');
    expect(linesOf(selectManifestEntries(manifest, hashes('/a', '/b')))).toEqual(['/a /b', '/b']);
  });

  it('is not complete where the base is said to be smaller: content built without Live Update', async () => {
    const manifest = await manifestOf('base /a: /b /c', 'base /b', 'base /c');
    const options = { base: hashes('/c'), markExcluded: true };
    const selected = selectManifestEntries(manifest, hashes('/a', '/b'), options);
    expect(linesOf(selected)).toEqual(['/a /b', '/b']);
    expect(selected.resources.every(({ flags }) => flags === RESOURCE_EXCLUDED)).toBe(true);
    expect(linesOf(selectManifestEntries(manifest, hashes('/a', '/c'), options))).toEqual(['/c']);
  });

  it('goes down a chain of any length', async () => {
    const count = 20_000;
    const chain = Array.from({ length: count }, (_, i) => `/${i}: /${i + 1}`);
    const manifest = await manifestOf(...chain);
    expect(selectManifestEntries(manifest, () => true).resources).toEqual([]);
  });
});

it('never leaves a dependant without its entry, is sorted, and takes all that it can', async () => {
  const paths = Array.from({ length: 8 }, (_, i) => `/${i}`);
  const graph = fc.array(fc.tuple(fc.boolean(), fc.boolean(), fc.subarray(paths)), { minLength: 8, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(graph, async (nodes) => {
      const manifest = await manifestOf(
        ...nodes.map(([base, , to], i) => `${base ? 'base ' : ''}/${i}: ${to.join(' ')}`),
      );
      const wanted = hashes(...paths.filter((_, i) => nodes[i]?.[1]));
      const selected = selectManifestEntries(manifest, wanted);
      expect(findManifestProblems(selected)).toEqual([]);
      // Naively: strike out incomplete entries until none is left.
      const left = new Set(wanted);
      const isFine = (hash: bigint, i: number): boolean =>
        (nodes[i]?.[2] ?? []).every(
          (to) => left.has(hashResourcePath(to)) || nodes[Number(to.slice(1))]?.[0] === true,
        ) || !left.has(hash);
      for (let changed = true; changed; ) {
        const struck = paths.map(hashResourcePath).filter((hash, i) => !isFine(hash, i));
        for (const hash of struck) left.delete(hash);
        changed = struck.length > 0;
      }
      expect(new Set(selected.resources.map(({ urlHash }) => urlHash))).toEqual(left);
    }),
  );
});
