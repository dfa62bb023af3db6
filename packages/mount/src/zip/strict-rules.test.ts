// Over 300 lines: one table of everything that an archive must not have, in one place to be read against the rules.
import { crc32, deflateRawSync } from 'node:zlib';
import { buildRawZip, extraField, packed, type RawEnd, type RawEntry } from '@lading/fixtures';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../memory-source.js';
import { nodeCodecs } from '../node/node-codecs.js';
import type { ArchiveLimits } from './archive-limits.js';
import { checkArchive } from './open-archive.js';

const A: RawEntry = { name: 'a', content: 'hello' };
const B: RawEntry = { name: 'b/c', content: 'world '.repeat(40), method: 8 };
const ONES = 0xffffffff;
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

/** What is accepted: names and contents. Both codecs must agree. */
async function readAll(zip: Uint8Array, limits?: ArchiveLimits): Promise<ReadonlyMap<string, string>> {
  const archive = await checkArchive(memorySource(zip, 'test.zip'), { limits });
  const fast = await checkArchive(memorySource(zip, 'test.zip'), { limits, codecs: nodeCodecs });
  const contents = new Map<string, string>();
  for (let entry = 0; entry < archive.entries; entry++) {
    const content = await archive.read(entry);
    expect(await fast.read(entry)).toEqual(content);
    contents.set(archive.nameOf(entry), text(content));
  }
  return contents;
}

async function codeOf(zip: Uint8Array, limits?: ArchiveLimits): Promise<string> {
  const refused = { code: expect.any(String), details: expect.objectContaining({ archive: 'test.zip' }) };
  const web = checkArchive(memorySource(zip, 'test.zip'), { limits });
  await expect(web).rejects.toMatchObject(refused);
  const fast = checkArchive(memorySource(zip, 'test.zip'), { limits, codecs: nodeCodecs });
  await expect(fast).rejects.toMatchObject(refused);
  const [a, b] = await Promise.all([web, fast].map((opened) => opened.catch((error: { code: string }) => error.code)));
  expect(a).toBe(b);
  return String(a);
}

type Case = readonly [what: string, entries: readonly RawEntry[], end?: Partial<RawEnd>];

const unicodePath = (name: string, of: string, version = 1): Uint8Array =>
  extraField(0x7075, Buffer.concat([Uint8Array.of(version), packed([4, crc32(of)]), utf8(name)]));
const zip64 = (...values: number[]): Uint8Array => extraField(1, packed(...values.map((v) => [8, v] as const)));
const descriptor = (signature: boolean, width: 4 | 8, content: string): Uint8Array => {
  const sizes = packed([width, content.length], [width, content.length]);
  return Buffer.concat([signature ? packed([4, 0x08074b50]) : utf8(''), packed([4, crc32(content)]), sizes]);
};

const ACCEPTED: readonly Case[] = [
  ['a stored and a deflated entry', [A, B]],
  ['an empty archive', []],
  ['an archive comment', [A], { comment: utf8('made by hand') }],
  ['the longest archive comment', [A], { comment: new Uint8Array(0xffff) }],
  ['an entry comment', [{ ...A, central: { comment: utf8('no digest') } }]],
  [
    'a folder entry',
    [
      { name: 'd/', central: { attributes: 0o40755 * 65_536 } },
      { name: 'd/a', content: 'x' },
    ],
  ],
  ['directory headers in another order than the entries', [A, B], { order: [1, 0] }],
  ['a data descriptor with signature', [{ ...A, flags: 0x808 }, B]],
  ['a data descriptor without signature', [{ ...A, flags: 0x808, descriptor: descriptor(false, 4, 'hello') }, B]],
  [
    'a wide data descriptor after a zip64 field',
    [
      {
        ...A,
        flags: 0x808,
        local: { extra: zip64(0, 0), size: ONES, storedSize: ONES },
        descriptor: descriptor(true, 8, 'hello'),
      },
    ],
  ],
  [
    'a data descriptor that repeats the local header',
    [{ ...A, flags: 0x808, local: { crc: crc32('hello'), size: 5, storedSize: 5 } }],
  ],
  [
    'zip64 sizes and offset in the directory',
    [
      A,
      {
        ...B,
        central: {
          size: ONES,
          storedSize: ONES,
          offset: ONES,
          extra: zip64(240, deflateRawSync('world '.repeat(40)).length, 36),
        },
      },
    ],
  ],
  ['zip64 sizes in a local header', [{ ...A, local: { size: ONES, storedSize: ONES, extra: zip64(5, 5) } }]],
  ['zip64 end records that repeat the plain one', [A, B], { zip64: {} }],
  ['zip64 end records instead of the plain one', [A, B], { zip64: {}, entries: 0xffff, sizeBytes: ONES, offset: ONES }],
  [
    'unknown extra fields that differ',
    [{ ...A, local: { extra: extraField(0x5455, utf8('12345')) }, central: { extra: extraField(0xcafe, utf8('')) } }],
  ],
  ['a unicode path that repeats the name', [{ ...A, central: { extra: unicodePath('a', 'a') } }]],
  ['a unicode path of an unknown version', [{ ...A, central: { extra: unicodePath('b', 'a', 2) } }]],
  ['a unicode path of another name', [{ ...A, central: { extra: unicodePath('b', 'z') } }]],
  ['the UTF-8 flag on one side of an ASCII name', [{ ...A, local: { flags: 0 } }]],
  ['bits that say how hard the writer tried', [{ ...B, central: { flags: 0x802 } }]],
  ['names that prototypes have', ['__proto__', 'constructor', 'toString'].map((name) => ({ name, content: name }))],
  [
    'names that differ in case, or by a byte order mark',
    ['x', 'X', '\ufeffx'].map((name) => ({ name, content: name })),
  ],
  ['dots that are no dot segments', ['...', 'a..', '..a', 'b/.c', '.d/e'].map((name) => ({ name, content: name }))],
  ['a file beside a folder whose name goes on', ['a', 'a.b/c', 'a-b/c'].map((name) => ({ name, content: name }))],
  ['names beyond ASCII', [{ name: 'grün/世界/🎮', content: 'x' }]],
];

