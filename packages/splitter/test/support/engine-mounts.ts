import { type DefoldManifest, hashResourcePath, parseDefoldManifest } from '@lading/manifest';
import { readForeignZip } from '../../src/index.js';

/**
 * What the Defold engine does with mounted zips, as observed in engine 1.11.2: the manifest is the first member of that
 * name in any case, each zip serves the paths of its members and of manifest entries whose blob it has, and the queries of
 * a collection proxy walk the mounts that list the collection, by binary search.
 */
export interface EngineMount {
  readonly manifest: DefoldManifest;
  /** Path hashes that the mount serves. */
  readonly serves: ReadonlySet<bigint>;
}

export async function engineMount(file: string): Promise<EngineMount> {
  const zip = await readForeignZip(file);
  const entry = zip.entries.find(({ name }) => name.toLowerCase() === 'liveupdate.game.dmanifest');
  if (entry === undefined) throw new Error('-1000: no manifest');
  const manifest = parseDefoldManifest(await zip.read(entry));
  await zip.close();
  if (manifest.version !== 5) throw new Error('-1000: version');
  const members = new Set(zip.entries.map(({ name }) => name));
  const serves = new Set(
    manifest.resources.filter(({ hexDigest }) => members.has(hexDigest)).map(({ urlHash }) => urlHash),
  );
  for (const name of members) serves.add(hashResourcePath(`/${name}`));
  return { manifest, serves };
}

/** `collectionproxy.get_resources`: `''` stands where the engine lists a dependant without an entry. */
export function getResources(mounts: readonly EngineMount[], path: string): string[] {
  return queried(mounts, path).map(({ hexDigest }) => hexDigest);
}

/** `collectionproxy.missing_resources`. */
export function missingResources(mounts: readonly EngineMount[], path: string): string[] {
  const isServed = (urlHash: bigint): boolean => mounts.some(({ serves }) => serves.has(urlHash));
  return queried(mounts, path)
    .filter(({ urlHash }) => !isServed(urlHash))
    .map(({ hexDigest }) => hexDigest);
}

function queried(mounts: readonly EngineMount[], path: string): { urlHash: bigint; hexDigest: string }[] {
  const found = new Map<bigint, string>();
  const own = hashResourcePath(path);
  for (const { manifest } of mounts) {
    const entry = findEntry(manifest, own);
    if (entry === undefined) continue;
    for (const urlHash of entry.dependants) {
      if (!found.has(urlHash)) found.set(urlHash, findEntry(manifest, urlHash)?.hexDigest ?? '');
    }
    if (!found.has(own)) found.set(own, entry.hexDigest);
  }
  return [...found].map(([urlHash, hexDigest]) => ({ urlHash, hexDigest }));
}

function findEntry({ resources }: DefoldManifest, urlHash: bigint): DefoldManifest['resources'][number] | undefined {
  let low = 0;
  let high = resources.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const entry = resources[middle];
    if (entry === undefined || entry.urlHash === urlHash) return entry;
    if (entry.urlHash < urlHash) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}
