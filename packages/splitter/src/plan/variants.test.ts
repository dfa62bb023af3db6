import { isLadingError } from '@lading/manifest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MadeNode, madeGraph } from '../../test/support/made-graph.js';
import {
  checkSplitRules,
  parseSplitPlan,
  planSplit,
  replanSplit,
  type SplitPlan,
  type VariantRules,
  variantReader,
} from '../index.js';

const RULES: VariantRules = { locale: { en: '/en/', de: '/de/' }, resolution: { low: '@1x', high: '@2x' } };

const GAME: Readonly<Record<string, MadeNode>> = {
  '/main.js': { is: 'entry', sizeBytes: 50, needs: ['/ui@2x.png'] },
  '/ui@2x.png': { sizeBytes: 20 },
  '/levels/1.json': {
    is: 'root',
    sizeBytes: 100,
    needs: ['/img/sky@1x.png', '/img/sky@2x.png', '/voice/en/hi.ogg', '/voice/de/hi.ogg', '/img/title.png'],
  },
  '/img/sky@1x.png': { sizeBytes: 10 },
  '/img/sky@2x.png': { sizeBytes: 40 },
  '/voice/en/hi.ogg': { sizeBytes: 5 },
  '/voice/de/hi.ogg': { sizeBytes: 6 },
  '/img/title.png': { sizeBytes: 8, needs: ['/img/de/title@2x.png'] },
  '/img/de/title@2x.png': { sizeBytes: 9 },
};

describe('variantReader', () => {
  const read = variantReader({ ...RULES, codec: { astc: '.astc', plain: '.png8' } });

  it.each([
    ['/sky@1x.png', '/sky.png', 'resolution=low'],
    ['/sky@2x', '/sky', 'resolution=high'],
    ['/a/de/b.ogg', '/a/b.ogg', 'locale=de'],
    ['/de/b.ogg', '/b.ogg', 'locale=de'],
    ['/en/sky@2x.astc.ktx2', '/sky.ktx2', 'locale=en,resolution=high,codec=astc'],
    ['/en/sky.astc@2x.ktx2', '/sky.ktx2', 'locale=en,resolution=high,codec=astc'],
    ['/en/de/x.ogg', '/de/x.ogg', 'locale=en'],
    ['/sky@2x@2x.png', '/sky@2x.png', 'resolution=high'],
    ['/sky@2x.a@3x.png', '/sky.a@3x.png', 'resolution=high'],
  ])('reads %s as %s, %s', (file, path, variant) => {
    expect(read(file)).toEqual({ path, variant });
  });

  it.each(['/sky.png', '/@2x.png', '/sky@2xy.png', '/a@2x/sky.png', '/der/x.ogg', '/a/en', '/.astc'])(
    'finds no variant in %s',
    (file) => expect(read(file)).toBeUndefined(),
  );

  it('takes the longest marker', () => {
    expect(variantReader({ size: { x: 'x', two: '@2x' } })('/a@2x.png')?.variant).toBe('size=two');
  });
});