const REFUSED: readonly (readonly [code: string, ...case_: Case])[] = [
  // 1. One end record, at the last byte; the directory ends where it begins; zip64 agrees.
  ['ERR_ARCHIVE_FORMAT', 'a byte behind the end record', [A], { behind: Uint8Array.of(0) }],
  ['ERR_ARCHIVE_FORMAT', 'a comment shorter than stated', [A], { commentLength: 1 }],
  ['ERR_ARCHIVE_FORMAT', 'a comment longer than stated', [A], { comment: utf8('xx'), commentLength: 1 }],
  [
    'ERR_ARCHIVE_FORMAT',
    'an end record in the comment',
    [A],
    { comment: Buffer.concat([packed([4, 0x06054b50]), new Uint8Array(18)]) },
  ],
  ['ERR_ARCHIVE_FORMAT', 'bytes between directory and end record', [A], { beforeEnd: Uint8Array.of(1, 2) }],
  ['ERR_ARCHIVE_FORMAT', 'a directory elsewhere than stated', [A], { offset: 0 }],
  ['ERR_ARCHIVE_FORMAT', 'two numbers of entries', [A, B], { entriesHere: 1 }],
  ['ERR_ARCHIVE_FORMAT', 'one entry fewer than the directory has', [A, B], { entries: 1 }],
  ['ERR_ARCHIVE_FORMAT', 'one entry more than the directory has', [A, B], { entries: 3 }],
  ['ERR_ARCHIVE_FORMAT', 'another disk', [A], { disk: 1 }],
  ['ERR_ARCHIVE_FORMAT', 'a directory on another disk', [A], { directoryDisk: 1 }],
  ['ERR_ARCHIVE_FORMAT', 'an entry on another disk', [{ ...A, central: { disk: 1 } }]],
  ['ERR_ARCHIVE_FORMAT', 'zip64 with another number of entries', [A, B], { zip64: { entries: 1 } }],
  ['ERR_ARCHIVE_FORMAT', 'zip64 with another offset', [A], { zip64: { offset: 1 } }],
  ['ERR_ARCHIVE_FORMAT', 'zip64 with another size', [A], { zip64: { sizeBytes: 1 } }],
  ['ERR_ARCHIVE_FORMAT', 'zip64 with an offset beyond 2^53', [A], { zip64: { offset: 2 ** 60 }, offset: ONES }],
  ['ERR_ARCHIVE_FORMAT', 'a zip64 locator to nowhere', [A], { zip64: { locatorOffset: 0 } }],
  ['ERR_ARCHIVE_FORMAT', 'a zip64 locator behind itself', [A], { zip64: { locatorOffset: 2 ** 40 } }],
  ['ERR_ARCHIVE_FORMAT', 'a zip64 record of another length', [A], { zip64: { recordSize: 45 } }],
  ['ERR_ARCHIVE_FORMAT', 'a zip64 record on another disk', [A], { zip64: { disk: 1 } }],
  ['ERR_ARCHIVE_FORMAT', 'a zip64 locator on another disk', [A], { zip64: { locatorDisk: 1 } }],
  ['ERR_ARCHIVE_FORMAT', 'a zip64 archive of two disks', [A], { zip64: { disks: 2 } }],
  // 2. Local entries tile the file.
  ['ERR_ARCHIVE_FORMAT', 'bytes before the first entry', [{ ...A, gapBefore: 1 }, B]],
  ['ERR_ARCHIVE_FORMAT', 'bytes between entries', [A, { ...B, gapBefore: 1 }]],
  ['ERR_ARCHIVE_FORMAT', 'a megabyte between entries', [A, { ...B, gapBefore: 1 << 20 }]],
  ['ERR_ARCHIVE_FORMAT', 'bytes before the directory', [A], { beforeDirectory: Uint8Array.of(0) }],
  ['ERR_ARCHIVE_FORMAT', 'an archive of nothing but bytes', [], { beforeDirectory: Uint8Array.of(0) }],
  ['ERR_ARCHIVE_FORMAT', 'two directory headers for one entry', [A, { ...A, name: 'b', central: { offset: 0 } }]],
  ['ERR_ARCHIVE_FORMAT', 'an entry in the directory', [{ ...A, central: { offset: 36 } }]],
  ['ERR_ARCHIVE_FORMAT', 'an entry that passes the directory', [{ ...A, central: { storedSize: 6, size: 6 } }]],
  // 3. Local header and directory agree.
  ['ERR_ARCHIVE_FORMAT', 'no local header', [{ ...A, local: { signature: 0 } }]],
  ['ERR_ARCHIVE_FORMAT', 'no directory header', [{ ...A, central: { signature: 0 } }]],
  ['ERR_ARCHIVE_FORMAT', 'another local name', [{ ...A, local: { name: utf8('b') } }]],
  ['ERR_ARCHIVE_FORMAT', 'another local method', [{ ...A, local: { method: 8 } }]],
  ['ERR_ARCHIVE_FORMAT', 'a local encryption flag', [{ ...A, local: { flags: 0x801 } }]],
  ['ERR_ARCHIVE_FORMAT', 'the UTF-8 flag on one side of a wide name', [{ name: 'ü', local: { flags: 0 } }]],
  ['ERR_ARCHIVE_FORMAT', 'a local descriptor flag', [{ ...A, local: { flags: 0x808 } }]],
  ['ERR_ARCHIVE_FORMAT', 'another local date', [{ ...A, local: { stamp: 1 } }]],
  ['ERR_ARCHIVE_FORMAT', 'another local CRC', [{ ...A, local: { crc: 1 } }]],
  ['ERR_ARCHIVE_FORMAT', 'a local CRC of zero without descriptor', [{ ...A, local: { crc: 0 } }]],
  ['ERR_ARCHIVE_FORMAT', 'another local size', [{ ...B, local: { size: 1 } }]],
  ['ERR_ARCHIVE_FORMAT', 'another local stored size', [{ ...B, local: { storedSize: 1 } }]],
  ['ERR_ARCHIVE_FORMAT', 'a local size missing in zip64', [{ ...A, local: { size: ONES, extra: zip64() } }]],
  ['ERR_ARCHIVE_FORMAT', 'a local name that passes the entry', [{ ...A, local: { nameLength: 500 } }]],
  ['ERR_ARCHIVE_FORMAT', 'local extra fields that pass the entry', [{ ...A, local: { extraLength: 500 } }]],
  ['ERR_ARCHIVE_FORMAT', 'no data descriptor under bit 3', [{ ...A, flags: 0x808, descriptor: utf8('') }]],
  ['ERR_ARCHIVE_FORMAT', 'a data descriptor without bit 3', [{ ...A, descriptor: descriptor(true, 4, 'hello') }]],
  [
    'ERR_ARCHIVE_FORMAT',
    'a data descriptor with another CRC',
    [{ ...A, flags: 0x808, descriptor: descriptor(true, 4, 'hallo') }],
  ],
  [
    'ERR_ARCHIVE_FORMAT',
    'a data descriptor with another size',
    [{ ...A, flags: 0x808, descriptor: packed([4, 0x08074b50], [4, crc32('hello')], [4, 5], [4, 6]) }],
  ],
  [
    'ERR_ARCHIVE_FORMAT',
    'a byte behind a data descriptor',
    [{ ...A, flags: 0x808, descriptor: Buffer.concat([descriptor(true, 4, 'hello'), Uint8Array.of(0)]) }],
  ],
  [
    'ERR_ARCHIVE_FORMAT',
    'a wide descriptor that a forward reader takes for a narrow one',
    [{ name: 'e', flags: 0x808, descriptor: descriptor(true, 8, '') }],
  ],
  // 4. What entries may be.
  ['ERR_ARCHIVE_METHOD', 'method 12', [{ ...A, method: 12 }]],
  ['ERR_ARCHIVE_METHOD', 'an encrypted entry', [{ ...A, flags: 0x801 }]],
  ['ERR_ARCHIVE_METHOD', 'a strongly encrypted entry', [{ ...A, flags: 0x840 }]],
  ['ERR_ARCHIVE_METHOD', 'masked headers', [{ ...A, flags: 0x2800 }]],
  ['ERR_ARCHIVE_METHOD', 'patch data', [{ ...A, flags: 0x820 }]],
  ...(
    [
      ['a link', 0o12],
      ['a device', 0o2],
      ['a block device', 0o6],
      ['a pipe', 0o1],
      ['a socket', 0o14],
    ] as const
  ).map(([what, type]) => ['ERR_ARCHIVE_METHOD', what, [{ ...A, central: { attributes: type * 2 ** 28 } }]] as const),
  ['ERR_ARCHIVE_FORMAT', 'a folder with data', [{ name: 'd/', content: 'x' }]],
  ['ERR_ARCHIVE_FORMAT', 'a file that Unix calls a folder', [{ ...A, central: { attributes: 0o40755 * 65_536 } }]],
  ['ERR_ARCHIVE_FORMAT', 'a file that DOS calls a folder', [{ ...A, central: { madeBy: 20, attributes: 0x10 } }]],
  // 5. Names.
  ...[
    '',
    '/',
    '/a',
    '//a',
    'a//b',
    'a//',
    '.',
    '..',
    './a',
    '../a',
    'a/.',
    'a/..',
    'a/./b',
    'a/../b',
    'a\\b',
    'c:a',
    'c:/a',
    'a\u0000',
    'a\nb',
    'a\u007f',
  ].map((name) => ['ERR_ARCHIVE_NAME', `the name ${JSON.stringify(name)}`, [{ name, content: 'x' }]] as const),
  ['ERR_ARCHIVE_NAME', 'a wide name without the UTF-8 flag', [{ name: 'ü', flags: 0 }]],
  ...[[0x80], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xc3]].map(
    (bytes) => ['ERR_ARCHIVE_NAME', `the UTF-8 name ${bytes}`, [{ name: Uint8Array.from(bytes) }]] as const,
  ),
  ['ERR_ARCHIVE_NAME', 'a name twice', [A, B, A]],
  ['ERR_ARCHIVE_NAME', 'a folder and a file of one name', [{ name: 'a/' }, A]],
  ['ERR_ARCHIVE_NAME', 'a file under a file', [A, { name: 'a/b', content: 'x' }]],
  [
    'ERR_ARCHIVE_NAME',
    'a file deep under a file, first',
    [{ name: 'a/b/c/d', content: 'x' }, { name: 'z' }, { name: 'a/b' }],
  ],
  ['ERR_ARCHIVE_FORMAT', 'a unicode path with another name', [{ ...A, central: { extra: unicodePath('b', 'a') } }]],
  [
    'ERR_ARCHIVE_FORMAT',
    'a local unicode path with another name',
    [{ ...A, local: { extra: unicodePath('../b', 'a') } }],
  ],
  [
    'ERR_ARCHIVE_FORMAT',
    'two unicode paths',
    [{ ...A, central: { extra: Buffer.concat([unicodePath('a', 'a'), unicodePath('a', 'a')]) } }],
  ],
  ['ERR_ARCHIVE_FORMAT', 'two zip64 fields', [{ ...A, central: { extra: Buffer.concat([zip64(5), zip64(6)]) } }]],
  ['ERR_ARCHIVE_FORMAT', 'stray bytes in the extra fields', [{ ...A, central: { extra: Uint8Array.of(0, 0, 0) } }]],
  [
    'ERR_ARCHIVE_FORMAT',
    'an extra field longer than the extra fields',
    [{ ...A, central: { extra: packed([2, 9], [2, 4]) } }],
  ],
  [
    'ERR_ARCHIVE_FORMAT',
    'an offset missing in zip64',
    [{ ...A, central: { offset: ONES, extra: extraField(1, packed([4, 0])) } }],
  ],
  [
    'ERR_ARCHIVE_FORMAT',
    'a zip64 size beyond 2^53',
    [{ ...A, central: { size: ONES, storedSize: ONES, extra: zip64(2 ** 60, 2 ** 60) } }],
  ],
  // 6. Data.
  ['ERR_ARCHIVE_FORMAT', 'stored with two sizes', [{ ...A, local: { size: 4 }, central: { size: 4 } }]],
  ['ERR_ARCHIVE_CRC', 'a wrong CRC', [{ ...A, local: { crc: 1 }, central: { crc: 1 } }]],
  ['ERR_ARCHIVE_DATA', 'a stated size one too small', [{ ...B, local: { size: 239 }, central: { size: 239 } }]],
  ['ERR_ARCHIVE_DATA', 'a stated size one too big', [{ ...B, local: { size: 241 }, central: { size: 241 } }]],
  [
    'ERR_ARCHIVE_DATA',
    'a deflate stream cut short',
    [{ ...B, stored: deflateRawSync('world '.repeat(40)).subarray(0, -1) }],
  ],
  [
    'ERR_ARCHIVE_DATA',
    'a byte behind the deflate stream',
    [{ ...B, stored: Buffer.concat([deflateRawSync('world '.repeat(40)), Uint8Array.of(0)]) }],
  ],
  [
    'ERR_ARCHIVE_DATA',
    'a second deflate stream',
    [{ ...B, stored: Buffer.concat([deflateRawSync('world '.repeat(40)), deflateRawSync('x')]) }],
  ],
  ['ERR_ARCHIVE_DATA', 'no deflate stream', [{ ...B, stored: Uint8Array.of(255, 255, 255) }]],
  ['ERR_ARCHIVE_DATA', 'an empty deflate stream', [{ name: 'e', method: 8, stored: utf8('') }]],
  ['ERR_ARCHIVE_DATA', 'more than deflate can give', [{ ...B, local: { size: 1 << 28 }, central: { size: 1 << 28 } }]],
];

