import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SplitPlan } from '@lading/splitter';
import { beforeAll, describe, expect, it } from 'vitest';
import { runLading } from '../src/testing/run-lading.js';
import { SMALL_GAME, testFolder, writeTree } from '../src/testing/test-folder.js';

const SOURCE = ['--assets', 'game', '--entry', '/index.json', '--root', '/levels/*.json'];

interface SplitDocument {
  readonly release: { readonly digest: string };
  readonly archives: readonly { readonly name: string; readonly key: string }[];
}

describe('lading split --plan', () => {
  let cwd: string;
  let printed: string;

  const lading = (...args: string[]): ReturnType<typeof runLading> => runLading(args, { cwd });
  const split = (...args: string[]): ReturnType<typeof runLading> =>
    lading('split', ...SOURCE, '--key', 'keys', '--json', ...args);

  beforeAll(async () => {
    cwd = await testFolder('split-plan');
    await writeTree(join(cwd, 'game'), SMALL_GAME);
    expect((await lading('keys', 'new', '--out', 'keys')).exitCode).toBe(0);
    printed = (await lading('plan', ...SOURCE, '--json')).text;
    await writeTree(cwd, { 'plan.json': printed });
  });

  it('writes the same release from a plan that nobody touched', async () => {
    const made = await split('--out', 'made');
    const given = await split('--out', 'given', '--plan', 'plan.json');
    expect([given.exitCode, given.stderr]).toEqual([0, '']);
    expect(given.json<SplitDocument>().release.digest).toBe(made.json<SplitDocument>().release.digest);
  });

  it('writes what hands changed: a resource in another archive, a priority; and it verifies', async () => {
    const plan = JSON.parse(printed) as SplitPlan;
    const from = plan.archives.find(({ resources }) => resources.some(({ path }) => path === '/pictures/b.txt'));
    const [to] = plan.archives.filter(({ name }) => name !== from?.name);
    const b = from?.resources.find(({ path }) => path === '/pictures/b.txt');
    const archives = plan.archives.map((archive) => {
      const left = archive.resources.filter(({ path }) => path !== '/pictures/b.txt');
      return archive.name === to?.name
        ? { ...archive, priority: 42, resources: [...left, b] }
        : { ...archive, resources: left };
    });
    await writeTree(cwd, { 'edited.json': JSON.stringify({ ...plan, archives }) });
    const run = await split('--out', 'edited', '--plan', 'edited.json');
    expect([run.exitCode, run.stderr]).toEqual([0, '']);
    const key = run.json<SplitDocument>().archives.find(({ name }) => name === to?.name)?.key ?? '';
    expect((await readFile(join(cwd, 'edited', key))).includes('pictures/b.txt')).toBe(true);
    expect((await lading('verify', 'edited')).exitCode).toBe(0);
    const moved = await lading('diff', 'plan.json', 'edited.json', '--json');
    expect(moved.text).toContain('/pictures/b.txt');
  });

  it('refuses a plan that is no plan, is of other content, or loses a resource, and writes nothing', async () => {
    const plan = JSON.parse(printed) as SplitPlan;
    const without = plan.archives.map((archive) => ({ ...archive, resources: archive.resources.slice(1) }));
    await writeTree(cwd, {
      'broken.json': '{"format":"lading.plan/1"}',
      'lost.json': JSON.stringify({ ...plan, archives: without }),
      'foreign.json': printed.replaceAll('/pictures/a.txt', '/pictures/z.txt'),
      'twice.json': printed.replace('"format"', '"format":"lading.plan/1","format"'),
    });
    const cases = { broken: 'ERR_SPLIT_PLAN', lost: 'ERR_SPLIT_LOST', foreign: 'ERR_SPLIT_PLAN', twice: 'ERR_JSON' };
    for (const [name, code] of Object.entries(cases)) {
      const run = await split('--out', `bad-${name}`, '--plan', `${name}.json`);
      expect([name, run.exitCode, run.json<{ error: { code: string } }>().error.code]).toEqual([name, 3, code]);
      await expect(readFile(join(cwd, `bad-${name}/root/1.json`))).rejects.toThrow('ENOENT');
    }
    expect((await split('--out', 'bad', '--plan', 'nowhere.json')).exitCode).toBe(3);
  });
});

describe('lading plan --trace', () => {
  it('orders archives as a game was seen to load them, and says which line is no path', async () => {
    const cwd = await testFolder('trace');
    await writeTree(join(cwd, 'game'), SMALL_GAME);
    await writeTree(cwd, {
      'trace.txt': '# recorded\r\n\r\n/levels/2.json\r\n/pictures/b.txt\r\n',
      'bad.txt': '/levels/2.json\npictures/b.txt\n',
    });
    const orderOf = async (...args: string[]): Promise<string[] | undefined> => {
      const run = await runLading(['plan', ...SOURCE, '--json', ...args], { cwd });
      const archive = run.json<SplitPlan>().archives.find(({ consumers }) => consumers.join() === '/levels/2.json');
      return archive?.resources.map(({ path }) => path);
    };
    expect(await orderOf()).toEqual(['/pictures/b.txt', '/levels/2.json']);
    expect(await orderOf('--trace', 'trace.txt')).toEqual(['/levels/2.json', '/pictures/b.txt']);
    const bad = await runLading(['plan', ...SOURCE, '--trace', 'bad.txt', '--json'], { cwd });
    expect([bad.exitCode, bad.text]).toEqual([3, expect.stringContaining('/loadOrder/1')]);
    expect((await runLading(['plan', ...SOURCE, '--trace', 'nowhere'], { cwd })).exitCode).toBe(3);
  });
});
