import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { contentTypes } from '@lading/splitter';
import { beforeAll, describe, expect, it } from 'vitest';
import { runLading } from '../src/testing/run-lading.js';
import { SMALL_GAME, testFolder, writeTree } from '../src/testing/test-folder.js';

const WORKSPACE = fileURLToPath(new URL('../../..', import.meta.url));
const SOURCE = ['--assets', 'game', '--entry', '/index.json', '--root', '/levels/*.json'];

describe('lading types', () => {
  let cwd: string;

  const lading = (...args: string[]): ReturnType<typeof runLading> => runLading(['types', ...SOURCE, ...args], { cwd });

  beforeAll(async () => {
    cwd = await testFolder('types');
    await writeTree(join(cwd, 'game'), SMALL_GAME);
    for (const name of ['mount', 'manifest']) {
      const link = join(cwd, 'node_modules/@lading', name);
      await mkdir(dirname(link), { recursive: true });
      await symlink(join(WORKSPACE, 'packages', name), link);
    }
  });

  it('lets the compiler check roots and paths, and nothing before the file is part of the program', async () => {
    await writeTree(cwd, {
      'package.json': '{"type":"module"}',
      'game.ts': [
        "import type { Runtime } from '@lading/mount';",
        'export async function play(runtime: Runtime): Promise<void> {',
        "  await runtime.ensure('/levels/3.json');",
        "  runtime.missing('/levels/1.json');",
        "  await runtime.read('/pictures/a.txt');",
        "  await runtime.ensure('/levels/9.json');",
        "  runtime.missing('/pictures/a.txt');",
        "  await runtime.read('/pictures/z.txt');",
        '}',
      ].join('\n'),
    });
    const run = await lading('--out', 'ids.d.ts');
    expect([run.exitCode, run.stderr]).toEqual([0, '']);
    expect(wrongLines(cwd, ['game.ts'])).toEqual([]);
    expect(wrongLines(cwd, ['game.ts', 'ids.d.ts'])).toEqual([6, 7, 8]);
  });

  it('writes any name as the text that it is', async () => {
    const names = ['/it\'s "quoted"\\.txt', '/`x`.txt', '/ünïcode/\u{1f600}.txt', '/line\u2028break.txt', '/*/x.txt'];
    await writeTree(cwd, {
      'odd.d.ts': contentTypes({ roots: [], paths: [...names, ...names] }),
      'odd.ts': [
        "import type { PathId, RootId } from '@lading/mount';",
        ...names.map(
          (name, i) => `export const path${i}: PathId = ${JSON.stringify(name).replace('\u2028', '\\u2028')};`,
        ),
        "export const none: RootId = '/any';",
      ].join('\n'),
    });
    expect(wrongLines(cwd, ['odd.ts', 'odd.d.ts'])).toEqual([names.length + 2]);
  });

  it('prints without --out, leaves a file alone that is right, replaces one that is not, and leaves nothing beside it', async () => {
    const first = await lading('--out', 'made/ids.d.ts', '--json');
    expect(first.json()).toMatchObject({ isNew: true, roots: 3, paths: 7 });
    const before = await stat(join(cwd, 'made/ids.d.ts'));
    expect((await lading('--out', 'made/ids.d.ts', '--json')).json()).toMatchObject({ isNew: false });
    expect((await stat(join(cwd, 'made/ids.d.ts'))).ino).toBe(before.ino);
    expect((await lading()).text.trimEnd()).toBe((await readFile(join(cwd, 'made/ids.d.ts'), 'utf8')).trimEnd());
    await writeTree(cwd, { 'made/ids.d.ts': 'old' });
    expect((await lading('--out', 'made/ids.d.ts', '--json')).json()).toMatchObject({ isNew: true });
    expect(await readdir(join(cwd, 'made'))).toEqual(['ids.d.ts']);
    const blocked = await lading('--out', 'made/ids.d.ts/x.d.ts', '--json');
    expect([blocked.exitCode, blocked.json()]).toMatchObject([3, { error: { code: 'ERR_OUTPUT_FAILED' } }]);
  });
});

/** Compiles a program as its author would, and tells on which lines of the first file the compiler finds mistakes. */
function wrongLines(cwd: string, files: readonly string[]): number[] {
  const [file = ''] = files;
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2023', '--lib', 'es2023,dom'];
  const modules = ['--module', 'nodenext', '--moduleResolution', 'nodenext', '--customConditions', '@lading/source'];
  const tsc = join(WORKSPACE, 'node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, ...options, ...modules, ...files], { cwd, encoding: 'utf8' });
  const errors = stdout.split('\n').filter((line) => line.includes(': error TS') || line.startsWith('error TS'));
  const place = new RegExp(`^${file.replace('.', '\\.')}\\((\\d+),`);
  // What is wrong elsewhere, the compiler's own options among it, is no answer.
  for (const line of errors) if (!place.test(line)) throw new Error(line);
  return [...new Set(errors.map((line) => Number(place.exec(line)?.[1])))];
}
