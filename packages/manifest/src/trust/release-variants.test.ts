import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { archivesOfRoot, parseRelease, type Release, serializeRelease, variantLayers, variantText } from './index.js';
import { archiveOf, encode, problemsOf, releaseOf } from './trust.fixture.js';

const AXES = [
  { axis: 'locale', values: ['en', 'de'] },
  { axis: 'resolution', values: ['low', 'mid', 'high'] },
];

function withVariants(...variants: (string | undefined)[]): Release {
  const archives = variants.map((variant, i) => archiveOf(`a${i}`, { variant }));
  return releaseOf({ archives, roots: { '/r': { archives: archives.map(({ name }) => name) } }, variants: AXES });
}

describe('variants of a release', () => {
  it('are written and read back', () => {
    const release = withVariants(undefined, 'locale=de', 'resolution=low', 'locale=en,resolution=high');
    expect(parseRelease(serializeRelease(release))).toEqual(release);
  });

  it.each([
    '',
    'hd',
    'locale',
    'locale=',
    'locale=fr',
    'codec=astc',
    'resolution=low,locale=de',
    'locale=de,locale=de',
  ])('refuse %j where the release says which there are', (variant) => {
    const problems = problemsOf(() => parseRelease(encode(withVariants(variant))));
    expect(problems.map(({ path }) => path)).toEqual(['/archives/0/variant']);
  });

  it('stay labels where the release does not say which there are', () => {
    const { variants: _, ...release } = withVariants('hd', undefined);
    expect(archivesOfRoot(parseRelease(encode(release)), '/r', { resolution: 'low' })).toHaveLength(2);
  });

  it.each<[string, unknown]>([
    ['/variants/0/axis', [{ axis: 'A', values: ['x'] }]],
    ['/variants/0/axis', [{ values: ['x'] }]],
    ['/variants/0/values', [{ axis: 'a', values: [] }]],
    ['/variants/0/values/1', [{ axis: 'a', values: ['x', 'x'] }]],
    ['/variants/0/values/0', [{ axis: 'a', values: ['x=y'] }]],
    [
      '/variants/1',
      [
        { axis: 'a', values: ['x'] },
        { axis: 'a', values: ['y'] },
      ],
    ],
    ['/variants', Array.from({ length: 9 }, (_, i) => ({ axis: `a${i}`, values: ['x'] }))],
    ['/variants/0/values', [{ axis: 'a', values: Array.from({ length: 65 }, (_, i) => `v${i}`) }]],
    ['/variants', {}],
  ])('report %s', (path, variants) => {
    expect(problemsOf(() => parseRelease(encode({ ...releaseOf(), archives: [], roots: {}, variants })))).toEqual([
      expect.objectContaining({ path }),
    ]);
  });
});

describe('archivesOfRoot', () => {
  const release = withVariants(undefined, 'locale=en', 'locale=de', 'resolution=low', 'locale=de,resolution=high');
  const names = (choice?: Record<string, string | readonly string[]>): string[] | undefined =>
    archivesOfRoot(release, '/r', choice)?.map(({ name }) => name);

  it('gives what is wanted, and the first value of what nobody chose', () => {
    expect(names()).toEqual(['a0', 'a1', 'a3']);
    expect(names({ locale: 'de' })).toEqual(['a0', 'a2', 'a3']);
    expect(names({ locale: 'de', resolution: 'high' })).toEqual(['a0', 'a2', 'a4']);
    expect(names({ locale: ['de', 'en'], resolution: ['high', 'low'] })).toEqual(['a0', 'a1', 'a2', 'a3', 'a4']);
  });

  it('passes over values that the release does not have', () => {
    expect(names({ locale: 'fr', codec: 'astc' })).toEqual(names());
    expect(names({ locale: ['fr', 'de'] })).toEqual(names({ locale: 'de' }));
    expect(names({ locale: [] })).toEqual(names());
    expect(names(JSON.parse('{"__proto__":"de"}'))).toEqual(names());
  });

  it('knows no other roots', () => {
    expect(archivesOfRoot(release, '/none')).toBeUndefined();
    expect(archivesOfRoot(release, '__proto__')).toBeUndefined();
  });
});

describe('variantLayers', () => {
  it('orders variants as the choice does, the first axis first, and content without variant last', () => {
    const layerOf = variantLayers(AXES, { locale: ['de', 'en'], resolution: ['high', 'low'] });
    const best = [
      'locale=de,resolution=high',
      'locale=de,resolution=low',
      'locale=de',
      'locale=en,resolution=high',
      'locale=en',
      'resolution=high',
      'resolution=low',
      undefined,
    ];
    const layers = best.map(layerOf);
    expect(layers).toEqual([...layers].sort((a, b) => b - a));
    expect(new Set(layers).size).toBe(best.length);
    expect(layers.at(-1)).toBe(0);
    expect(layerOf('resolution=mid')).toBe(-1);
    expect(layerOf('locale=de,resolution=mid')).toBe(-1);
  });

  it('gives every wanted variant a number of its own that stays exact, with as many axes and values as there may be', () => {
    const values = Array.from({ length: 64 }, (_, i) => `v${i}`);
    const axes = Array.from({ length: 8 }, (_, i) => ({ axis: `a${i}`, values }));
    const choice = Object.fromEntries(axes.map(({ axis }) => [axis, values]));
    const layerOf = variantLayers(axes, choice);
    const anyVariant = fc.array(fc.option(fc.nat(63), { nil: undefined }), { minLength: 8, maxLength: 8 });
    const textOf = (picks: (number | undefined)[]): string =>
      variantText(
        axes,
        Object.fromEntries(picks.flatMap((pick, i) => (pick === undefined ? [] : [[`a${i}`, `v${pick}`]]))),
      );
    const rankOf = (picks: (number | undefined)[]): number[] => picks.map((pick) => pick ?? 64);
    fc.assert(
      fc.property(anyVariant, anyVariant, (a, b) => {
        const [textA, textB] = [textOf(a), textOf(b)];
        const [layerA, layerB] = [layerOf(textA || undefined), layerOf(textB || undefined)];
        expect(Number.isSafeInteger(layerA)).toBe(true);
        const first = rankOf(a).findIndex((rank, i) => rank !== rankOf(b)[i]);
        const expected = first < 0 ? 0 : Math.sign((rankOf(b)[first] ?? 0) - (rankOf(a)[first] ?? 0));
        expect(Math.sign(layerA - layerB)).toBe(expected);
      }),
    );
  });
});