describe('a plan with variants', () => {
  it('puts each variant of a group into archives of its own, under the path that apps ask for', async () => {
    const plan = planSplit(await madeGraph(GAME), { variants: RULES });
    expect(contentOf(plan)).toEqual({
      'levels-1': { '/img/title.png': '/img/title.png', '/levels/1.json': '/levels/1.json' },
      'levels-1.locale-en': { '/voice/en/hi.ogg': '/voice/hi.ogg' },
      'levels-1.locale-de.resolution-high': { '/img/de/title@2x.png': '/img/title.png' },
      'levels-1.locale-de': { '/voice/de/hi.ogg': '/voice/hi.ogg' },
      'levels-1.resolution-low': { '/img/sky@1x.png': '/img/sky.png' },
      'levels-1.resolution-high': { '/img/sky@2x.png': '/img/sky.png' },
    });
    expect(plan.archives.map(({ group, variant }) => [group, variant])).toEqual([
      ['levels-1', undefined],
      ['levels-1', 'locale=en'],
      ['levels-1', 'locale=de,resolution=high'],
      ['levels-1', 'locale=de'],
      ['levels-1', 'resolution=low'],
      ['levels-1', 'resolution=high'],
    ]);
    expect(plan.roots['/levels/1.json']?.toSorted()).toEqual(plan.archives.map(({ name }) => name).toSorted());
    expect(plan.variants).toEqual([
      { axis: 'locale', values: ['en', 'de'] },
      { axis: 'resolution', values: ['low', 'high'] },
    ]);
    expect(plan.warnings).toEqual(['The base keeps /ui@2x.png under these names: only archives have variants']);
  });

  it('is one that can be given back, and finds a variant that an edit put elsewhere', async () => {
    const graph = await madeGraph(GAME);
    const plan = planSplit(graph, { variants: RULES });
    const given = JSON.parse(JSON.stringify(plan)) as SplitPlan;
    expect(replanSplit(graph, parseSplitPlan(given), { variants: RULES })).toEqual(plan);
    const [plain, english] = given.archives;
    const edited = {
      ...given,
      archives: [
        { ...plain, resources: [...(plain?.resources ?? []), ...(english?.resources ?? [])] },
        ...given.archives.slice(2),
      ],
    } as SplitPlan;
    expect(codeOf(() => replanSplit(graph, edited, { variants: RULES }))).toBe('ERR_SPLIT_PLAN');
  });

  it('warns of what a choice would lack, and of values that no file has', async () => {
    const { '/img/sky@1x.png': _, ...rest } = GAME;
    const level = {
      ...GAME['/levels/1.json'],
      needs: ['/img/sky@2x.png', '/voice/en/hi.ogg', '/voice/de/hi.ogg', '/img/title.png'],
    };
    const plan = planSplit(await madeGraph({ ...rest, '/levels/1.json': level }), { variants: RULES });
    expect(plan.warnings).toEqual([
      'No file outside the base is of variant resolution=low',
      'An app that chooses resolution low lacks /img/sky.png: other values have it, and no plain file does',
      expect.stringContaining('The base keeps'),
    ]);
  });

  it('warns of files that name one form of a path where there are others', async () => {
    const level = { ...GAME['/levels/1.json'], needs: ['/img/sky@2x.png', '/voice/en/hi.ogg', '/voice/de/hi.ogg'] };
    const plan = planSplit(await madeGraph({ ...GAME, '/levels/1.json': level }), { variants: RULES });
    expect(plan.warnings).toContain(
      'Files outside the base name /img/sky@2x.png as files: apps find variants under their common path only',
    );
  });

  it('keeps the size cap, the order and what belongs together inside each variant', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const files = names.flatMap((name) => [`/${name}@1x.png`, `/${name}@2x.png`]);
    const graph = await madeGraph({
      '/l.json': { is: 'root', sizeBytes: 1, needs: files },
      ...Object.fromEntries(files.map((file) => [file, { sizeBytes: file.includes('@1x') ? 10 : 40 }])),
    });
    const rules = { variants: RULES, maxArchiveBytes: 40, loadOrder: ['/d.png', '/b.png'] };
    const plan = planSplit(graph, rules);
    const low = plan.archives.filter(({ variant }) => variant === 'resolution=low');
    expect(low.map(({ resources }) => resources.map(({ as }) => as))).toEqual([
      ['/d.png', '/b.png', '/a.png', '/c.png'],
    ]);
    const high = plan.archives.filter(({ variant }) => variant === 'resolution=high');
    expect(high.map(({ resources }) => resources.length)).toEqual([1, 1, 1, 1]);
    expect(plan.warnings.filter((warning) => warning.includes('load order'))).toEqual([]);
  });

  it.each<[string, Record<string, MadeNode>]>([
    ['is resolution=low of /a.png, and so is /a.en@1x.png', { '/a.en@1x.png': {}, '/a@1x.en.png': {} }],
    ['is a root: roots have one name, and no variants', { '/l@1x.json': { is: 'root' } }],
    [
      'is a Defold resource: the engine finds it under its own path only',
      { '/a@1x.png': { hexDigest: 'a'.repeat(40) } },
    ],
  ])('refuses a file that %s', async (problem, nodes) => {
    const graph = await madeGraph({ '/l.json': { is: 'root', needs: Object.keys(nodes) }, ...nodes });
    const variants = { resolution: { low: '@1x' }, ...(problem.includes('so is') ? { locale: { en: '.en' } } : {}) };
    try {
      planSplit(graph, { variants });
      expect.unreachable();
    } catch (error) {
      expect(isLadingError(error, 'ERR_SPLIT_VARIANTS')).toBe(true);
      expect(String(error)).toContain(
        problem.replace('resolution=low', problem.includes('so is') ? 'resolution=low,locale=en' : ''),
      );
    }
  });

  it('loses nothing, has each path once per variant, and does not depend on the order of the input', async () => {
    const marks = ['', '@1x', '@2x'];
    const folders = ['', 'en/', 'de/'];
    const anyFile = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom(...marks), fc.constantFrom(...folders));
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(anyFile, { selector: String, minLength: 1 }), fc.nat(40), async (files, cap) => {
        const paths = files.map(([name, mark, folder]) => `/${folder}${name}${mark}.png`);
        const nodes = (order: string[]): Promise<Parameters<typeof planSplit>[0]> =>
          madeGraph(
            new Map<string, MadeNode>([
              ['/l.json', { is: 'root', sizeBytes: 1, needs: order }],
              ...order.map((path): [string, MadeNode] => [path, { sizeBytes: paths.indexOf(path) + 1 }]),
            ]),
          );
        const rules = { variants: RULES, maxArchiveBytes: cap + 1 };
        const plan = planSplit(await nodes(paths), rules);
        expect(planSplit(await nodes(paths.toReversed()), rules)).toEqual(plan);
        const placed = plan.archives.flatMap(({ resources }) => resources.map(({ path }) => path));
        expect(placed.toSorted()).toEqual(['/l.json', ...paths].toSorted());
        const served = plan.archives.flatMap(({ variant, resources }) =>
          resources.map(({ path, as }) => `${as ?? path} ${variant}`),
        );
        expect(new Set(served).size).toBe(served.length);
      }),
    );
  });
});

