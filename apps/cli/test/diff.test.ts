import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { serveFolder } from '@lading/publisher/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { runLading } from '../src/testing/run-lading.js';
import { SMALL_GAME, testFolder, writeTree } from '../src/testing/test-folder.js';

const RULES = ['--entry', '/index.json', '--root', '/levels/*.json'];

interface DiffDocument {
  readonly kind: string;
  readonly roots: readonly { readonly root: string; readonly downloadBytes: number; readonly requests: number }[];
  readonly everything: { readonly downloadBytes: number; readonly requests: number };
  readonly tooLarge: readonly string[];
}

describe('lading diff', () => {
  let cwd: string;

  const lading = (...args: string[]): ReturnType<typeof runLading> => runLading(args, { cwd });

  beforeAll(async () => {
    cwd = await testFolder('diff');
    await writeTree(join(cwd, 'a'), SMALL_GAME);
    await writeTree(join(cwd, 'b'), {
      ...SMALL_GAME,
      'pictures/b.txt': 'another picture of b '.repeat(80),
      'levels/4.json': '{"all":"../pictures/all.txt"}',
    });
    expect((await lading('keys', 'new', '--out', 'keys')).exitCode).toBe(0);
    for (const name of ['a', 'b']) {
      const source = ['--assets', name, ...RULES];
      const split = await lading('split', ...source, '--key', 'keys', '--out', `release-${name}`, '--json');
      expect([split.exitCode, split.stderr]).toEqual([0, '']);
      const plan = await lading('plan', ...source, '--json');
      await writeTree(cwd, { [`plan-${name}.json`]: plan.stdout, [`split-${name}.json`]: split.stdout });
    }
    const publish = await lading('publish', 'release-a', '--target', 'public', '--key', 'keys');
    expect(publish.exitCode).toBe(0);
  });

  it('bills each root of a release: the one that changed, and the new one, as large as the archives are', async () => {
    const run = await lading('diff', 'release-a', 'release-b', '--json');
    expect([run.exitCode, run.stderr]).toEqual([0, '']);
    const { kind, roots, everything } = run.json<DiffDocument>();
    expect(kind).toBe('release');
    const billed = new Map(roots.map(({ root, downloadBytes, requests }) => [root, [downloadBytes > 0, requests]]));
    expect(billed.get('/levels/2.json')?.[0]).toBe(true);
    expect(billed.get('/levels/4.json')?.[0]).toBe(true);
    expect(everything.downloadBytes).toBeGreaterThan(0);
  });

  it('compares two graphs: what came, went, changed and moved, and what is new to each root', async () => {
    const digest = (letter: string): string => letter.repeat(40);
    const node = (path: string, hexDigest: string | null, children: string[] = [], nodeType = 'None'): object => ({
      path,
      hexDigest,
      children,
      nodeType,
    });
    const graph = (level: object[], needs: string[]): string =>
      JSON.stringify([
        node('/<AnonymousRoot>', null, ['/l.collectionproxyc']),
        node('/l.collectionproxyc', digest('1'), ['/l.collectionc'], 'ExcludedCollectionProxy'),
        node('/l.collectionc', digest('2'), needs),
        ...level,
      ]);
    await writeTree(cwd, {
      'old.graph.json': graph(
        [node('/a', digest('a')), node('/b', digest('b')), node('/c', digest('c'))],
        ['/a', '/b', '/c'],
      ),
      'new.graph.json': graph(
        [node('/a', digest('d')), node('/m', digest('b')), node('/n', digest('e'))],
        ['/a', '/m', '/n'],
      ),
    });
    const run = await lading('diff', 'old.graph.json', 'new.graph.json', '--json');
    expect([run.exitCode, run.stderr]).toEqual([0, '']);
    expect(run.json()).toMatchObject({
      kind: 'graph',
      added: [{ path: '/n' }],
      removed: [{ path: '/c' }],
      changed: [{ path: '/a' }],
      moved: [{ from: '/b', to: '/m' }],
      roots: [{ root: '/l.collectionproxyc' }],
    });
    const { text } = await lading('diff', 'old.graph.json', 'new.graph.json');
    expect(text).toContain('1 added, 1 removed, 1 changed, 1 moved');
    expect(text).toContain('/b → /m');
    expect((await lading('diff', 'old.graph.json', 'plan-a.json')).exitCode).toBe(2);
  });

  it('bills nothing between a release and itself: folder, channel, document and URL', async () => {
    const [document = ''] = await readdir(join(cwd, 'release-a/releases'));
    const server = await serveFolder(join(cwd, 'public'));
    try {
      const places = ['public', 'public/channels/stable.json', `release-a/releases/${document}`, server.url];
      for (const place of places) {
        const run = await lading('diff', 'release-a', place, '--json', '--max-update', '0');
        expect([place, run.exitCode, run.stderr]).toEqual([place, 0, '']);
        expect(run.json<DiffDocument>().everything).toEqual({ downloadBytes: 0, requests: 0 });
      }
    } finally {
      await server.close();
    }
  });

  it('fails where the update of a root is over --max-update, and not for a first download', async () => {
    const run = await lading('diff', 'release-a', 'release-b', '--max-update', '1', '--json');
    expect(run.exitCode).toBe(1);
    const { tooLarge } = run.json<DiffDocument>();
    expect(tooLarge).toContain('/levels/2.json');
    expect(tooLarge).not.toContain('/levels/4.json');
    expect((await lading('diff', 'release-a', 'release-b', '--max-update', '2MB')).exitCode).toBe(0);
    expect((await lading('diff', 'release-a', 'release-b', '--max-update', '1')).text).toContain('too large');
  });

  it('compares plans as plan and split print them', async () => {
    const run = await lading('diff', 'plan-a.json', 'split-b.json', '--json');
    expect([run.exitCode, run.stderr]).toEqual([0, '']);
    expect(run.json()).toMatchObject({
      kind: 'plan',
      added: ['/levels/4.json'],
      removed: [],
      changed: ['/pictures/b.txt'],
    });
    expect((await lading('diff', 'plan-a.json', 'plan-b.json')).text).toContain('1 added, 0 removed, 1 changed');
  });

  it('says what is wrong with a side that cannot be read', async () => {
    await writeTree(cwd, {
      'other.json': '{"format":"lading.plan/1","roots":[],"archives":[{}]}',
      'text.txt': 'hello',
    });
    const cases: [string[], number][] = [
      [['release-a', 'plan-a.json'], 2],
      [['release-a', 'nowhere'], 3],
      [['other.json', 'plan-a.json'], 3],
      [['text.txt', 'plan-a.json'], 3],
      [['a', 'release-a'], 3],
      [['release-a/root/1.json', 'release-a'], 3],
      [['public', 'release-a', '--channel', 'beta'], 3],
      [['release-a', 'release-b', '--max-update', 'much'], 2],
      [['release-a'], 2],
    ];
    for (const [args, exitCode] of cases)
      expect([args, (await lading('diff', ...args)).exitCode]).toEqual([args, exitCode]);
    const problems = await lading('diff', 'other.json', 'plan-a.json', '--json');
    const { error } = problems.json<{ error: { code: string; details: { problems: { path: string }[] } } }>();
    expect(error.code).toBe('ERR_SPLIT_PLAN');
    const places = error.details.problems.map(({ path }) => path);
    for (const place of ['/roots', '/archives/0/name', '/archives/0/resources']) expect(places).toContain(place);
  });
});
