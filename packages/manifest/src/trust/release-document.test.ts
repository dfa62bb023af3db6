import { describe, expect, it } from 'vitest';
import type { Problem } from '../lading-error.js';
import { parseRelease, renumberRelease, sameReleaseContent, serializeRelease } from './index.js';
import { archiveOf, encode, madeUpDigest, outcome, problemsOf, releaseOf } from './trust.fixture.js';

describe('a release', () => {
  const withArchive = (over: object): readonly Problem[] =>
    problemsOf(() => parseRelease(encode({ ...releaseOf(), archives: [{ ...archiveOf('a'), ...over }], roots: {} })));

  it.each<[string, object]>([
    ['/archives/0/name', { name: 'A' }],
    ['/archives/0/name', { name: '.a' }],
    ['/archives/0/name', { name: 'a/b' }],
    ['/archives/0/name', { name: 'a'.repeat(65) }],
    ['/archives/0/key', { name: 'b' }],
    ['/archives/0/key', { key: '/archives/a.0000000000000000.zip' }],
    ['/archives/0/key', { key: 'archives/a.0000000000000001.zip' }],
    ['/archives/0/key', { key: 7 }],
    ['/archives/0/digest', { digest: 'sha256:AB' }],
    ['/archives/0/sizeBytes', { sizeBytes: -1 }],
    ['/archives/0/sizeBytes', { sizeBytes: 2 ** 53 }],
    ['/archives/0/directory', { sizeBytes: 1_001 }],
    ['/archives/0/directory', { directory: null }],
    ['/archives/0/directory/offset', { directory: { offset: 0.5, sizeBytes: 1, digest: madeUpDigest(1) } }],
    ['/archives/0/entries', { entries: 2 ** 20 + 1 }],
    ['/archives/0/priority', { priority: -1 }],
    ['/archives/0/priority', { priority: '1' }],
    ['/archives/0/encoder', { encoder: '' }],
    ['/archives/0/encoder', { encoder: undefined }],
    ['/archives/0/variant', { variant: null }],
    ['/archives/0/meta', { meta: [] }],
    ['/archives/0/meta/a', { meta: { a: JSON.parse('{"__proto__":1}') } }],
  ])('reports %s of an archive with %j', (path, over) => {
    expect(withArchive({})).toEqual([]);
    expect(withArchive(over).map((problem) => problem.path)).toEqual([path]);
  });

  it('says of a root when an app should get it, or says nothing', () => {
    const withRoot = (root: object): Uint8Array =>
      encode({ ...releaseOf(), roots: { '/a': { archives: [], ...root } } });
    for (const policy of ['essential', 'prefetch', 'on-demand'] as const) {
      const release = parseRelease(withRoot({ policy }));
      expect(release.roots['/a']).toEqual({ archives: [], policy });
      expect(parseRelease(serializeRelease(release))).toEqual(release);
    }
    expect(parseRelease(withRoot({})).roots['/a']).toEqual({ archives: [] });
    for (const policy of ['later', '', null, 1]) {
      expect(problemsOf(() => parseRelease(withRoot({ policy }))).map(({ path }) => path)).toEqual([
        '/roots/~1a/policy',
      ]);
    }
  });

  it('takes metadata 32 levels deep, and not deeper', () => {
    const nested = (levels: number): object => (levels === 0 ? {} : { a: nested(levels - 1) });
    expect(withArchive({ meta: nested(32) })).toEqual([]);
    expect(withArchive({ meta: nested(33) })[0]?.problem).toContain('32 levels');
    const deep = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
    const text = JSON.stringify({ ...releaseOf(), roots: { '/a': { archives: [], meta: 'HERE' } } });
    expect(() => parseRelease(new TextEncoder().encode(text.replace('"HERE"', deep)))).toThrow(/32 levels/);
  });

  it('is written only with metadata that JSON gives back', async () => {
    const write = (value: unknown): Promise<string> =>
      outcome(() =>
        serializeRelease(releaseOf({ archives: [archiveOf('a', { meta: { value } as never })], roots: {} })),
      );
    expect(await write([1, 'a', null, { b: true }])).toBe('accepted');
    for (const value of [undefined, Number.NaN, 1n, () => 1, new Date(0), new Map(), [undefined], Symbol('a')]) {
      expect(await write(value)).toBe('ERR_DOCUMENT');
    }
  });

  it('names each archive once, and only archives that it has', () => {
    const twice = { ...releaseOf(), archives: [archiveOf('level-1'), archiveOf('level-1'), archiveOf('shared-3fa2')] };
    expect(problemsOf(() => parseRelease(encode(twice)))).toEqual([
      { path: '/archives/1', problem: 'repeats "level-1"' },
    ]);
    const missing = { ...releaseOf(), archives: [archiveOf('level-1')] };
    expect(problemsOf(() => parseRelease(encode(missing))).map((p) => p.path)).toEqual([
      '/roots/~1levels~11.collectionproxyc/archives/0',
      '/roots/~1levels~12.collectionproxyc/archives/0',
    ]);
  });

  it('is the same content under another sequence and time, and no other', () => {
    const one = releaseOf();
    expect(sameReleaseContent(one, renumberRelease({ ...one, createdAt: '2027-01-01T00:00:00Z' }, 99))).toBe(true);
    expect(renumberRelease(one, 99)).toEqual({ ...one, sequence: 99 });
    expect(sameReleaseContent(one, { ...one, version: '1.4.1' })).toBe(false);
    expect(sameReleaseContent(one, { ...one, roots: {} })).toBe(false);
    expect(sameReleaseContent(one, { ...one, archives: [...one.archives].reverse() })).toBe(false);
  });
});
