import { hash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defoldGraph, loadGraph, type ResourceGraph } from '@lading/graph';
import { hashResourcePath, parseDefoldManifest } from '@lading/manifest';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type ContentSource,
  openContent,
  planSplit,
  readForeignZip,
  type SplitPlan,
  type SplitRules,
  type WrittenArchive,
  writeArchives,
  writeOrdinaryZip,
} from '../src/index.js';
import { engineMount, getResources, missingResources } from './support/engine-mounts.js';
import { rejection } from './support/made-game.js';

const corpus = join(
  process.env.LADING_CORPUS ?? fileURLToPath(new URL('../../../../shared/corpus', import.meta.url)),
  'defold',
);
const reszip = join(corpus, 'reszip-1.11.2/resources.zip');
const illumination = join(corpus, 'illumination-1.6.2');
const poc = join(corpus, 'live-update-poc-1.8.0');

describe.skipIf(!existsSync(corpus))('real Defold builds', () => {
  it('splits the Live Update zip of a real game under a size cap, every byte as in the original', async () => {
    const content = await opened(reszip);
    const graph = await loadGraph(defoldGraph({ manifest: content.manifest as Uint8Array }));
    const { archives, plan } = await split(graph, content, { maxArchiveBytes: 600_000 });
    expect(archives.length).toBeGreaterThan(1);
    const original = await membersOf(reszip);
    const found = new Map<string, string>();
    for (const { file } of archives) for (const [name, bytes] of await membersOf(file)) found.set(name, bytes);
    const blobs = [...original.keys()].filter((name) => /^[0-9a-f]{40}$/.test(name));
    for (const name of blobs) expect([name, found.get(name)]).toEqual([name, original.get(name)]);
    console.info(
      `reszip: ${archives.length} archives, ${blobs.length} of ${blobs.length} blobs as in the original; plan: ${plan.archives.map(({ name, sizeBytes }) => `${name} ${sizeBytes}`).join(', ')}`,
    );
  });

  it('answers the engine right over every subset of the archives of a real game', async () => {
    const content = await opened(reszip);
    const manifest = parseDefoldManifest(content.manifest as Uint8Array);
    const collection = manifest.resources.find(({ dependants }) => dependants.length > 0);
    if (collection === undefined) throw new Error('the corpus has changed');
    const graph = await loadGraph(defoldGraph({ manifest: content.manifest as Uint8Array }));
    const { archives } = await split(graph, content, { maxArchiveBytes: 300 });
    const mounts = await Promise.all(archives.map(({ file }) => engineMount(file)));
    const needed = [...collection.dependants, collection.urlHash];
    const digestOf = new Map(manifest.resources.map(({ urlHash, hexDigest }) => [urlHash, hexDigest]));
    const digests = (list: readonly bigint[]): string[] => list.map((urlHash) => digestOf.get(urlHash) ?? '?').sort();
    for (let subset = 0; subset < 2 ** mounts.length; subset++) {
      const mounted = mounts.filter((_, i) => (subset & (1 << i)) !== 0);
      const isKnown = mounted.some((mount) =>
        mount.manifest.resources.some(({ urlHash }) => urlHash === collection.urlHash),
      );
      expect(getResources(mounted, collection.url).sort()).toEqual(isKnown ? digests(needed) : []);
      const missing = needed.filter((urlHash) => !mounted.some(({ serves }) => serves.has(urlHash)));
      expect(missingResources(mounted, collection.url).sort()).toEqual(isKnown ? digests(missing) : []);
    }
    console.info(`reszip: engine queries right over ${2 ** mounts.length} subsets of ${mounts.length} archives`);
  });

  it('gives two levels of a real game exclusive and shared archives, from its base archive', async () => {
    const content = await opened(join(illumination, 'game.arci'));
    const graph = await loadGraph(
      defoldGraph({
        graph: readFileSync(join(illumination, 'game.graph.json')),
        manifest: content.manifest as Uint8Array,
      }),
    );
    const roots = twoRoots(graph);
    const { archives, plan } = await split(graph, content, { roots });
    const byRule = (rule: string): number => plan.archives.filter((archive) => archive.rule === rule).length;
    expect([byRule('root'), byRule('shared')]).toEqual([2, 1]);
    const blobs = new Set(plan.archives.flatMap(({ resources }) => resources.map(({ hexDigest }) => hexDigest)));
    console.info(
      `illumination: roots ${roots.join(', ')}; ${plan.archives.map(({ name, resources }) => `${name} ${resources.length}`).join(', ')} resources, ${blobs.size} blobs`,
    );
    for (const [i, archive] of plan.archives.entries()) {
      const { manifest } = await engineMount(archives[i]?.file ?? '');
      const listed = new Set(manifest.resources.map(({ urlHash }) => urlHash));
      for (const { path } of archive.resources) expect(listed.has(hashResourcePath(path))).toBe(true);
    }
  });

  it('splits the build of a real game by its graph file, with the proxy as root', async () => {
    const content = await opened(poc);
    const graph = await loadGraph(
      defoldGraph({ graph: readFileSync(join(poc, 'game.graph.json')), manifest: content.manifest as Uint8Array }),
    );
    const plan = planSplit(graph);
    const excluded = parseDefoldManifest(content.manifest as Uint8Array).resources.filter(
      ({ flags }) => (flags & 2) !== 0,
    );
    const placed = plan.archives.flatMap(({ resources }) => resources.map(({ path }) => path));
    expect([...placed].sort()).toEqual(excluded.map(({ url }) => url).sort());
    // The base archive has no excluded content, so writing it says what is missing: all of it.
    expect(await rejection(split(graph, content, {}))).toMatchObject({
      code: 'ERR_CONTENT_MISSING',
      details: { problemCount: excluded.length },
    });
  });

  it('exports a zip that holds what the original holds, with the untouched manifest last', async () => {
    const content = await opened(reszip);
    const graph = await loadGraph(defoldGraph({ manifest: content.manifest as Uint8Array }));
    const file = join(mkdtempSync(join(tmpdir(), 'lading-corpus-')), 'export.zip');
    await writeOrdinaryZip(planSplit(graph), content, file, { graph });
    expect(await membersOf(file)).toEqual(await membersOf(reszip));
    const mounts = [await engineMount(reszip), await engineMount(file)] as const;
    expect(mounts[1].serves).toEqual(mounts[0].serves);
  });

  it('refuses content from before Defold 1.4.8, and says what to do', async () => {
    expect(await rejection(opened(join(corpus, 'legacy/reszip-v4.zip')))).toMatchObject({
      code: 'ERR_CONTENT_VERSION',
      hint: expect.stringContaining('1.4.8'),
    });
  });
});

