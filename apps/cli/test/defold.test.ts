import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST_MEMBER } from '@lading/manifest';
import { type Archive, openArchive } from '@lading/mount';
import { fileSource, nodeCodecs } from '@lading/mount/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { runLading } from '../src/testing/run-lading.js';
import { CORPUS, hasCorpus, testFolder } from '../src/testing/test-folder.js';

const DEFOLD = join(CORPUS, 'defold');
const RESZIP = join(DEFOLD, 'reszip-1.11.2');
const ILLUMINATION = join(DEFOLD, 'illumination-1.6.2');

describe.skipIf(!hasCorpus('defold'))('on real Defold data', () => {
  let cwd: string;

  beforeAll(async () => {
    cwd = await testFolder('defold');
    expect((await runLading(['keys', 'new', '--out', 'keys'], { cwd })).exitCode).toBe(0);
  });

  const lading = (...args: string[]): ReturnType<typeof runLading> => runLading(args, { cwd });

  it('inspects a Live Update zip: counts, version, flags, engine, digests and signature', async () => {
    const run = await lading('inspect', join(RESZIP, 'resources.zip'), '--json');
    expect(run.exitCode).toBe(0);
    expect(run.json()).toMatchObject({
      kind: 'defold-zip',
      problems: [],
      manifest: {
        version: 5,
        counts: { excluded: 7, bundled: 37 },
        signature: { state: 'valid' },
        engines: expect.arrayContaining([expect.objectContaining({ name: '1.11.2' })]),
      },
      members: { present: 7 },
    });
    const text = (await lading('inspect', join(RESZIP, 'resources.zip'))).text;
    expect(text).toContain('44 (37 bundled, 7 excluded');
    expect(text).toContain('1.11.2');
  });

  it('inspects the bundle folder, the graph, and each legacy manifest with its key', async () => {
    const bundle = await lading('inspect', RESZIP, '--json');
    expect([bundle.exitCode, bundle.json()]).toEqual([
      0,
      expect.objectContaining({ kind: 'defold-bundle', digests: 'valid', problems: [] }),
    ]);
    const graph = await lading('inspect', join(ILLUMINATION, 'game.graph.json'), '--json');
    expect([graph.exitCode, graph.json()]).toEqual([0, expect.objectContaining({ kind: 'graph', resources: 213 })]);
    const base = await lading('inspect', join(ILLUMINATION, 'game.arci'), '--json');
    expect([base.exitCode, base.json()]).toEqual([
      0,
      expect.objectContaining({ kind: 'defold-base-archive', digests: 'valid' }),
    ]);
    for (const [name, version] of [
      ['v1-liverunner', 1],
      ['v3-decode', 3],
      ['v4-pokemon', 4],
    ] as const) {
      const run = await lading('inspect', join(DEFOLD, 'legacy', `${name}.dmanifest`), '--json');
      expect([run.exitCode, run.json()]).toEqual([
        0,
        expect.objectContaining({ version, signature: expect.objectContaining({ state: 'valid' }) }),
      ]);
    }
    expect((await lading('inspect', join(DEFOLD, 'legacy/reszip-v4.zip'))).exitCode).toBe(0);
  });

  it('splits the Live Update zip under a size cap, every member with its original bytes', async () => {
    const source = join(RESZIP, 'resources.zip');
    const run = await lading(
      'split',
      '--content',
      source,
      '--max-archive-bytes',
      '600000',
      '--key',
      'keys',
      '--out',
      'reszip',
      '--json',
    );
    expect([run.exitCode, run.stderr]).toEqual([0, '']);
    const { archives } = run.json<{ archives: { key: string }[] }>();
    expect(archives.length).toBeGreaterThan(1);
    const original = await contentOf(source);
    const found = new Map<string, string>();
    for (const { key } of archives)
      for (const [name, digest] of await contentOf(join(cwd, 'reszip', key))) found.set(name, digest);
    for (const [name, digest] of original)
      if (name !== MANIFEST_MEMBER) expect([name, found.get(name)]).toEqual([name, digest]);
    expect((await lading('verify', 'reszip', '--trust', 'keys')).exitCode).toBe(0);
  });

  it('reads a resource as the game sees it, by its path', async () => {
    const manifest = (await lading('inspect', join(RESZIP, 'resources.zip'), '--json')).json<{
      manifest: { resources: { path: string | null; flags: string[]; sizeBytes: number }[] };
    }>().manifest;
    for (const { path, flags, sizeBytes } of manifest.resources) {
      if (path === null || !flags.includes('excluded')) continue;
      const run = await lading('read', 'reszip', path);
      expect([path, run.exitCode, run.stdout.length]).toEqual([path, 0, sizeBytes]);
    }
  });

  it('notices any flipped byte and names the file and the member', async () => {
    const files = (await readdir(join(cwd, 'reszip'), { recursive: true })).filter((name) =>
      /\.(zip|json)$/.test(name),
    );
    expect(files.length).toBeGreaterThan(3);
    for (const [i, name] of files.sort().entries()) {
      const file = join(cwd, 'reszip', name);
      const bytes = await readFile(file);
      for (const share of [0, 0.13, 0.5, 0.87, 0.9999]) {
        const at = Math.floor((bytes.length - 1) * share);
        const flipped = Buffer.from(bytes);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << (i % 8));
        await writeFile(file, flipped);
        const run = await lading('verify', 'reszip', '--json');
        const { findings } = run.json<{ findings: { file: string; place?: string }[] }>();
        expect([name, at, run.exitCode, findings.some((f) => f.file === name)]).toEqual([name, at, 5, true]);
        if (name.endsWith('.zip')) expect(findings.find((f) => f.file === name)?.place).toBeDefined();
      }
      await writeFile(file, bytes);
    }
    expect((await lading('verify', 'reszip')).exitCode).toBe(0);
  });

  it('cuts a base archive along the graph into exclusive and shared archives, and explains', async () => {
    const flags = ['--graph', join(ILLUMINATION, 'game.graph.json'), '--content', join(ILLUMINATION, 'game.arci')];
    const roots = await twoRoots(flags, cwd);
    const rootFlags = roots.flatMap((root) => ['--root', root]);
    const run = await lading('split', ...flags, ...rootFlags, '--key', 'keys', '--out', 'illumination', '--json');
    expect([run.exitCode, run.stderr]).toEqual([0, '']);
    const { plan } = run.json<{ plan: { archives: { rule: string; resources: { path: string }[] }[] } }>();
    const rules = plan.archives.map((archive) => archive.rule);
    expect(rules.filter((rule) => rule === 'root').length).toBe(2);
    expect(rules).toContain('shared');
    const shared = plan.archives.find((archive) => archive.rule === 'shared')?.resources[0]?.path ?? '';
    const explained = await lading('explain', shared, ...flags, ...rootFlags);
    expect([explained.exitCode, explained.text]).toEqual([0, expect.stringContaining('exactly these 2 roots need it')]);
    expect((await lading('verify', 'illumination', '--trust', 'keys')).exitCode).toBe(0);
    const read = await lading('read', 'illumination', shared, '--json');
    expect(read.exitCode).toBe(0);
  });

  it("exports the content as one ordinary zip that is read by the same rules as Bob's own", async () => {
    const source = join(RESZIP, 'resources.zip');
    expect((await lading('export', '--content', source, '--zip', 'export.zip')).exitCode).toBe(0);
    const inspected = await lading(
      'inspect',
      'export.zip',
      '--public-key',
      join(RESZIP, 'archive/game0.public.der'),
      '--json',
    );
    expect([inspected.exitCode, inspected.json()]).toEqual([
      0,
      expect.objectContaining({ kind: 'defold-zip', problems: [], members: { present: 7, absent: 37 } }),
    ]);
    const [bob, ours] = await Promise.all([contentOf(source), contentOf(join(cwd, 'export.zip'))]);
    expect(ours).toEqual(bob);
    const folder = await lading('export', '--content', source, '--folder', 'exported');
    expect([folder.exitCode, (await readdir(join(cwd, 'exported'))).length]).toEqual([0, bob.size]);
    const again = await lading('plan', '--content', 'export.zip', '--json');
    expect(again.json()).toEqual((await lading('plan', '--content', source, '--json')).json());
  });
});

