import { createHash } from 'node:crypto';
import { buildRawZip, buildZip, type ZipMember } from '@lading/fixtures';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ByteSource } from '../byte-source.js';
import { memorySource } from '../memory-source.js';
import { nodeCodecs } from '../node/node-codecs.js';
import { HASH_START, hashStep, spreadHash } from './entry-table.js';
import { openArchive } from './open-archive.js';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const MEMBERS: readonly ZipMember[] = [
  { name: 'a.txt', bytes: bytesOf('hello') },
  { name: 'deep/er/b.txt', bytes: bytesOf('world '.repeat(1_000)), deflate: true },
  { name: 'empty', bytes: bytesOf('') },
];
const ZIP = buildZip(MEMBERS);

/** Counts what is read of a source. */
function watched(bytes: Uint8Array): { source: ByteSource; reads: [offset: number, length: number][] } {
  const inner = memorySource(bytes, 'watched.zip');
  const reads: [number, number][] = [];
  const source: ByteSource = {
    ...inner,
    read(offset, length, options) {
      reads.push([offset, length]);
      return inner.read(offset, length, options);
    },
  };
  return { source, reads };
}

describe('openArchive', () => {
  it('finds entries by their exact name and by nothing else', async () => {
    const names = ['a', 'A', 'ab', 'grün', '__proto__', 'dir/x', '\ufeffa', '\ufffd'];
    const archive = await openArchive(memorySource(buildRawZip([...names, 'dir/'].map((name) => ({ name })))));
    expect(names.map((name) => archive.find(name))).toEqual(names.map((_, i) => i));
    expect(names.map((_, i) => archive.nameOf(i))).toEqual(names);
    expect(archive.find('dir/')).toBe(names.length);
    const absent = [
      '',
      '/',
      'dir',
      'a/',
      'di',
      '/a',
      'a\u0000',
      'gr\u00fc',
      'hasOwnProperty',
      '\ud800',
      'x'.repeat(70_000),
    ];
    for (const name of absent) expect(archive.find(name), JSON.stringify(name.slice(0, 20))).toBe(-1);
  });

  it('says what the directory says of an entry', async () => {
    const archive = await openArchive(memorySource(ZIP.bytes, 'level.zip'));
    const digest = `sha256:${createHash('sha256').update('hello').digest('hex')}`;
    expect(archive).toMatchObject({ name: 'level.zip', sizeBytes: ZIP.bytes.length, entries: 3 });
    expect(archive.directory).toEqual({ offset: ZIP.directory.offset, sizeBytes: ZIP.directory.sizeBytes });
    expect(archive.infoOf(0)).toMatchObject({
      name: 'a.txt',
      method: 'stored',
      sizeBytes: 5,
      storedSizeBytes: 5,
      digest,
    });
    expect(archive.infoOf(0)).toMatchObject({ localOffset: 0, spanBytes: 40, crc32: 0x3610a686, isFolder: false });
    expect(archive.infoOf(1)).toMatchObject({ method: 'deflated', sizeBytes: 6_000, localOffset: 40 });
  });

  it('reads verified contents and stored bytes', async () => {
    for (const codecs of [undefined, nodeCodecs]) {
      const archive = await openArchive(memorySource(ZIP.bytes), { codecs });
      for (const [entry, member] of MEMBERS.entries()) {
        expect(Buffer.from(await archive.read(entry))).toEqual(Buffer.from(member.bytes));
        const stored = await archive.readStored(entry);
        expect(stored.length).toBe(archive.infoOf(entry).storedSizeBytes);
        expect(`sha256:${createHash('sha256').update(stored).digest('hex')}`).toBe(archive.infoOf(entry).digest);
      }
    }
  });

  it('refuses a number that is no entry', async () => {
    const archive = await openArchive(memorySource(ZIP.bytes));
    for (const entry of [-1, 3, 0.5, Number.NaN]) {
      await expect(archive.read(entry)).rejects.toMatchObject({ code: 'ERR_RESOURCE_NOT_FOUND' });
      expect(() => archive.infoOf(entry)).toThrowError(expect.objectContaining({ code: 'ERR_RESOURCE_NOT_FOUND' }));
    }
  });

  it('opens under a signed directory with one read, and reads a member with one more', async () => {
    const { source, reads } = watched(ZIP.bytes);
    const archive = await openArchive(source, { directory: ZIP.directory });
    expect(reads).toEqual([[ZIP.directory.offset, ZIP.directory.sizeBytes]]);
    await archive.read(1);
    expect(reads.slice(1)).toEqual([[40, archive.infoOf(1).spanBytes]]);
  });

  it('refuses another directory than the signed one', async () => {
    const open = (change: object, bytes = ZIP.bytes): Promise<unknown> =>
      openArchive(memorySource(bytes), { directory: { ...ZIP.directory, ...change } });
    await expect(open({ digest: `sha256:${'0'.repeat(64)}` })).rejects.toMatchObject({ code: 'ERR_VERIFY_DIGEST' });
    await expect(open({ entries: 4 })).rejects.toMatchObject({ code: 'ERR_VERIFY_ENTRIES' });
    await expect(open({}, ZIP.bytes.slice(1))).rejects.toMatchObject({ code: 'ERR_VERIFY_SIZE' });
    await expect(open({ sizeBytes: ZIP.directory.sizeBytes - 1 })).rejects.toMatchObject({ code: 'ERR_VERIFY_SIZE' });
    await expect(open({ entries: 3 })).resolves.toMatchObject({ entries: 3 });
  });

  it('refuses a signed directory that starts with a member’s bytes, or whose members have no digest', async () => {
    const digestFrom = (offset: number, bytes: Uint8Array): string =>
      `sha256:${createHash('sha256').update(bytes.subarray(offset)).digest('hex')}`;
    const all = { offset: 0, sizeBytes: ZIP.bytes.length, digest: digestFrom(0, ZIP.bytes) as `sha256:${string}` };
    await expect(openArchive(memorySource(ZIP.bytes), { directory: all })).rejects.toMatchObject({
      code: 'ERR_ARCHIVE_FORMAT',
    });
    const foreign = buildZip([{ name: 'a', bytes: bytesOf('x'), comment: '' }]);
    const opened = openArchive(memorySource(foreign.bytes), { directory: foreign.directory });
    await expect(opened).rejects.toMatchObject({ code: 'ERR_VERIFY_DIGEST', details: { entry: 'a' } });
  });

  it('notices every changed byte of a member when it is used, and only then', async () => {
    for (let at = 0; at < ZIP.directory.offset; at += 1) {
      const bytes = ZIP.bytes.slice();
      bytes[at]! ^= 0x10;
      const archive = await openArchive(memorySource(bytes), { directory: ZIP.directory, codecs: nodeCodecs });
      const outcomes = await Promise.allSettled([0, 1, 2].map((entry) => archive.read(entry)));
      const harmed = [0, 1, 2].filter((entry) => {
        const { localOffset, spanBytes } = archive.infoOf(entry);
        return at >= localOffset && at < localOffset + spanBytes;
      });
      // Version needed (4-5) of a local header means nothing to anybody.
      const { localOffset } = archive.infoOf(harmed[0]!);
      if (at === localOffset + 4 || at === localOffset + 5) continue;
      expect(
        outcomes.map(({ status }) => status === 'rejected'),
        `byte ${at}`,
      ).toEqual([0, 1, 2].map((e) => harmed.includes(e)));
    }
  });

  it('reads many entries with few reads of the source, each entry once, by offset', async () => {
    const members = Array.from({ length: 40 }, (_, i) => ({ name: `m${i}`, bytes: new Uint8Array(50_000).fill(i) }));
    const zip = buildZip(members);
    const { source, reads } = watched(zip.bytes);
    const archive = await openArchive(source, { directory: zip.directory, codecs: nodeCodecs });
    reads.length = 0;
    const order: number[] = [];
    for await (const { entry, bytes } of archive.readMany([39, 3, 3, 0, 1, 2, 38])) {
      order.push(entry);
      expect(bytes).toEqual(members[entry]!.bytes);
    }
    expect(order).toEqual([0, 1, 2, 3, 38, 39]);
    expect(reads.length).toBe(2);
    reads.length = 0;
    for await (const { entry } of archive.readMany(members.map((_, i) => i))) void entry;
    for (const [, length] of reads) expect(length).toBeLessThanOrEqual(2 ** 20);
    expect(reads.length).toBe(2);
  });

  it('stops at an aborted signal', async () => {
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    await expect(openArchive(memorySource(ZIP.bytes), { signal })).rejects.toBe(reason);
    const archive = await openArchive(memorySource(ZIP.bytes));
    await expect(archive.read(0, { signal })).rejects.toBe(reason);
    await expect(archive.readMany([0], { signal })[Symbol.asyncIterator]().next()).rejects.toBe(reason);
  });

  it('refuses names that were made to collide in its hash table', async () => {
    const opened = openArchive(memorySource(buildRawZip(collidingNames(20).map((name) => ({ name })))));
    await expect(opened).rejects.toMatchObject({ code: 'ERR_ARCHIVE_LIMIT' });
  });

  it('opens what it is given, whatever the names and contents', async () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .map((text) => `n${text.replace(/[\p{C}/\\:.]/gu, '_')}`);
    const member = fc.record({ name, bytes: fc.uint8Array({ maxLength: 300 }), deflate: fc.boolean() });
    const members = fc.uniqueArray(member, { selector: ({ name }) => name, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(members, fc.boolean(), async (list, isSigned) => {
        const zip = buildZip(list);
        const options = isSigned ? { directory: zip.directory } : {};
        const archive = await openArchive(memorySource(zip.bytes), options);
        expect(archive.entries).toBe(list.length);
        for (const { name, bytes } of list) {
          expect(Buffer.from(await archive.read(archive.find(name)))).toEqual(Buffer.from(bytes));
        }
      }),
      { numRuns: 60 },
    );
  });
});

/** Names with one hash. The state behind a prefix decides all that follows, so k colliding pairs give 2^k such names. */
function collidingNames(count: number): string[] {
  const stateBehind = (state: number, text: string): number => {
    let hash = state;
    for (let i = 0; i < text.length; i++) hash = hashStep(hash, text.charCodeAt(i));
    return hash;
  };
  let names = [''];
  let state = HASH_START;
  while (names.length < count) {
    const seen = new Map<number, string>();
    for (let i = 0; ; i++) {
      // Counting names hardly collide in FNV-1a; these look random, so a collision is found among some 80,000.
      const end = spreadHash(i).toString(36) + spreadHash(~i).toString(36);
      const next = stateBehind(state, end);
      const other = seen.get(next);
      seen.set(next, end);
      if (other === undefined) continue;
      names = names.flatMap((name) => [name + other, name + end]);
      state = next;
      break;
    }
  }
  expect(new Set(names.map((name) => spreadHash(stateBehind(HASH_START, name)))).size).toBe(1);
  return names.slice(0, count);
}