const contents: ContentSource[] = [];

async function opened(path: string): Promise<ContentSource> {
  const content = await openContent(path);
  contents.push(content);
  return content;
}

afterAll(async () => {
  for (const content of contents) await content.close();
});

async function split(
  graph: ResourceGraph,
  content: ContentSource,
  rules: SplitRules,
): Promise<{ plan: SplitPlan; archives: WrittenArchive[] }> {
  const plan = planSplit(graph, rules);
  const archives: WrittenArchive[] = [];
  const out = mkdtempSync(join(tmpdir(), 'lading-corpus-'));
  for await (const archive of writeArchives(plan, content, { out, graph })) archives.push(archive);
  return { plan, archives };
}

/** SHA-256 of every member. */
async function membersOf(file: string): Promise<Map<string, string>> {
  const zip = await readForeignZip(file);
  const members = new Map<string, string>();
  for (const entry of zip.entries) members.set(entry.name, hash('sha256', await zip.read(entry), 'hex'));
  await zip.close();
  return members;
}

/** Two objects of a build without Live Update that share something, and of which neither needs the other. */
function twoRoots(graph: ResourceGraph): string[] {
  const paths = Array.from({ length: graph.nodeCount }, (_, node) => graph.pathOf(node)).filter((path) =>
    path.endsWith('.goc'),
  );
  for (const first of paths) {
    for (const second of paths) {
      if (first >= second) continue;
      const plan = planSplit(graph, { roots: [first, second] });
      const rules = plan.archives.map(({ rule }) => rule);
      if (rules.includes('shared') && rules.filter((rule) => rule === 'root').length === 2) return [first, second];
    }
  }
  throw new Error('the corpus has changed');
}