/** Two collections or proxies of the graph that share something outside the base. */
async function twoRoots(flags: readonly string[], cwd: string): Promise<[string, string]> {
  const graph = JSON.parse(await readFile(flags[1] ?? '', 'utf8')) as { path: string; children: string[] }[];
  const paths = graph.map((node) => node.path).filter((path) => path.endsWith('.goc') || path.endsWith('.collectionc'));
  for (const [i, a] of paths.entries()) {
    for (const b of paths.slice(i + 1)) {
      const run = await runLading(['plan', ...flags, '--root', a, '--root', b, '--json'], { cwd });
      const { archives } = run.json<{ archives: { rule: string }[] }>();
      const rules = archives?.map((archive) => archive.rule) ?? [];
      if (rules.includes('shared') && rules.filter((rule) => rule === 'root').length === 2) return [a, b];
    }
  }
  throw new Error('the graph has no two roots that share something');
}

/** Name -> SHA-256 of the content of every entry of a zip. */
async function contentOf(file: string): Promise<Map<string, string>> {
  const archive: Archive = await openArchive(await fileSource(file), { codecs: nodeCodecs });
  const content = new Map<string, string>();
  for (let entry = 0; entry < archive.entries; entry++) {
    content.set(
      archive.nameOf(entry),
      createHash('sha256')
        .update(await archive.read(entry))
        .digest('hex'),
    );
  }
  await archive.close();
  return content;
}
