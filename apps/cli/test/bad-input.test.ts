import { copyFile, mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buildZip } from '@lading/fixtures';
import { beforeAll, describe, expect, it } from 'vitest';
import { runLading } from '../src/testing/run-lading.js';
import { CORPUS, hasCorpus, SMALL_GAME, testFolder, writeTree } from '../src/testing/test-folder.js';

const SPLIT = ['--assets', 'assets', '--root', '/levels/*.json'];

describe('bad input', () => {
  let cwd: string;

  beforeAll(async () => {
    cwd = await testFolder('bad-input');
    await writeTree(join(cwd, 'assets'), SMALL_GAME);
    for (const args of [
      ['keys', 'new', '--out', 'keys'],
      ['keys', 'new', '--out', 'other-keys'],
      ['split', ...SPLIT, '--key', 'keys', '--out', 'release'],
      ['publish', 'release', '--target', 'public', '--key', 'keys'],
    ]) {
      expect((await runLading(args, { cwd })).exitCode).toBe(0);
    }
  });

  /** Runs a command that must fail, checks that it fails in full, and gives code and exit code. */
  async function failure(
    ...args: string[]
  ): Promise<{ code: string; exitCode: number; details: Record<string, unknown> }> {
    const run = await runLading([...args, '--json'], { cwd });
    const { ok, error } = run.json<{
      ok: boolean;
      error: { code: string; message: string; hint?: string; details: Record<string, unknown> };
    }>();
    expect(ok).toBe(false);
    expect(error.message).not.toBe('');
    expect(run.stderr).toContain(error.code);
    return { code: error.code, exitCode: run.exitCode, details: error.details };
  }

  it.each([
    [['inspect', 'no-such-file'], 'ERR_INPUT_MISSING', 3],
    [['plan', '--assets', 'no-such-folder', '--root', '/a'], 'ERR_CONTENT_MISSING', 3],
    [['plan'], 'ERR_USAGE', 2],
    [['plan', '--assets', 'assets', '--content', 'x.zip'], 'ERR_USAGE', 2],
    [['split', ...SPLIT, '--out', 'x'], 'ERR_USAGE', 2],
    [['split', ...SPLIT, '--key', 'env:NO_SUCH_KEY', '--out', 'x'], 'ERR_USAGE', 2],
    [['split', ...SPLIT, '--max-archive-bytes', 'big', '--key', 'keys'], 'ERR_SPLIT_RULES', 3],
    [['plan', '--assets', 'assets', '--root', '/nothing/*'], 'ERR_SPLIT_NO_ROOTS', 3],
    [['publish', 'release', '--target', 'gopher://x', '--key', 'keys'], 'ERR_TARGET_URL', 3],
    [['publish', 'assets', '--target', 'public', '--key', 'keys'], 'ERR_PUBLISH_SOURCE', 3],
    [['pull', 'public', '--root', '/no-such-root', '--to', 'p'], 'ERR_ROOT_NOT_FOUND', 3],
    [['pull', 'public', '--to', 'assets/index.json', '--trust', 'keys'], 'ERR_STORE_FAILED', 4],
    [['read', 'public', '../etc/passwd'], 'ERR_PATH', 3],
    [['no-such-command'], 'ERR_USAGE', 2],
    [['keys', 'new', '--out', ''], 'ERR_USAGE', 2],
    [['verify', ''], 'ERR_USAGE', 2],
    [['keys', 'new', '--out', 'assets/index.json'], 'ERR_OUTPUT_FAILED', 3],
    [['init', 'assets/index.json'], 'ERR_INPUT_UNREADABLE', 3],
    [['read', 'assets/index.json', '/a'], 'ERR_USAGE', 2],
    [['plan', '--graph', 'assets', '--content', 'assets'], 'ERR_INPUT_UNREADABLE', 3],
    [['serve', 'no-such-folder'], 'ERR_SERVE_FOLDER', 3],
    [['inspect', 'keys/root.key.pem'], 'ERR_INPUT_UNKNOWN', 3],
    [['inspect', 'assets/index.json'], 'ERR_INPUT_UNKNOWN', 3],
    [['plan', '--no-such-flag'], 'ERR_USAGE', 2],
  ] as const)('%j gives %s and exit code %d', async (args, code, exitCode) => {
    expect(await failure(...args)).toMatchObject({ code, exitCode });
  });

  it('a device that never ends is refused after the first megabytes', async () => {
    expect(await failure('inspect', '/dev/zero')).toMatchObject({ code: 'ERR_INPUT_TOO_LARGE', exitCode: 3 });
  });

  it('neither passwords nor control characters of the input get into messages', async () => {
    const read = await runLading(['read', 's3://user:secret@bucket/x?token=secret', '/a'], { cwd });
    expect([read.exitCode, read.stderr]).toEqual([2, expect.not.stringContaining('secret')]);
    const explained = await runLading(['explain', '/x\nerror\u001b[31m\u2066', ...SPLIT], { cwd });
    expect([explained.exitCode, explained.stderr]).toEqual([
      3,
      expect.stringContaining('/x\\u{a}error\\u{1b}[31m\\u{2066}'),
    ]);
  });

  it('a truncated zip is refused as a zip, not as something else', async () => {
    const zip = buildZip([{ name: 'a.txt', bytes: new TextEncoder().encode('a'.repeat(100)) }]).bytes;
    await writeFile(join(cwd, 'cut.zip'), zip);
    await truncate(join(cwd, 'cut.zip'), zip.length - 10);
    expect(await failure('inspect', 'cut.zip')).toMatchObject({ code: 'ERR_ARCHIVE_FORMAT', exitCode: 3 });
    expect((await runLading(['verify', 'cut.zip'], { cwd })).exitCode).toBe(5);
  });

  it('a member that would leave the folder is refused by name', async () => {
    await writeFile(join(cwd, 'slip.zip'), buildZip([{ name: '../evil.sh', bytes: new Uint8Array([1]) }]).bytes);
    expect(await failure('inspect', 'slip.zip')).toMatchObject({ code: 'ERR_ARCHIVE_NAME', exitCode: 3 });
  });

  it('a manifest of random bytes is refused', async () => {
    await writeFile(
      join(cwd, 'garbage.dmanifest'),
      Uint8Array.from({ length: 300 }, (_, i) => (i * 37) % 251),
    );
    expect(await failure('inspect', 'garbage.dmanifest')).toMatchObject({ code: 'ERR_MANIFEST', exitCode: 3 });
  });

  it('a graph with dangling children names all of them', async () => {
    const graph = [
      { path: '/<AnonymousRoot>', hexDigest: null, children: ['/a.collectionc'] },
      { path: '/a.collectionc', hexDigest: '0'.repeat(40), children: ['/gone.texturec', '/lost.luac'] },
    ];
    await writeFile(join(cwd, 'dangling.graph.json'), JSON.stringify(graph));
    const { code, exitCode, details } = await failure('inspect', 'dangling.graph.json');
    expect([code, exitCode, JSON.stringify(details)]).toEqual([
      'ERR_GRAPH_CLOSED',
      3,
      expect.stringMatching(/gone\.texturec.*lost\.luac/),
    ]);
  });

  it('a reference to a file that is not there is reported with file and place', async () => {
    await writeTree(join(cwd, 'broken'), { 'levels/1.json': '{"picture":"./gone.png"}' });
    const { exitCode, details } = await failure('plan', '--assets', 'broken', '--root', '/levels/*.json');
    expect([exitCode, JSON.stringify(details)]).toEqual([3, expect.stringContaining('/levels/1.json')]);
  });

  it('keys of another project neither sign, publish over, nor verify', async () => {
    expect(
      await failure('split', ...SPLIT, '--key', 'other-keys/release.key.pem', '--trust', 'keys', '--out', 'x'),
    ).toMatchObject({ code: 'ERR_TRUST_SIGNATURE', exitCode: 5 });
    expect(await failure('publish', 'release', '--target', 'public', '--key', 'other-keys')).toMatchObject({
      exitCode: 5,
    });
    expect(await failure('pull', 'public', '--to', 'player', '--trust', 'other-keys')).toMatchObject({ exitCode: 5 });
    const verified = await runLading(['verify', 'public', '--trust', 'other-keys', '--json'], { cwd });
    expect([verified.exitCode, verified.json()]).toEqual([5, expect.objectContaining({ isSound: false })]);
    await writeFile(join(cwd, 'not-a-key.pem'), 'hello');
    expect(await failure('publish', 'release', '--target', 'public', '--key', 'not-a-key.pem')).toMatchObject({
      code: 'ERR_KEY',
      exitCode: 3,
    });
  });

  it('an archive that was changed behind its name is not published', async () => {
    await mkdir(join(cwd, 'changed'), { recursive: true });
    expect((await runLading(['split', ...SPLIT, '--key', 'keys', '--out', 'changed'], { cwd })).exitCode).toBe(0);
    const { archives } = (
      await runLading(['split', ...SPLIT, '--key', 'keys', '--out', 'changed', '--json'], { cwd })
    ).json<{ archives: { key: string }[] }>();
    const file = join(cwd, 'changed', archives[0]?.key ?? '');
    const bytes = await readFile(file);
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    await writeFile(file, bytes);
    expect(await failure('publish', 'changed', '--target', 'elsewhere', '--key', 'keys')).toMatchObject({
      exitCode: 3,
    });
  });

  it('a server that is not there, forbids, or answers nonsense: three different errors', async () => {
    expect(await failure('pull', 'http://127.0.0.1:9/', '--to', 'p', '--trust', 'keys')).toMatchObject({
      code: 'ERR_SOURCE_UNREACHABLE',
      exitCode: 4,
    });
    await withServer(403, '', async (url) => {
      expect(await failure('pull', url, '--to', 'p', '--trust', 'keys')).toMatchObject({
        code: 'ERR_SOURCE_FORBIDDEN',
        exitCode: 4,
      });
    });
    await withServer(404, '', async (url) => {
      expect(await failure('pull', url, '--to', 'p', '--trust', 'keys')).toMatchObject({
        code: 'ERR_NO_CHANNEL',
        exitCode: 4,
      });
    });
    await withServer(200, '<html>sign in to this network</html>', async (url) => {
      expect(await failure('pull', url, '--to', 'p', '--trust', 'keys')).toMatchObject({ exitCode: 5 });
    });
  });

  it('a bucket that cannot be reached is a target error', async () => {
    const env = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'y' };
    const saved = { ...process.env };
    Object.assign(process.env, env);
    try {
      expect(
        await failure(
          'publish',
          'release',
          '--target',
          's3://bucket/prefix?region=us-east-1&endpoint=http://127.0.0.1:9',
          '--key',
          'keys',
        ),
      ).toMatchObject({
        code: 'ERR_TARGET_UNREACHABLE',
        exitCode: 4,
      });
    } finally {
      process.env = saved;
    }
  });

  it('a configuration with mistakes names all of them', async () => {
    await writeFile(
      join(cwd, 'bad.config.json'),
      JSON.stringify({ projct: 'x', maxArchiveBytes: [], source: { kind: 'zip' } }),
    );
    const { code, exitCode, details } = await failure('plan', '--config', 'bad.config.json');
    expect([code, exitCode]).toEqual(['ERR_CONFIG', 3]);
    expect((details.problems as { path: string }[]).map((p) => p.path)).toEqual([
      '/projct',
      '/maxArchiveBytes',
      '/source',
    ]);
  });

  it('Ctrl-C ends with 130 and leaves nothing half done', async () => {
    const run = await runLading(['split', ...SPLIT, '--key', 'keys', '--out', 'interrupted'], {
      cwd,
      onStart: (interrupt) => interrupt(),
    });
    expect(run.exitCode).toBe(130);
    await expect(readFile(join(cwd, 'interrupted'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  describe.skipIf(!hasCorpus('defold'))('of real Defold files', () => {
    it('a v4 zip where v5 is needed', async () => {
      expect(await failure('plan', '--content', join(CORPUS, 'defold/legacy/reszip-v4.zip'))).toMatchObject({
        code: 'ERR_CONTENT_VERSION',
        exitCode: 3,
      });
    });

    it('a resource of the graph that the content does not have', async () => {
      const poc = join(CORPUS, 'defold/live-update-poc-1.8.0');
      const illumination = join(CORPUS, 'defold/illumination-1.6.2');
      const { exitCode } = await failure(
        'split',
        '--graph',
        join(poc, 'game.graph.json'),
        '--content',
        join(illumination, 'game.arci'),
        '--key',
        'keys',
        '--out',
        'x',
      );
      expect(exitCode).toBe(3);
    });

    it('a base archive with a flipped byte', async () => {
      const from = join(CORPUS, 'defold/illumination-1.6.2');
      await mkdir(join(cwd, 'flipped'));
      for (const name of ['game.arci', 'game.dmanifest']) await copyFile(join(from, name), join(cwd, 'flipped', name));
      const bytes = await readFile(join(from, 'game.arcd'));
      bytes[5000] = (bytes[5000] ?? 0) ^ 4;
      await writeFile(join(cwd, 'flipped/game.arcd'), bytes);
      const run = await runLading(['inspect', 'flipped/game.arci', '--json'], { cwd });
      expect([run.exitCode, run.json<{ problems: unknown[] }>().problems.length]).toEqual([5, 1]);
    });
  });
});

async function withServer(status: number, body: string, use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer((_request, response) =>
    response.writeHead(status, { 'content-type': 'text/html', connection: 'close' }).end(body),
  );
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  } finally {
    await new Promise((done) => server.close(done));
  }
}