describe('checkSplitRules', () => {
  it.each<[string, unknown]>([
    ['/variants', []],
    ['/variants/A', { A: { low: '@1x' } }],
    ['/variants/a', { a: {} }],
    ['/variants/a', { a: 'x' }],
    ['/variants/a/1', { a: { 1: '@1x' } }],
    ['/variants/a/low', { a: { low: '' } }],
    ['/variants/a/low', { a: { low: 7 } }],
    ['/variants/a/low', { a: { low: 'x/y' } }],
    ['/variants/a/low', { a: { low: '/x/y/' } }],
    ['/variants/a/low', { a: { low: '/../' } }],
    ['/variants/a/high', { a: { low: '@', high: '@' } }],
    ['/variants/b/x', { a: { low: '@' }, b: { x: '@' } }],
  ])('reports %s of variants %j', (path, variants) => {
    try {
      checkSplitRules({ variants });
      expect.unreachable();
    } catch (error) {
      expect(isLadingError(error, 'ERR_SPLIT_RULES') && error.details.problems).toEqual([
        expect.objectContaining({ path }),
      ]);
    }
  });

  it('takes variants that are right', () => {
    expect(checkSplitRules({ variants: RULES }).variants).toEqual(RULES);
  });
});

function contentOf(plan: SplitPlan): Record<string, Record<string, string>> {
  return Object.fromEntries(
    plan.archives.map(({ name, resources }) => [
      name,
      Object.fromEntries(resources.map(({ path, as }) => [path, as ?? path])),
    ]),
  );
}

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return isLadingError(error) ? error.code : String(error);
  }
  return undefined;
}
