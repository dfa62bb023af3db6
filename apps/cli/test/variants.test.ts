import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRelease, readEnvelope } from '@lading/manifest';
import { beforeAll, describe, expect, it } from 'vitest';
import { runLading } from '../src/testing/run-lading.js';
import { testFolder, writeTree } from '../src/testing/test-folder.js';

const SOURCE = ['--assets', 'game', '--entry', '/index.json', '--root', '/levels/*.json'];
const MARKERS = ['resolution.low=@1x', 'resolution.high=@2x', 'locale.en=/en/', 'locale.de=/de/'];
const RULES = MARKERS.flatMap((marker) => ['--variant-marker', marker]);

const GAME = {
  'index.json': '{"first":"./levels/1.json","icon":"./icon@2x.png"}',
  'icon@2x.png': 'icon',
  'levels/1.json': '{"sky":"../img/sky.png","hi":"../voice/hi.ogg"}',
  'levels/2.json': '{"sky":"../img/sky.png"}',
  'img/sky@1x.png': 'low sky',
  'img/sky@2x.png': 'high sky, four times as large',
  'voice/en/hi.ogg': 'hello',
  'voice/de/hi.ogg': 'hallo',
};

describe('variants through the command line', () => {
  let cwd: string;

  const lading = (...args: string[]): ReturnType<typeof runLading> => runLading(args, { cwd });
  const text = async (...args: string[]): Promise<string> => {
    const run = await lading(...args);
    expect([run.exitCode, run.exitCode === 0 ? '' : run.stderr]).toEqual([0, '']);
    return run.text;
  };

  beforeAll(async () => {
    cwd = await testFolder('variants');
    await writeTree(join(cwd, 'game'), GAME);
    await text('keys', 'new', '--out', 'keys');
    await text('split', ...SOURCE, ...RULES, '--key', 'keys', '--out', 'release');
    await text('publish', 'release', '--target', 'public', '--key', 'keys');
  });

  it('reach a signed release in archives of their own, and verify', async () => {
    const [name] = await readdir(join(cwd, 'release/releases'));
    const release = parseRelease(readEnvelope(await readFile(join(cwd, 'release/releases', name ?? ''))).payload);
    expect(release.variants).toEqual([
      { axis: 'resolution', values: ['low', 'high'] },
      { axis: 'locale', values: ['en', 'de'] },
    ]);
    expect(release.archives.flatMap(({ variant }) => variant ?? []).toSorted()).toEqual([
      'locale=de',
      'locale=en',
      'resolution=high',
      'resolution=low',
    ]);
    await text('verify', 'release');
    await text('verify', 'public');
  });

  it('are pulled and read as chosen, by their common path; another pull changes the choice', async () => {
    await text('pull', 'public', '--to', 'content', '--root', '/levels/1.json');
    expect(await text('read', 'content', '/img/sky.png')).toBe('low sky');
    expect(await text('read', 'content', '/voice/hi.ogg')).toBe('hello');
    const high = ['--variant', 'resolution=high', '--variant', 'locale=de,en'];
    const pull = await lading('pull', 'public', '--to', 'content', '--root', '/levels/1.json', ...high, '--json');
    const { mounts } = pull.json() as { mounts: { variant: string | null }[] };
    expect(mounts.map(({ variant }) => variant ?? 'none').toSorted()).toEqual([
      'locale=de',
      'locale=en',
      'none',
      'resolution=high',
    ]);
    expect(await text('read', 'content', '/img/sky.png')).toBe('high sky, four times as large');
    expect(await text('read', 'content', '/voice/hi.ogg')).toBe('hallo');
    expect(await text('read', 'content', '/voice/hi.ogg', '--variant', 'locale=en')).toBe('hello');
  });

  it.each(['public', 'release'])('are read from a layout (%s) as chosen', async (place) => {
    expect(await text('read', place, '/img/sky.png')).toBe('low sky');
    expect(await text('read', place, '/img/sky.png', '--variant', 'resolution=high')).toContain('high sky');
    expect(await text('read', place, '/img/sky.png', '--variant', 'resolution=high,low')).toContain('high sky');
    expect((await lading('read', place, '/img/sky@1x.png')).exitCode).not.toBe(0);
  });

  it('cost what the chosen ones cost', async () => {
    await writeTree(join(cwd, 'next'), { ...GAME, 'img/sky@2x.png': 'another high sky' });
    const next = ['--assets', 'next', ...SOURCE.slice(2)];
    await text('split', ...next, ...RULES, '--key', 'keys', '--out', 'release-2', '--sequence', '2');
    const bytes = async (...choice: string[]): Promise<number[]> => {
      const run = await lading('diff', 'release', 'release-2', '--json', ...choice);
      return (run.json() as { roots: { downloadBytes: number }[] }).roots.map(({ downloadBytes }) => downloadBytes);
    };
    expect(await bytes()).toEqual([0, 0]);
    for (const cost of await bytes('--variant', 'resolution=high')) expect(cost).toBeGreaterThan(0);
  });

  it('come from the config as well, are named in types by their common path, and explained by file', async () => {
    const variants = { resolution: { low: '@1x', high: '@2x' }, locale: { en: '/en/', de: '/de/' } };
    await writeTree(cwd, { 'lading.config.json': JSON.stringify({ variants }) });
    const plan = await lading('plan', ...SOURCE, '--config', 'lading.config.json', '--json');
    expect(plan.json()).toEqual((await lading('plan', ...SOURCE, ...RULES, '--json')).json());
    const types = await text('types', ...SOURCE, ...RULES);
    expect(types.match(/"\/img\/[^"]*"/g)).toEqual(['"/img/sky.png"']);
    expect(await text('explain', '/img/sky@2x.png', ...SOURCE, ...RULES)).toContain('resolution-high');
    const common = await lading('explain', '/img/sky.png', ...SOURCE, ...RULES);
    expect([common.exitCode, common.stderr]).toEqual([3, expect.stringContaining('/img/sky@1x.png, /img/sky@2x.png')]);
  });

  it.each([
    [['--variant-marker', 'resolution=@1x'], 2],
    [['--variant-marker', 'resolution.low=a/b'], 3],
    [['--variant-marker', 'resolution.low=@1x', '--variant-marker', 'resolution.high=@1x'], 3],
  ])('are refused where they make no sense: %j', async (flags, exitCode) => {
    expect((await lading('plan', ...SOURCE, ...flags)).exitCode).toBe(exitCode);
  });
});