describe('a strict reading of zip archives', () => {
  for (const [what, entries, end] of ACCEPTED) {
    it(`accepts ${what}`, async () => {
      const contents = await readAll(buildRawZip(entries, end));
      const expected = entries.map((entry) => [entry.name as string, String(entry.content ?? '')] as const);
      expect(contents).toEqual(new Map(expected));
    });
  }

  for (const [code, what, entries, end] of REFUSED) {
    it(`answers ${code} to ${what}`, async () => {
      expect(await codeOf(buildRawZip(entries, end))).toBe(code);
    });
  }

  it('refuses every prefix of an archive', async () => {
    const zip = buildRawZip([A, B], { comment: utf8('x') });
    for (let length = 0; length < zip.length; length++) {
      expect(await codeOf(zip.subarray(0, length))).toBe('ERR_ARCHIVE_FORMAT');
    }
  });
});

describe('the limits of an archive', () => {
  it.each<[string, ArchiveLimits]>([
    ['entries', { maxEntries: 1 }],
    ['bytes of a name', { maxNameBytes: 2 }],
    ['bytes of the directory', { maxDirectoryBytes: 95 }],
    ['bytes of an entry', { maxEntryBytes: 239 }],
    ['bytes of all entries', { maxTotalBytes: 244 }],
  ])('refuse too many %s', async (_, limits) => {
    expect(await codeOf(buildRawZip([A, B]), limits)).toBe('ERR_ARCHIVE_LIMIT');
  });

  it('let through what just fits', async () => {
    const limits = { maxEntries: 2, maxNameBytes: 3, maxDirectoryBytes: 96, maxEntryBytes: 240, maxTotalBytes: 245 };
    expect([...(await readAll(buildRawZip([A, B]), limits)).keys()]).toEqual(['a', 'b/c']);
  });

  it('are checked before anything of the stated size is allocated', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const claims = { size: 2 ** 31, storedSize: 2 ** 31 };
    expect(await codeOf(buildRawZip([{ ...A, local: claims, central: claims }]))).toBe('ERR_ARCHIVE_FORMAT');
    expect(await codeOf(buildRawZip([A], { entries: 0xffff }))).toBe('ERR_ARCHIVE_FORMAT');
    const many = { zip64: { entries: 2 ** 40 }, entries: 0xffff };
    expect(await codeOf(buildRawZip([A], many))).toBe('ERR_ARCHIVE_LIMIT');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 2 ** 20);
  });
});
