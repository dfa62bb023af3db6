import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { runLading } from '../src/testing/run-lading.js';
import { SMALL_GAME, testFolder, writeTree } from '../src/testing/test-folder.js';

const MAIN = fileURLToPath(new URL('../src/lading.ts', import.meta.url));
const TSX = createRequire(import.meta.url).resolve('tsx');

/** What only a process of its own shows: closed pipes, signals, a config file in a project without lading. */
describe('the lading process', () => {
  let cwd: string;

  beforeAll(async () => {
    cwd = await testFolder('process');
    await writeTree(join(cwd, 'assets'), SMALL_GAME);
    expect((await runLading(['keys', 'new', '--out', 'keys'], { cwd })).exitCode).toBe(0);
  });

  const start = (...args: string[]): ChildProcess =>
    spawn(process.execPath, ['--conditions=@lading/source', '--import', TSX, MAIN, ...args], { cwd });

  async function finish(child: ChildProcess): Promise<{ exitCode: number | null; stderr: string }> {
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8');
    });
    const [exitCode] = (await once(child, 'close')) as [number | null];
    return { exitCode, stderr };
  }

  it('loads a config file that imports lading where lading is not installed', async () => {
    await writeFile(
      join(cwd, 'lading.config.ts'),
      `import { defineConfig, files } from 'lading';
       export default defineConfig({ source: files({ dir: 'assets' }), roots: ['/levels/*.json'] satisfies string[] });`,
    );
    const child = start('plan', '--json');
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
    expect(await finish(child)).toEqual({ exitCode: 0, stderr: '' });
    expect(Object.keys((JSON.parse(text) as { roots: object }).roots)).toContain('/levels/1.json');
  }, 30_000);

  it('ends quietly when the reader of its output goes away', async () => {
    const help = start('--help');
    help.stdout?.destroy();
    expect(await finish(help)).toEqual({ exitCode: 0, stderr: '' });
    const endless = start('conformance');
    endless.stdin?.on('error', () => undefined);
    endless.stdout?.once('data', () => {
      endless.stdout?.destroy();
      endless.stdin?.write('{"id": 2, "op": "path", "path": "/b"}\n'.repeat(10));
    });
    endless.stdin?.write('{"id": 1, "op": "path", "path": "/a"}\n');
    expect(await finish(endless)).toEqual({ exitCode: 0, stderr: '' });
  }, 30_000);

  it('stops serving on Ctrl-C with 130', async () => {
    await mkdir(join(cwd, 'site'), { recursive: true });
    const child = start('serve', 'site', '--port', '0', '--quiet');
    child.stdout?.once('data', () => child.kill('SIGINT'));
    expect(await finish(child)).toEqual({ exitCode: 130, stderr: '' });
  }, 30_000);

  it('leaves a whole folder behind, whenever it is killed, and goes on from there', async () => {
    const split = ['split', '--assets', 'assets', '--root', '/levels/*.json', '--key', 'keys', '--out', 'killed'];
    const watcher = watch(cwd);
    const child = start(...split);
    // The moment its folder appears, so in the middle of the work.
    watcher.once('change', () => child.kill('SIGKILL'));
    await finish(child);
    watcher.close();
    expect((await runLading(split, { cwd })).exitCode).toBe(0);
    const verified = await runLading(['verify', 'killed', '--trust', 'keys', '--json'], { cwd });
    expect([verified.exitCode, verified.json()]).toEqual([0, expect.objectContaining({ findings: [] })]);
    expect((await readFile(join(cwd, 'killed/root/1.json'))).length).toBeGreaterThan(0);
  }, 30_000);
});
