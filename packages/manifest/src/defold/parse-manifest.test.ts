import { describe, expect, it } from 'vitest';
import {
  bytes,
  digest,
  type EntryFields,
  entry,
  entryFields,
  HEADER,
  manifestFile,
  manifestOf,
  number,
  varint,
} from '../../test/protobuf-bytes.js';
import { problemPaths, thrownBy } from '../../test/thrown.js';
import { WORKED_MANIFEST_HEX } from '../../test/worked-manifest.js';
import {
  hashResourcePath,
  hexToBytes,
  MAX_MANIFEST_BYTES,
  MAX_MANIFEST_RESOURCES,
  parseDefoldManifest,
} from '../index.js';

const worked = hexToBytes(WORKED_MANIFEST_HEX) as Uint8Array;

describe('a whole manifest', () => {
  it('is read field by field', () => {
    const manifest = parseDefoldManifest(worked);
    expect(manifest).toMatchObject({
      version: 5,
      signature: new Uint8Array(),
      archiveIdentifier: new Uint8Array(16),
      header: {
        resourceHashAlgorithm: 'SHA-1',
        signatureHashAlgorithm: 'SHA-256',
        signatureSignAlgorithm: 'RSA',
        projectIdentifier: 'c2c53d66948214258a26ca9ca845d7ac0c17f8e7',
      },
      engineVersions: ['da39a3ee5e6b4b0d3255bfef95601890afd80709', 'aa8d05244067e63778197cff65d9209d713328a4'],
      hasExcludedResources: undefined,
    });
    const [a, b] = manifest.resources;
    expect(a).toEqual({
      urlHash: hashResourcePath('/a.txt'),
      url: '/a.txt',
      hexDigest: 'aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d',
      sizeBytes: 5,
      compressedSizeBytes: undefined,
      flags: 2,
      dependants: [],
    });
    expect(b).toMatchObject({ url: '/b.txt', dependants: [hashResourcePath('/a.txt')] });
  });

  it('does not change when the buffer that it came from does', () => {
    const buffer = worked.slice();
    const manifest = parseDefoldManifest(buffer);
    buffer.fill(0);
    expect(manifest.data).toEqual(parseDefoldManifest(worked).data);
  });

  it('may have unknown fields anywhere, has_excluded_resources, fields in any order, and no resources', () => {
    const extra = bytes(99, 'x');
    const { 1: hash = [], ...rest } = entryFields(1n);
    const shuffled = bytes(3, [...Object.values(rest).reverse().flat(), ...extra, ...hash]);
    const file = Uint8Array.from([...manifestFile([...shuffled, ...number(4, 1), ...extra, ...HEADER]), ...extra]);
    expect(parseDefoldManifest(file)).toMatchObject({ hasExcludedResources: true, resources: [{ urlHash: 1n }] });
    expect(parseDefoldManifest(manifestOf()).resources).toEqual([]);
  });

  it('may have entries out of order, as other tools write them', () => {
    expect(parseDefoldManifest(manifestOf(entryFields(2n), entryFields(1n))).resources.map((r) => r.urlHash)).toEqual([
      2n,
      1n,
    ]);
  });

  it('keeps unsigned 64-bit hashes', () => {
    expect(parseDefoldManifest(manifestOf(entryFields(2n ** 64n - 1n))).resources[0]?.urlHash).toBe(2n ** 64n - 1n);
  });
});

describe('an entry is refused', () => {
  const refusal = (fields: EntryFields): string[] =>
    problemPaths(thrownBy(() => parseDefoldManifest(manifestOf(fields))));

  it.each([
    [1, 'hash'],
    [2, 'url'],
    [3, 'urlHash'],
    [4, 'size'],
    [5, 'compressedSize'],
    [6, 'flags'],
  ])('without field %d', (field, name) => {
    const { [field]: _, ...rest } = entryFields(1n);
    expect(refusal(rest)).toEqual([`/resources/0/${name}`]);
  });

  it.each([
    [1, 'hash'],
    [2, 'url'],
    [3, 'urlHash'],
    [4, 'size'],
    [5, 'compressedSize'],
    [6, 'flags'],
  ])('with field %d twice', (field, name) => {
    const fields = entryFields(1n);
    const value = fields[field] ?? [];
    expect(refusal({ ...fields, [field]: [...value, ...value] })).toEqual([`/resources/0/${name}`]);
  });

  it.each([
    ['a size above 32 bits', { 4: number(4, 2 ** 32) }, 'size'],
    ['a negative size', { 4: number(4, 2n ** 64n - 1n) }, 'size'],
    ['flags above 32 bits', { 6: number(6, 2n ** 40n) }, 'flags'],
    ['a url that is not UTF-8', { 2: bytes(2, [0xff, 0xfe]) }, 'url'],
    ['a url that is not its hash', { 2: bytes(2, '/a.txt') }, 'url'],
    ['a digest too short', { 1: digest(1, 1, 19) }, 'hash'],
    ['a digest too long', { 1: digest(1, 1, 100_000) }, 'hash'],
    ['an empty digest message', { 1: bytes(1, []) }, 'hash/data'],
    ['a hash of 8 fixed bytes', { 3: [0x19, 1, 2, 3, 4, 5, 6, 7, 8] }, 'urlHash'],
    ['packed dependants', { 7: bytes(7, [1, 2]) }, 'dependants'],
  ])('with %s', (_, fields, name) => {
    expect(refusal({ ...entryFields(1n), ...fields })).toEqual([`/resources/0/${name}`]);
  });

  it('with a url hash that another entry has', () => {
    const file = manifestOf(entryFields(7n, 1), entryFields(3n, 2), entryFields(7n, 3));
    const error = thrownBy(() => parseDefoldManifest(file));
    expect(error.details.problems).toEqual([
      { path: '/resources/2/urlHash', problem: 'is 0000000000000007, as that of resource 0' },
    ]);
  });
});

