import { cp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serveFolder } from '@lading/publisher/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { runLading } from '../src/testing/run-lading.js';
import { SMALL_GAME, testFolder, writeTree } from '../src/testing/test-folder.js';

const SPLIT = ['--assets', 'assets', '--entry', '/index.json', '--root', '/levels/*.json'];

describe('the whole way, from a folder to a mounted archive', () => {
  let cwd: string;

  beforeAll(async () => {
    cwd = await testFolder('whole-way');
    await writeTree(join(cwd, 'assets'), SMALL_GAME);
  });

  const lading = (...args: string[]): ReturnType<typeof runLading> => runLading(args, { cwd });

  it('makes keys that only their owner can read and that git ignores', async () => {
    const run = await lading('keys', 'new', '--out', 'keys', '--json');
    expect([run.exitCode, run.stderr]).toEqual([0, '']);
    for (const name of ['root', 'release', 'channel']) {
      const facts = await stat(join(cwd, 'keys', `${name}.key.pem`));
      expect(facts.mode & 0o777).toBe(0o600);
    }
    expect(await readFile(join(cwd, 'keys/.gitignore'), 'utf8')).toContain('*');
    const again = await lading('keys', 'new', '--out', 'keys', '--json');
    expect(again.exitCode).toBe(3);
    expect(again.json()).toMatchObject({ ok: false, error: { code: 'ERR_OUTPUT_EXISTS' } });
  });

  it('plans: each resource outside the base once, by its only root or its exact set of consumers', async () => {
    const run = await lading('plan', ...SPLIT, '--json');
    expect(run.exitCode).toBe(0);
    const plan = run.json<{
      roots: Record<string, string[]>;
      base: { resources: number };
      archives: { name: string; rule: string; resources: { path: string }[] }[];
    }>();
    const where = Object.fromEntries(plan.archives.flatMap((a) => a.resources.map((r) => [r.path, a.rule])));
    expect(where).toEqual({
      '/levels/1.json': 'root',
      '/levels/2.json': 'root',
      '/levels/3.json': 'root',
      '/pictures/a.txt': 'root',
      '/pictures/b.txt': 'root',
      '/pictures/two-three.txt': 'shared',
      '/pictures/all.txt': 'shared',
    });
    expect(plan.base.resources).toBe(2);
    expect(Object.keys(plan.roots)).toEqual(['/levels/1.json', '/levels/2.json', '/levels/3.json']);
  });

  it('explains why a shared resource is where it is', async () => {
    const run = await lading('explain', '/pictures/two-three.txt', ...SPLIT);
    expect(run.exitCode).toBe(0);
    expect(run.text).toContain('exactly these 2 roots need it');
    expect(run.text).toContain('/levels/3.json');
    expect((await lading('explain', '/nowhere.txt', ...SPLIT)).exitCode).toBe(3);
  });

  it('splits into the bucket layout without a channel, and verifies it', async () => {
    const run = await lading(
      'split',
      ...SPLIT,
      '--key',
      'keys',
      '--out',
      'release',
      '--release-version',
      '1.0.0',
      '--json',
    );
    expect([run.exitCode, run.stderr]).toEqual([0, '']);
    expect((await readdir(join(cwd, 'release'))).sort()).toEqual(['archives', 'releases', 'root']);
    const verified = await lading('verify', 'release', '--trust', 'keys', '--json');
    expect([verified.exitCode, verified.json()]).toEqual([
      0,
      expect.objectContaining({ isSound: true, releases: 1, findings: [] }),
    ]);
  });

  it('reads a resource from the split, before it is published', async () => {
    const run = await lading('read', 'release', '/pictures/b.txt');
    expect([run.exitCode, run.text]).toEqual([0, SMALL_GAME['pictures/b.txt']]);
  });

  it('publishes content first and the channel last, and nothing the second time', async () => {
    const dry = await lading('publish', 'release', '--target', 'public', '--key', 'keys', '--dry-run', '--json');
    expect(dry.json()).toMatchObject({ dryRun: true, plan: { channel: { action: 'create' } } });
    await expect(stat(join(cwd, 'public/channels'))).rejects.toMatchObject({ code: 'ENOENT' });
    const first = await lading('publish', 'release', '--target', 'public', '--key', 'keys', '--json');
    expect([first.exitCode, first.json()]).toEqual([0, expect.objectContaining({ status: 'published' })]);
    const second = await lading('publish', 'release', '--target', 'public', '--key', 'keys', '--json');
    expect([second.exitCode, second.json()]).toEqual([
      0,
      expect.objectContaining({ status: 'up-to-date', uploadedObjects: 0 }),
    ]);
    expect((await lading('verify', 'public', '--trust', 'keys')).exitCode).toBe(0);
  });

  it('pulls what one root needs over HTTP into an empty folder and reads it back', async () => {
    const server = await serveFolder(join(cwd, 'public'));
    try {
      const pulled = await lading(
        'pull',
        server.url,
        '--root',
        '/levels/2.json',
        '--to',
        'player',
        '--trust',
        'keys',
        '--json',
      );
      expect([pulled.exitCode, pulled.stderr]).toEqual([0, '']);
      const { receivedBytes } = pulled.json<{ receivedBytes: number }>();
      expect(receivedBytes).toBeGreaterThan(0);
      const again = await lading(
        'pull',
        `${server.url}channels/stable.json`,
        '--root',
        '/levels/2.json',
        '--to',
        'player',
        '--trust',
        'keys',
        '--json',
      );
      expect(again.json()).toMatchObject({ receivedBytes: 0 });
      const remote = await lading('read', server.url, '/pictures/all.txt', '--trust', 'keys');
      expect(remote.text).toBe(SMALL_GAME['pictures/all.txt']);
      expect((await lading('verify', server.url, '--trust', 'keys')).exitCode).toBe(0);
    } finally {
      await server.close();
    }
    // The server is gone: what was pulled is enough.
    for (const path of ['levels/2.json', 'pictures/b.txt', 'pictures/two-three.txt', 'pictures/all.txt']) {
      expect((await lading('read', 'player', `/${path}`)).text).toBe(SMALL_GAME[path]);
    }
    const missing = await lading('read', 'player', '/pictures/a.txt', '--json');
    expect([missing.exitCode, missing.json()]).toEqual([
      3,
      expect.objectContaining({ error: expect.objectContaining({ code: 'ERR_RESOURCE_NOT_FOUND' }) }),
    ]);
  });

  it('publishes a change under the next number, and players get it', async () => {
    await writeTree(join(cwd, 'assets'), { 'pictures/b.txt': 'another picture b' });
    expect(
      (await lading('split', ...SPLIT, '--key', 'keys', '--out', 'release-2', '--release-version', '1.0.1')).exitCode,
    ).toBe(0);
    const published = await lading('publish', 'release-2', '--target', 'public', '--key', 'keys', '--json');
    expect(published.json()).toMatchObject({ status: 'published', channel: { sequence: 2, release: { sequence: 2 } } });
    const pulled = await lading('pull', 'public', '--root', '/levels/2.json', '--to', 'player', '--trust', 'keys');
    expect(pulled.exitCode).toBe(0);
    expect((await lading('read', 'player', '/pictures/b.txt')).text).toBe('another picture b');
    expect((await lading('verify', 'public', '--trust', 'keys')).exitCode).toBe(0);
  });

  it('refuses an old channel document that was put back, and says so although the old content still works', async () => {
    await cp(join(cwd, 'public'), join(cwd, 'put-back'), { recursive: true });
    const old = await readFile(join(cwd, 'put-back/channels/stable.json'));
    await writeTree(join(cwd, 'assets'), { 'pictures/b.txt': 'a third picture b' });
    await lading('split', ...SPLIT, '--key', 'keys', '--out', 'release-3', '--release-version', '1.0.2');
    await lading('publish', 'release-3', '--target', 'put-back', '--key', 'keys');
    const pull = ['pull', 'put-back', '--root', '/levels/2.json', '--to', 'guarded', '--trust', 'keys'];
    expect((await lading(...pull)).exitCode).toBe(0);
    await writeFile(join(cwd, 'put-back/channels/stable.json'), old);
    const refused = await lading(...pull, '--json');
    expect([refused.exitCode, refused.json<{ error: { code: string } }>().error.code]).toEqual([
      5,
      expect.stringMatching(/^ERR_(TRUST|EQUIVOCATION)/),
    ]);
    expect((await lading('read', 'guarded', '/pictures/b.txt')).text).toBe('a third picture b');
  });

  it('reads the same settings from a configuration file', async () => {
    await writeTree(cwd, {
      'lading.config.json': JSON.stringify({
        project: 'small',
        source: { kind: 'files', dir: 'assets', entries: ['/index.json'] },
        roots: { '/levels/*.json': {} },
        archives: [{ name: 'winter', include: ['/pictures/a*.txt'], priority: 20 }],
        sign: { key: 'keys' },
        out: 'by-config',
        environments: { qa: { channel: 'qa', target: 'public-qa' } },
      }),
    });
    const split = await lading('split', '--json');
    expect([
      split.exitCode,
      split.json<{ release: { document: { project: string } } }>().release.document.project,
    ]).toEqual([0, 'small']);
    expect(split.json<{ archives: { name: string }[] }>().archives.map((a) => a.name)).toContain('winter');
    const published = await lading('publish', '--env', 'qa', '--json');
    expect([published.exitCode, published.json()]).toEqual([
      0,
      expect.objectContaining({ channel: expect.objectContaining({ name: 'qa' }) }),
    ]);
  });
});
