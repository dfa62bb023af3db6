import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type DefoldManifest,
  decodeResourcePayload,
  describeEngineVersions,
  findManifestProblems,
  hashResourcePath,
  MANIFEST_MEMBER,
  parseBaseArchiveIndex,
  parseDefoldManifest,
  parseResourceHeader,
  RESOURCE_BUNDLED,
  RESOURCE_COMPRESSED,
  RESOURCE_ENCRYPTED,
  RESOURCE_EXCLUDED,
  RESOURCE_HEADER_BYTES,
  readBaseArchiveResource,
  serializeDefoldManifest,
  verifyDefoldManifestSignature,
  writeResourceHeader,
} from '../src/index.js';
import { readBundleFolder, verifyBaseArchive } from '../src/node/index.js';
import { corpusPath, hasCorpus, readCorpus } from './corpus.js';
import { rejectionOf } from './thrown.js';
import { unzip } from './unzip.js';

const RESZIP = 'defold/reszip-1.11.2';
const sha1 = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex');

/** Folder or prefix, file of the manifest, its public key, number of entries, engine. */
const MANIFESTS = [
  ['defold/reszip-1.11.2/archive/game0.dmanifest', 'defold/reszip-1.11.2/archive/game0.public.der', 5, 44, '1.11.2'],
  ['defold/live-update-poc-1.8.0/game.dmanifest', 'defold/live-update-poc-1.8.0/game.public.der', 5, 39, '1.8.0'],
  ['defold/illumination-1.6.2/game.dmanifest', 'defold/illumination-1.6.2/game.public.der', 5, 213, '1.6.2'],
  ['defold/legacy/v4-pokemon.dmanifest', 'defold/legacy/v4-pokemon.public.der', 4, 339, '1.3.4'],
  ['defold/legacy/v3-decode.dmanifest', 'defold/legacy/v3-decode.public.der', 3, 22, '1.2.180'],
  ['defold/legacy/v1-liverunner.dmanifest', 'defold/legacy/v1-liverunner.public.der', 1, 443, undefined],
] as const;