it('tells all problems at once, each with its place', () => {
  const broken = { ...entryFields(1n), 1: digest(1, 1, 5), 4: number(4, 2 ** 33) };
  const data = [...HEADER, ...HEADER, ...entry(broken), ...entry({}), ...digest(2, 1, 3)];
  const error = thrownBy(() => parseDefoldManifest(manifestFile(data)));
  expect(error.code).toBe('ERR_MANIFEST');
  expect(problemPaths(error).sort()).toEqual(
    [
      '/header',
      '/engineVersions/0',
      '/resources/0/hash',
      '/resources/0/size',
      ...['hash', 'url', 'urlHash', 'size', 'compressedSize', 'flags'].map((name) => `/resources/1/${name}`),
    ].sort(),
  );
});

describe('a file is refused', () => {
  const data = bytes(1, HEADER);
  const signature = bytes(2, '');
  const version = number(4, 5);

  it.each([
    ['that is empty', [], ['/data', '/signature']],
    ['without data', [...signature, ...version], ['/data']],
    ['without a signature', [...data, ...version], ['/signature']],
    ['with data twice', [...data, ...data, ...signature, ...version], ['/data']],
    ['with its version twice', [...data, ...signature, ...version, ...version], ['/version']],
    ['without a header', [...bytes(1, ''), ...signature, ...version], ['/header']],
    ['with a length that wraps', [0x0a, 0x84, 0x80, 0x80, 0x80, 0x10, 1, 2, 3, 4], ['']],
    ['that is text', [...new TextEncoder().encode('{"content":[]}')], ['']],
  ])('%s', (_, content, paths) => {
    const error = thrownBy(() => parseDefoldManifest(Uint8Array.from(content)));
    expect(error.code).toBe('ERR_MANIFEST');
    expect(problemPaths(error)).toEqual(paths);
  });

  it.each([0, 1, 3, 4, 6, 2 ** 32 - 1])('with version %d', (value) => {
    const error = thrownBy(() => parseDefoldManifest(Uint8Array.from([...data, ...signature, ...number(4, value)])));
    expect(error.code).toBe('ERR_MANIFEST_VERSION');
    expect(error.details).toEqual({ expected: 5, actual: value });
  });

  it('without any version, of old or new', () => {
    const error = thrownBy(() => parseDefoldManifest(Uint8Array.from([...data, ...signature])));
    expect(error.code).toBe('ERR_MANIFEST_VERSION');
    expect(error.message).toContain('no version');
  });

  it.each([
    ['an unknown resource hash', [0, 3, 1], '/header/resourceHashAlgorithm'],
    ['a hash that does not exist', [5, 3, 1], '/header/resourceHashAlgorithm'],
    ['a signature hash that does not exist', [2, 9, 1], '/header/signatureHashAlgorithm'],
    ['a sign algorithm that does not exist', [2, 3, 2], '/header/signatureSignAlgorithm'],
  ])('whose header names %s', (_, [a = 0, b = 0, c = 0], path) => {
    const header = bytes(1, [...number(1, a), ...number(2, b), ...number(3, c), ...digest(4, 1)]);
    expect(problemPaths(thrownBy(() => parseDefoldManifest(manifestFile(header))))).toEqual([path]);
  });

  it('that is cut off anywhere', () => {
    for (let length = 0; length < worked.length; length++) {
      expect(() => parseDefoldManifest(worked.subarray(0, length))).toThrow();
      thrownBy(() => parseDefoldManifest(worked.subarray(0, length)));
    }
  });
});

describe('limits', () => {
  it('refuse a file above 64 MiB unread', () => {
    expect(thrownBy(() => parseDefoldManifest(new Uint8Array(MAX_MANIFEST_BYTES + 1))).code).toBe('ERR_TOO_LARGE');
  });

  it('refuse more than 2^20 resources while they are read', () => {
    const empties = Buffer.alloc(2 * (MAX_MANIFEST_RESOURCES + 1), Uint8Array.of(0x1a, 0));
    const before = Uint8Array.from([0x0a, ...varint(HEADER.length + empties.length), ...HEADER]);
    const after = Uint8Array.from([...bytes(2, ''), ...number(4, 5)]);
    const file = new Uint8Array(Buffer.concat([before, empties, after]));
    expect(thrownBy(() => parseDefoldManifest(file)).code).toBe('ERR_TOO_LARGE');
  });

  it('stop reading after a thousand problems, so that a million broken entries cost no time', () => {
    const error = thrownBy(() => parseDefoldManifest(manifestOf(...new Array<EntryFields>(500).fill({}))));
    expect(error.details.problemCount).toBe(1_002);
    expect(problemPaths(error)).toHaveLength(1_000);
  });
});
