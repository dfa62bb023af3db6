import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runLading } from '../src/testing/run-lading.js';
import { SMALL_GAME, testFolder, writeTree } from '../src/testing/test-folder.js';

const MAIN = fileURLToPath(new URL('../src/lading.ts', import.meta.url));
const TSX = createRequire(import.meta.url).resolve('tsx');
const SOURCE = [
  '--assets',
  'game',
  '--entry',
  '/index.json',
  '--root',
  '/levels/*.json',
  '--key',
  'keys',
  '--out',
  'out',
];

/** Runs the command that follows with a limit of two watched files, where this system lets a test set one. */
const FEW_WATCHES = [
  'unshare',
  '-Ur',
  'sh',
  '-c',
  'echo 2 > /proc/sys/user/max_inotify_watches && exec "$@"',
  'sh',
] as const;
const [UNSHARE, ...UNSHARE_ARGS] = FEW_WATCHES;
const canLimitWatches = spawnSync(UNSHARE, [...UNSHARE_ARGS, 'true']).status === 0;

interface Round {
  readonly ok: boolean;
  readonly round: number;
  readonly scannedFiles: number;
  readonly archives: number;
  readonly changed: readonly string[];
  readonly digest: string;
  readonly error?: { readonly code: string };
}

describe('lading split --watch', () => {
  let cwd: string;
  let child: ChildProcess;
  let rounds: AsyncIterator<string>;

  beforeEach(async () => {
    cwd = await testFolder('watch');
    await writeTree(join(cwd, 'game'), SMALL_GAME);
    expect((await runLading(['keys', 'new', '--out', 'keys'], { cwd })).exitCode).toBe(0);
    await delay(150); // Files that were written this moment are read again in the next round, to be sure.
  });

  afterEach(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
  });

  function nodeArgs(...args: string[]): string[] {
    return ['--conditions=@lading/source', '--import', TSX, MAIN, 'split', ...SOURCE, '--watch', '--json', ...args];
  }

  async function start(...args: string[]): Promise<Round> {
    child = spawn(process.execPath, nodeArgs(...args), { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
    if (child.stdout === null) throw new Error('unreachable: stdout is a pipe');
    rounds = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return next();
  }

  async function next(): Promise<Round> {
    const line = await rounds.next();
    if (line.done === true) throw new Error('the watch has ended');
    return JSON.parse(line.value) as Round;
  }

  const game = (path: string): string => join(cwd, 'game', path);

  async function inodes(): Promise<Map<string, string>> {
    const dir = join(cwd, 'out/archives');
    const names = await readdir(dir);
    const facts = await Promise.all(names.map((name) => stat(join(dir, name))));
    return new Map(names.map((name, i) => [name, `${facts[i]?.ino} ${facts[i]?.mtimeMs}`]));
  }

  it('redoes what changed and nothing else, and comes to what a split from nothing comes to', async () => {
    const first = await start();
    expect(first).toMatchObject({ ok: true, round: 1, changed: expect.arrayContaining(['levels-1']) });
    expect(first.scannedFiles).toBeGreaterThan(3);
    const before = await inodes();
    await writeFile(game('pictures/a.txt'), 'another picture a');
    const second = await next();
    expect(second).toMatchObject({ ok: true, round: 2, scannedFiles: 0, changed: ['levels-1'] });
    for (const [name, facts] of before) expect((await inodes()).get(name)).toBe(facts);
    await writeFile(game('levels/3.json'), '{"all":"../pictures/all.txt","a":"../pictures/a.txt"}');
    const third = await next();
    expect(third.scannedFiles).toBe(1);
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([130, null]);
    const run = await runLading(['split', ...SOURCE.slice(0, -1), 'fresh', '--json'], { cwd });
    const { archives } = run.json() as { archives: { key: string }[] };
    for (const { key } of archives)
      expect(await readdir(join(cwd, 'out/archives'))).toContain(key.slice('archives/'.length));
    // The last round is the newest release of the folder, so the folder can be published as it is.
    const publish = await runLading(['publish', 'out', '--target', 'public', '--key', 'keys', '--json'], { cwd });
    expect(publish.exitCode).toBe(0);
    expect((await runLading(['read', 'public', '/pictures/a.txt'], { cwd })).text).toBe('another picture a');
  }, 60_000);

  it('goes on after an error, after files that were replaced, and after a folder that went and came back', async () => {
    await start();
    await writeFile(game('levels/1.json'), '{"gone":"./nowhere.txt"}');
    expect(await next()).toMatchObject({ ok: false, round: 2, error: { code: 'ERR_GRAPH_REFERENCE' } });
    await writeFile(game('levels/.1.json.tmp'), '{ "a":"../pictures/a.txt","all":"../pictures/all.txt"}');
    await rename(game('levels/.1.json.tmp'), game('levels/1.json'));
    expect(await next()).toMatchObject({ ok: true, changed: ['levels-1'] });
    await rename(join(cwd, 'game'), join(cwd, 'away'));
    expect(await next()).toMatchObject({ ok: false });
    await rename(join(cwd, 'away'), join(cwd, 'game'));
    let round = await next();
    while (!round.ok) round = await next(); // It may see the folder while it is still coming.
    expect(round.changed).toEqual([]);
    await rm(join(cwd, 'out'), { recursive: true });
    await writeFile(game('pictures/b.txt'), 'another picture b');
    expect((await next()).changed).toHaveLength(round.archives);
  }, 60_000);

  it('lets what the graph leaves out change, and takes what comes in beside it', async () => {
    await start();
    await writeTree(join(cwd, 'game'), { '.git/index': 'x', 'node_modules/m/x.js': 'x', '.a.swp': 'x' });
    await delay(400);
    await writeTree(join(cwd, 'game'), { 'pictures/new/c.txt': 'x' });
    await writeTree(join(cwd, 'game'), { 'levels/4.json': '{"c":"../pictures/new/c.txt"}' });
    expect(await next()).toMatchObject({ ok: true, round: 2, changed: ['levels-4'], scannedFiles: 1 });
  }, 60_000);

  it.skipIf(!canLimitWatches)(
    'says so where the system watches no more files',
    async () => {
      child = spawn(UNSHARE, [...UNSHARE_ARGS, process.execPath, ...nodeArgs()], {
        cwd,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const { stderr } = child;
      if (stderr === null) throw new Error('unreachable: stderr is a pipe');
      let text = '';
      stderr.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      expect(await once(child, 'close')).toEqual([3, null]);
      expect(text).toContain('ERR_WATCH');
      expect(text).toContain('max_user_watches');
    },
    60_000,
  );

  it('takes a changed configuration, and ends where there is nothing to watch', async () => {
    const config = (priority: number): Promise<void> =>
      writeTree(cwd, { 'lading.config.ts': `export default { priority: ${priority} };` });
    await config(10);
    const first = await start();
    await config(20);
    const second = await next();
    expect([second.ok, second.digest === first.digest]).toEqual([true, false]);
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([130, null]);
    const none = await runLading(['split', '--watch', '--key', 'keys'], { cwd });
    expect(none.exitCode).toBe(2);
  }, 60_000);
});
