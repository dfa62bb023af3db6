import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  archiveKey,
  type Channel,
  canonicalJson,
  MAX_CHANNEL_BYTES,
  parseChannel,
  parseRelease,
  type Release,
  releaseKey,
  serializeChannel,
  serializeRelease,
} from './index.js';
import { channelOf, encode, madeUpDigest, outcome, problemsOf, releaseOf } from './trust.fixture.js';

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const RUNS = process.env.LADING_LONG === undefined ? 40 : 2_000;

/** A document as loose JSON, to be broken. */
type Loose = Record<string, unknown>;
const loosen = (document: object): Loose => JSON.parse(JSON.stringify(document)) as Loose;

const CHANNEL: Channel = channelOf({ bytes: encode({}), payload: encode({}), digest: madeUpDigest(1), sizeBytes: 321 });

const archiveName = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,63}$/);
const wholeNumber = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const anyDigest = fc.nat().map(madeUpDigest);
const line = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => !/\p{Cc}/u.test(text));
const time = fc
  .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString());
const meta = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), {
  maxKeys: 3,
  noNullPrototype: true,
}) as fc.Arbitrary<Record<string, never>>;
const plainMeta = meta.filter((value) => !JSON.stringify(value).includes('__proto__'));
const archive = fc
  .record(
    {
      name: archiveName,
      digest: anyDigest,
      directory: fc.record({ offset: fc.nat(), sizeBytes: fc.integer({ min: 1, max: 2 ** 31 }), digest: anyDigest }),
      entries: fc.integer({ min: 0, max: 2 ** 20 }),
      priority: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
      encoder: line,
      variant: line,
      meta: plainMeta,
    },
    { requiredKeys: ['name', 'digest', 'directory', 'entries', 'priority', 'encoder'] },
  )
  .map((a) => ({ ...a, key: archiveKey(a.name, a.digest), sizeBytes: a.directory.offset + a.directory.sizeBytes }));
const release: fc.Arbitrary<Release> = fc
  .uniqueArray(archive, { selector: (a) => a.name, maxLength: 6 })
  .chain((archives) =>
    fc.record({
      format: fc.constant('lading.release/1' as const),
      project: line,
      version: line,
      sequence: wholeNumber,
      createdAt: time,
      compat: fc.record({ app: fc.constantFrom('^1', '*', '>=1.2 <3') }, { requiredKeys: [] }),
      roots: fc.dictionary(
        fc.stringMatching(/^\/[a-z~]{1,8}$/),
        fc.record(
          { archives: fc.subarray(archives.map((a) => a.name)), meta: plainMeta },
          { requiredKeys: ['archives'] },
        ),
      ),
      archives: fc.constant(archives),
    }),
  );

/** The same value with the keys of every object in another order. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, field]) => [key, shuffled(field)]),
  );
}

describe('documents', () => {
  it('come back from their bytes as they were', () => {
    fc.assert(
      fc.property(release, (document) => {
        const bytes = serializeRelease(document);
        const read = parseRelease(bytes);
        expect(JSON.parse(canonicalJson(read))).toEqual(JSON.parse(canonicalJson(document)));
        expect(serializeRelease(read)).toEqual(bytes);
      }),
      { numRuns: RUNS },
    );
    expect(parseChannel(serializeChannel(CHANNEL))).toEqual(CHANNEL);
  });

  it('have the same bytes whatever the order of their fields', () => {
    fc.assert(
      fc.property(release, (document) => {
        const other = shuffled(document) as Release;
        expect(decode(serializeRelease({ ...other, archives: document.archives }))).toBe(
          decode(serializeRelease(document)),
        );
      }),
      { numRuns: RUNS },
    );
  });

  it('are written compact, sorted and without a line feed', () => {
    expect(decode(serializeChannel({ ...CHANNEL, rollout: 12.5 }))).toBe(
      `{"expiresAt":"2026-11-28T00:00:00Z","format":"lading.channel/1","name":"stable","project":"my-game",` +
        `"release":{"digest":"${madeUpDigest(1)}","key":"${releaseKey(madeUpDigest(1))}","sequence":4,"sizeBytes":321},` +
        `"rollout":12.5,"root":1,"sequence":5}`,
    );
  });

  it('leave out fields that are not known, and refuse another format', () => {
    const more = { ...CHANNEL, invented: true, release: { ...CHANNEL.release, alsoInvented: 1 } };
    expect(parseChannel(encode(more))).toEqual(CHANNEL);
    const problem = { path: '/format', problem: 'must be lading.channel/1, is "lading.channel/2"' };
    expect(problemsOf(() => parseChannel(encode({ ...CHANNEL, format: 'lading.channel/2' })))).toEqual([problem]);
  });

  it('refuse a key that stands twice, text that is no JSON, and too many bytes', async () => {
    const text = JSON.stringify(CHANNEL);
    const read = (json: string): Promise<string> => outcome(() => parseChannel(new TextEncoder().encode(json)));
    expect(await read(text)).toBe('accepted');
    expect(await read(text.replace('{', '{"sequence":9,'))).toBe('ERR_JSON');
    expect(await read(text.slice(1))).toBe('ERR_JSON');
    expect(await read(text + ' '.repeat(MAX_CHANNEL_BYTES))).toBe('ERR_TOO_LARGE');
  });

  it('report every problem at once, each with its place', () => {
    const broken = {
      ...loosen(releaseOf()),
      project: '',
      sequence: 0,
      createdAt: '2026-02-30T00:00:00Z',
      compat: { app: 'latest', engines: ['1', '1'] },
      roots: { '/a~b/c': { archives: ['none', 'level-1', 'level-1'] }, 'no slash': {} },
    };
    const paths = problemsOf(() => parseRelease(encode(broken))).map((problem) => problem.path);
    expect(paths).toEqual([
      '/project',
      '/sequence',
      '/createdAt',
      '/compat/app',
      '/compat/engines/1',
      '/roots/~1a~0b~1c/archives/2',
      '/roots/no slash',
      '/roots/no slash/archives',
    ]);
  });

  it('stop listing problems at 100 and say how many more there are', () => {
    const archives = Array.from({ length: 400 }, () => 'none');
    const problems = problemsOf(() => parseRelease(encode({ ...loosen(releaseOf()), archives, roots: {} })));
    expect(problems.length).toBe(101);
    expect(problems[100]).toEqual({ path: '', problem: 'has 300 more problems' });
  });

  it('show what stands there without control characters', () => {
    const name = 'a\u001b[31m\u202eb\u0085'.padEnd(5_000, 'x');
    const [problem] = problemsOf(() => parseChannel(encode({ ...CHANNEL, name })));
    expect(problem?.problem).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(problem?.problem.length).toBeLessThan(200);
  });

  it('keep names like those of Object.prototype apart from it', () => {
    const roots = JSON.parse('{"/__proto__":{"archives":[]},"/constructor":{"archives":[]}}');
    const read = parseRelease(encode({ ...loosen(releaseOf()), roots }));
    expect(Object.getPrototypeOf(read.roots)).toBeNull();
    expect(Object.keys(read.roots)).toEqual(['/__proto__', '/constructor']);
    const own = `{"format":"lading.release/1","roots":{"__proto__":{"archives":[]}},"archives":[]}`;
    const paths = problemsOf(() => parseRelease(new TextEncoder().encode(own))).map((p) => p.path);
    expect(paths).toContain('/roots/__proto__');
  });
});