describe.skipIf(!hasCorpus('defold'))('real Defold content', () => {
  describe.each(MANIFESTS)('%s', (path, keyPath, version, count, engine) => {
    it('is read whole, its urls are their hashes, its order is right', () => {
      const manifest = parseDefoldManifest(readCorpus(path));
      expect([manifest.version, manifest.resources.length]).toEqual([version, count]);
      for (const { url, urlHash } of manifest.resources) if (url !== '') expect(hashResourcePath(url)).toBe(urlHash);
      expect(findManifestProblems(manifest)).toEqual([]);
      if (engine !== undefined) {
        expect(describeEngineVersions(manifest.engineVersions).map(({ name }) => name)).toContain(engine);
      }
    });

    it('is signed by its key, and by no other content', async () => {
      const manifest = parseDefoldManifest(readCorpus(path));
      const key = readCorpus(keyPath);
      const evidence = await verifyDefoldManifestSignature(manifest, key);
      expect(evidence.hashAlgorithm).toBe(version === 1 ? 'SHA-1' : 'SHA-256');
      for (let at = 0; at < manifest.data.length; at += Math.ceil(manifest.data.length / 200)) {
        const data = manifest.data.slice();
        data[at] = (data[at] as number) ^ (1 << (at & 7));
        const error = await rejectionOf(verifyDefoldManifestSignature({ ...manifest, data }, key));
        expect(error.code).toBe('ERR_MANIFEST_SIGNATURE');
      }
    });
  });

  it('is written byte for byte as it was, from its fields', () => {
    const files = MANIFESTS.filter(([, , version]) => version === 5).map(([path]) => readCorpus(path));
    const inZip = unzip(readCorpus(`${RESZIP}/resources.zip`)).get(MANIFEST_MEMBER) as Uint8Array;
    for (const file of [...files, inZip]) {
      // Without the received `data`, so that nothing can be copied from it.
      const { data: _, ...fields } = parseDefoldManifest(file);
      const written = serializeDefoldManifest({ ...fields, signature: new Uint8Array(), data: new Uint8Array() });
      expect(parseDefoldManifest(written).data).toEqual(parseDefoldManifest(file).data);
      expect(Buffer.from(serializeDefoldManifest(parseDefoldManifest(file))).equals(file)).toBe(true);
    }
    console.info(`real manifests of version 5 written byte for byte: ${files.length + 1} of ${files.length + 1}`);
  });

  it('decodes every excluded resource of a Live Update zip', () => {
    const members = unzip(readCorpus(`${RESZIP}/resources.zip`));
    const manifest = parseDefoldManifest(members.get(MANIFEST_MEMBER) as Uint8Array);
    const excluded = manifest.resources.filter(({ flags }) => (flags & RESOURCE_EXCLUDED) !== 0);
    expect(excluded).toHaveLength(7);
    for (const resource of excluded) {
      const member = members.get(resource.hexDigest) as Uint8Array;
      const payload = member.subarray(RESOURCE_HEADER_BYTES);
      expect(sha1(payload)).toBe(resource.hexDigest);
      expect(member.subarray(0, RESOURCE_HEADER_BYTES)).toEqual(writeResourceHeader(resource));
      expect(decodeResourcePayload(payload, resource)).toHaveLength(resource.sizeBytes);
    }
  });

  it('reads headers of version 4 zips', () => {
    const members = [...unzip(readCorpus('defold/legacy/reszip-v4.zip'))].filter(([name]) =>
      /^[0-9a-f]{40}$/.test(name),
    );
    for (const [name, member] of members) {
      expect(sha1(member.subarray(RESOURCE_HEADER_BYTES))).toBe(name);
      expect(parseResourceHeader(member).isLiveUpdate).toBe(false);
    }
    expect(members.length).toBeGreaterThan(5);
  });

  const ARCHIVES = [
    ['reszip', 37, 7, async () => (await readBundleFolder(corpusPath(`${RESZIP}/archive`))).files],
    ['live-update-poc', 33, 7, async () => plainFiles('defold/live-update-poc-1.8.0')],
    ['illumination', 213, 16, async () => plainFiles('defold/illumination-1.6.2')],
  ] as const;

  it.each(ARCHIVES)(
    'the base archive of %s is whole, and every resource in it decodes',
    async (_, blobs, encrypted, load) => {
      const files = await load();
      const file = (name: string): Uint8Array => files.get(name) as Uint8Array;
      const manifest = parseDefoldManifest(file('game.dmanifest'));
      const [arci, arcd] = [file('game.arci'), file('game.arcd')];
      expect(verifyBaseArchive({ arci, arcd, manifest }).blobCount).toBe(blobs);
      const decoded = decodeBundled(manifest, arci, arcd);
      expect(decoded.encrypted).toBe(encrypted);
      console.info(
        `base archive: ${decoded.count} resources, ${decoded.compressed} compressed, ${encrypted} encrypted`,
      );
    },
  );

  it('finds a flipped byte in a real base archive', async () => {
    const files = plainFiles('defold/live-update-poc-1.8.0');
    const arcd = files.get('game.arcd')?.slice() as Uint8Array;
    arcd[1_000] = (arcd[1_000] as number) ^ 1;
    expect(() => verifyBaseArchive({ arci: files.get('game.arci') as Uint8Array, arcd })).toThrow('damaged');
  });
});

function plainFiles(folder: string): Map<string, Uint8Array> {
  return new Map(['game.arci', 'game.arcd', 'game.dmanifest'].map((name) => [name, readCorpus(`${folder}/${name}`)]));
}

function decodeBundled(
  manifest: DefoldManifest,
  arci: Uint8Array,
  arcd: Uint8Array,
): { count: number; compressed: number; encrypted: number } {
  const blobs = new Map(parseBaseArchiveIndex(arci).entries.map((entry) => [entry.hexDigest, entry]));
  const counts = { count: 0, compressed: 0, encrypted: 0 };
  for (const resource of manifest.resources) {
    if ((resource.flags & RESOURCE_BUNDLED) === 0) continue;
    const entry = blobs.get(resource.hexDigest);
    if (entry === undefined) throw new Error(`${resource.hexDigest} is not in the archive`);
    expect(decodeResourcePayload(readBaseArchiveResource(arcd, entry), resource)).toHaveLength(resource.sizeBytes);
    counts.count++;
    if ((resource.flags & RESOURCE_COMPRESSED) !== 0) counts.compressed++;
    if ((resource.flags & RESOURCE_ENCRYPTED) !== 0) counts.encrypted++;
  }
  return counts;
}
