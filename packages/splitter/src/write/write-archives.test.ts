// Over 300 lines: writing plain and Defold content, from the same plans and folders.
import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleScript } from '@lading/fixtures';
import {
  MANIFEST_MEMBER,
  parseDefoldManifest,
  parseRelease,
  RESOURCE_EXCLUDED,
  serializeRelease,
} from '@lading/manifest';
import { describe, expect, it } from 'vitest';
import { type EngineMount, engineMount, getResources, missingResources } from '../../test/support/engine-mounts.js';
import { type MadeGame, madeFolder, madeGame, rejection } from '../../test/support/made-game.js';
import { GAME, madeGraph } from '../../test/support/made-graph.js';
import {
  buildRelease,
  directoryContent,
  openContent,
  planSplit,
  readForeignZip,
  type SplitPlan,
  type SplitRules,
  type WriteArchivesOptions,
  type WrittenArchive,
  writeArchives,
} from '../index.js';

const here = dirname(fileURLToPath(import.meta.url));
const game = await madeGame();

describe('writeArchives', () => {
  it('writes plain content under its paths, and every byte is the original', async () => {
    const folder = plainGame();
    const plan = planSplit(await madeGraph(GAME));
    const archives = await written(plan, await directoryContent(folder));
    expect(archives.map(({ name }) => name)).toEqual(plan.archives.map(({ name }) => name));
    for (const [i, { file }] of archives.entries()) {
      const zip = await readForeignZip(file);
      expect(zip.entries.map(({ name }) => `/${name}`)).toEqual(plan.archives[i]?.resources.map(({ path }) => path));
      for (const entry of zip.entries) {
        expect(Buffer.from(await zip.read(entry)).equals(readFileSync(join(folder, entry.name)))).toBe(true);
      }
    }
  });

  it('names files by their digest, leaves equal ones alone and repairs broken ones', async () => {
    const plan = planSplit(await madeGraph(GAME));
    const content = await directoryContent(plainGame());
    const out = temporary();
    const first = await written(plan, content, { out });
    for (const { file, key, digest, sizeBytes } of first) {
      const bytes = readFileSync(file);
      expect([`sha256:${hash('sha256', bytes, 'hex')}`, bytes.length]).toEqual([digest, sizeBytes]);
      expect(key).toMatch(new RegExp(`^archives/[a-z0-9._-]+\\.${digest.slice(7, 23)}\\.zip$`));
    }
    expect(first.map(({ isNew }) => isNew)).toEqual([true, true, true, true]);
    const broken = first[1];
    if (broken === undefined) throw new Error('unreachable');
    writeFileSync(broken.file, Buffer.alloc(broken.sizeBytes));
    const second = await written(plan, content, { out });
    expect(second.map(({ isNew }) => isNew)).toEqual([false, true, false, false]);
    expect(second.map(({ digest }) => digest)).toEqual(first.map(({ digest }) => digest));
    expect(hash('sha256', readFileSync(broken.file), 'hex')).toBe(broken.digest.slice(7));
  });

  it('lists everything that the content lacks before it writes anything', async () => {
    const plan = planSplit(await madeGraph(GAME));
    const out = temporary();
    const content = await directoryContent(madeFolder({ 'sky.png': 'x' }));
    const error = await rejection(written(plan, content, { out }));
    expect(error).toMatchObject({
      code: 'ERR_CONTENT_MISSING',
      details: { problemCount: 5 },
      hint: expect.any(String),
    });
    expect(readdirSync(out)).toEqual([]);
  });

  it('leaves nothing behind when it is stopped, and sweeps what a killed process left', async () => {
    const plan = planSplit(await madeGraph(GAME));
    const out = temporary();
    const controller = new AbortController();
    const content = await directoryContent(plainGame());
    const onProgress = ({ members }: { members: number }): void => {
      if (members === 3) controller.abort(new Error('stop'));
    };
    expect((await rejection(written(plan, content, { out, signal: controller.signal, onProgress }))).message).toBe(
      'stop',
    );
    expect(readdirSync(join(out, 'archives')).every((name) => name.endsWith('.zip'))).toBe(true);
    const stale = join(out, 'archives', '.lading-0123456789abcdef.tmp');
    const fresh = join(out, 'archives', '.lading-fedcba9876543210.tmp');
    writeFileSync(stale, '');
    writeFileSync(fresh, '');
    utimesSync(stale, 0, 0);
    await written(plan, content, { out });
    expect([existsSync(stale), existsSync(fresh)]).toEqual([false, true]);
  });

  it('says where the disk refuses', async () => {
    const plan = planSplit(await madeGraph(GAME));
    const blocked = madeFolder({ archives: 'a file, not a folder' });
    const error = await rejection(written(plan, await directoryContent(plainGame()), { out: blocked }));
    expect(error).toMatchObject({ code: 'ERR_ARCHIVE_WRITE' });
  });

  it('reports progress that ends at the size of all archives', async () => {
    const plan = planSplit(await madeGraph(GAME));
    const seen: number[] = [];
    const archives = await written(plan, await directoryContent(plainGame()), {
      onProgress: ({ writtenBytes }) => seen.push(writtenBytes),
    });
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
    expect(seen.length).toBe(6);
    expect(seen.at(-1)).toBeLessThanOrEqual(archives.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  });
});

describe('writeArchives with Defold content', () => {
  it('writes blobs once, then the facts of the archive, then the manifest', async () => {
    const { archives } = await splitGame(game, {}, { facts: { project: 'made', engines: ['1.11.2'] } });
    for (const { name, file } of archives) {
      const zip = await readForeignZip(file);
      const names = zip.entries.map((entry) => entry.name);
      expect(names.slice(-2)).toEqual([`lading/${name}.json`, MANIFEST_MEMBER]);
      expect(names.slice(0, -2).every((member) => /^[0-9a-f]{40}$/.test(member))).toBe(true);
      for (const entry of zip.entries.slice(0, -2)) {
        expect(Buffer.from(await zip.read(entry)).equals(game.blobs.get(entry.name) ?? Buffer.alloc(1))).toBe(true);
      }
      const facts = zip.entries.at(-2);
      if (facts === undefined) throw new Error('unreachable');
      expect(JSON.parse(Buffer.from(await zip.read(facts)).toString())).toEqual({
        format: 'lading.archive/1',
        name,
        project: 'made',
        engines: ['1.11.2'],
      });
    }
  });

  it('answers the engine right over every subset of archives that can be mounted', async () => {
    const cases: SplitRules[] = [
      {},
      { maxArchiveBytes: 700 },
      { maxArchiveBytes: 100 },
      { archives: [{ name: 'collections', include: ['/*.collectionc'] }] },
    ];
    let subsets = 0;
    for (const rules of cases) {
      for (const made of [game, await madeGame({ liveUpdate: false })]) {
        const { archives, plan } = await splitGame(made, rules);
        subsets += await expectRightAnswers(made, archives, plan);
      }
    }
    console.info(`engine queries right over ${subsets} subsets of archives`);
    expect(subsets).toBeGreaterThan(100);
  });

  it('lists in a shared archive only what lies there, and nothing that its list lacks', async () => {
    const { archives } = await splitGame(game, {});
    for (const { name, file } of archives) {
      const { manifest } = await engineMount(file);
      const listed = new Set(manifest.resources.map(({ urlHash }) => urlHash));
      expect(manifest.resources.every(({ dependants }) => dependants.every((hashed) => listed.has(hashed)))).toBe(true);
      expect(manifest.resources.every(({ flags }) => (flags & 3) === RESOURCE_EXCLUDED)).toBe(true);
      const urls = manifest.resources.map(({ url }) => url).sort();
      if (name.startsWith('shared')) expect(urls).toEqual(['/shared.goc', '/shared.texturec']);
      if (name === 'one')
        expect(urls).toEqual(['/empty.a', '/one.collectionc', '/one.goc', '/shared.goc', '/shared.texturec']);
    }
  });

  it('does not change when the base changes', async () => {
    const before = await splitGame(game, {});
    const manifest = parseDefoldManifest(game.manifest);
    const otherBase = { ...manifest, archiveIdentifier: new Uint8Array(16).fill(9) };
    const after = await splitGame(game, {}, { manifest: otherBase });
    expect(after.archives.map(({ key }) => key)).toEqual(before.archives.map(({ key }) => key));
  });

  it('refuses a graph of another build', async () => {
    const graph = await madeGraph({ '/x.collectionc': { is: 'root', hexDigest: 'ab'.repeat(20), sizeBytes: 1 } });
    const content = await openContent(game.zip);
    expect(await rejection(written(planSplit(graph), content))).toMatchObject({ code: 'ERR_CONTENT_MISSING' });
    expect(await rejection(written(planSplit(graph), await directoryContent(madeFolder({ a: '' }))))).toMatchObject({
      code: 'ERR_CONTENT_FORMAT',
    });
  });

  it('writes the same bytes in another time zone, locale, process and directory order', async () => {
    const script = await bundleScript(CHILD, here);
    const preload = `data:text/javascript,import{createRequire}from"node:module";globalThis.require=createRequire(${JSON.stringify(script)})`;
    const run = (env: Record<string, string>): unknown =>
      JSON.parse(
        execFileSync(process.execPath, ['--import', preload, script, game.zip], {
          env: { ...process.env, ...env },
          encoding: 'utf8',
        }),
      );
    const here1 = run({ TZ: 'UTC', LANG: 'C' });
    const there = run({ TZ: 'Asia/Tokyo', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', REVERSE: '1' });
    expect(there).toEqual(here1);
    expect(here1).toMatchObject({ keys: { length: 3 }, plain: { length: 5 } });
  });
});

describe('buildRelease', () => {
  it('makes a release that the manifest package takes', async () => {
    const { archives, plan } = await splitGame(game, {
      archives: [{ name: 'things', include: ['/*.goc'], meta: { a: 1 } }],
    });
    const facts = {
      project: 'made',
      version: '1.0.0',
      sequence: 3,
      createdAt: '2026-01-02T03:04:05Z',
      compat: { engines: ['1.11.2'] },
    };
    const release = buildRelease({ ...facts, plan, archives: [...archives].reverse() });
    expect(parseRelease(serializeRelease(release))).toMatchObject({ ...facts, format: 'lading.release/1' });
    expect(release.archives.map(({ name }) => name)).toEqual(plan.archives.map(({ name }) => name));
    expect(release.archives[0]).toMatchObject({ name: 'things', meta: { a: 1 }, priority: 10 });
    expect({ ...release.roots }).toEqual(
      Object.fromEntries(Object.entries(plan.roots).map(([path, names]) => [path, { archives: names }])),
    );
  });

  it('refuses archives that are missing or too many', async () => {
    const { archives, plan } = await splitGame(game, {});
    const facts = { project: 'made', version: '1', sequence: 1, createdAt: '2026-01-01T00:00:00Z' };
    expect(() => buildRelease({ ...facts, plan, archives: archives.slice(1) })).toThrow(/planned, but was not written/);
    const less = { ...plan, archives: plan.archives.slice(1) };
    expect(() => buildRelease({ ...facts, plan: less, archives })).toThrow(/written, but is not planned/);
  });
});

const CHILD = `
import { readFileSync, mkdtempSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defoldGraph, loadGraph } from '@lading/graph';
import { directoryContent, openContent, planSplit, writeArchives, writeOrdinaryZip } from '../index.js';
import { hash } from 'node:crypto';
const out = mkdtempSync(join(tmpdir(), 'lading-child-'));
const content = await openContent(process.argv[2]);
const graph = await loadGraph(defoldGraph({ manifest: content.manifest }));
const keys = [];
const plan = planSplit(graph);
for await (const archive of writeArchives(plan, content, { out, graph, facts: { project: 'made' } })) keys.push(archive.key);
await writeOrdinaryZip(plan, content, join(out, 'x.zip'), { graph });
const zip = hash('sha256', readFileSync(join(out, 'x.zip')), 'hex');
// A plain directory whose files are made in the one or the other order.
const names = ['Iİıi/a.txt', 'b/ä.txt', 'b/z.txt', 'B/q.txt', 'c.txt'];
if (process.env.REVERSE) names.reverse();
const folder = mkdtempSync(join(tmpdir(), 'lading-child-'));
for (const name of names) { mkdirSync(join(folder, name, '..'), { recursive: true }); writeFileSync(join(folder, name), name.repeat(100)); }
const plain = await loadGraph({ name: 'x', async load(builder) { for (const name of names) builder.addNode({ path: '/' + name, isRoot: true, sizeBytes: 1 }); } });
for await (const archive of writeArchives(planSplit(plain, { maxArchiveBytes: 2 }), await directoryContent(folder), { out })) keys.push(archive.key);
process.stdout.write(JSON.stringify({ keys: keys.slice(0, plan.archives.length), plain: keys.slice(plan.archives.length), zip }));
`;

async function splitGame(
  made: MadeGame,
  rules: SplitRules,
  options: Partial<WriteArchivesOptions> = {},
): Promise<{ plan: SplitPlan; archives: WrittenArchive[] }> {
  const plan = planSplit(made.graph, rules);
  const content = await openContent(made.zip);
  return {
    plan,
    archives: await written(plan, content, { graph: made.graph, facts: { project: 'made' }, ...options }),
  };
}

async function written(
  plan: SplitPlan,
  content: Awaited<ReturnType<typeof openContent>>,
  options: Partial<WriteArchivesOptions> = {},
): Promise<WrittenArchive[]> {
  const archives: WrittenArchive[] = [];
  for await (const archive of writeArchives(plan, content, { out: temporary(), ...options })) archives.push(archive);
  return archives;
}

/**
 * Mounts every subset of archives and holds the engine's answers against what the made game really needs. An archive that
 * knows the collection answers in full; where none does, the engine answers with nothing.
 */
async function expectRightAnswers(made: MadeGame, archives: WrittenArchive[], plan: SplitPlan): Promise<number> {
  const mounts = await Promise.all(archives.map(({ file }) => engineMount(file)));
  const collections = {
    '/one.collectionc': ['/one.goc', '/shared.goc', '/shared.texturec', '/empty.a'],
    '/two.collectionc': ['/two.goc', '/shared.goc', '/shared.texturec', '/empty.b'],
  };
  const subsets = 2 ** mounts.length;
  for (let subset = 0; subset < subsets; subset++) {
    const mounted = mounts.filter((_, i) => (subset & (1 << i)) !== 0);
    for (const [path, needs] of Object.entries(collections)) {
      const paths = [path, ...needs];
      const isKnown = mounted.some((mount) => knows(mount, path));
      const digests = (list: readonly string[]): string[] =>
        list.map((needed) => made.digests.get(needed) ?? '?').sort();
      expect(getResources(mounted, path).sort()).toEqual(isKnown ? digests(paths) : []);
      const there = new Set(
        archives
          .flatMap(({ name }, i) =>
            (subset & (1 << i)) === 0 ? [] : (plan.archives.find((archive) => archive.name === name)?.resources ?? []),
          )
          .map((resource) => resource.path),
      );
      expect(missingResources(mounted, path).sort()).toEqual(
        isKnown ? digests(paths.filter((needed) => !there.has(needed))) : [],
      );
    }
  }
  // The first archive of a root, mounted alone, announces all of the root.
  for (const archive of plan.archives.filter(({ rule, name, group }) => rule === 'root' && name === group)) {
    const mount = mounts[archives.findIndex(({ name }) => name === archive.name)];
    const collection = archive.consumers[0]?.replace('proxyc', 'c') ?? '';
    const parts = plan.archives.filter(({ group }) => group === archive.group);
    const holder = parts.find(({ resources }) => resources.some(({ path }) => path === collection)) ?? archive;
    if (mount !== undefined && holder === archive) expect(getResources([mount], collection).length).toBe(5);
  }
  return subsets;
}

function knows({ manifest }: EngineMount, path: string): boolean {
  return manifest.resources.some(({ url }) => url === path);
}

function plainGame(): string {
  return madeFolder(
    Object.fromEntries(
      Object.entries(GAME).map(([path, { sizeBytes = 0 }]) => [
        path.slice(1),
        path.repeat(sizeBytes).slice(0, sizeBytes),
      ]),
    ),
  );
}

function temporary(): string {
  return mkdtempSync(join(tmpdir(), 'lading-out-'));
}
