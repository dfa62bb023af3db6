import { execFileSync } from 'node:child_process';
import { createHash, hash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readFileSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { madeFolder, rejection, zipOf } from '../../test/support/made-game.js';
import {
  type ArchiveMember,
  DEFLATE_ENCODER,
  isCompressedType,
  readForeignZip,
  writeCanonicalArchive,
} from '../index.js';

const TOOLS = ['unzip', 'python3'].filter(hasTool);
const segment = fc.stringMatching(/^[a-zA-Z0-9ж][a-zA-Z0-9_ж-]{0,7}$/);
const trees = fc
  .uniqueArray(fc.tuple(fc.array(segment, { minLength: 1, maxLength: 3 }), fc.uint8Array({ maxLength: 300 })), {
    selector: ([parts]) => parts.join('/'),
    maxLength: 20,
  })
  .map((list) =>
    list.map(([parts, bytes], i): { name: string; bytes: Uint8Array } => ({ name: `${i}/${parts.join('/')}`, bytes })),
  );

describe('writeCanonicalArchive', () => {
  it('writes the same bytes as yazl for stored members, on random trees', () =>
    fc.assert(
      fc.asyncProperty(trees, async (members) => {
        const ours = await zipOf(members, 'never');
        expect(ours.equals(await yazlOf(members))).toBe(true);
      }),
      { numRuns: process.env.LADING_LONG === undefined ? 60 : 500 },
    ));

  it('is read by yauzl, with every byte and the digest of the stored bytes as each comment', () =>
    fc.assert(
      fc.asyncProperty(trees, async (members) => {
        const bytes = await zipOf(members);
        const zip = await readForeignZip(bytes);
        expect(zip.entries.map(({ name }) => name)).toEqual(members.map(({ name }) => name));
        for (const [i, entry] of zip.entries.entries()) {
          expect(Buffer.from(await zip.read(entry)).equals(members[i]?.bytes ?? Buffer.alloc(1))).toBe(true);
          const stored = storedBytes(bytes, entry.name, entry.storedSizeBytes);
          expect(entry.comment).toBe(`sha256:${hash('sha256', stored, 'hex')}`);
        }
      }),
      { numRuns: 60 },
    ));

  it('tells the digest of the file, and place, size and digest of its directory', async () => {
    const chunks: Buffer[] = [];
    const members = [1, 2, 3].map((i) => ({ name: `m${i}`, bytes: Buffer.alloc(i * 3_000_000, i) }));
    const result = await writeCanonicalArchive(
      members,
      { write: (chunk) => void chunks.push(Buffer.from(chunk)) },
      { deflate: 'never' },
    );
    const bytes = Buffer.concat(chunks);
    const directory = bytes.subarray(result.directory.offset);
    expect(bytes.readUInt32LE(result.directory.offset)).toBe(0x02014b50);
    expect(result).toEqual({
      sizeBytes: bytes.length,
      digest: `sha256:${hash('sha256', bytes, 'hex')}`,
      directory: {
        offset: bytes.length - directory.length,
        sizeBytes: directory.length,
        digest: `sha256:${hash('sha256', directory, 'hex')}`,
      },
      entries: 3,
      encoder: 'store',
    });
  });

  it('deflates what gets at least 5 % smaller, and stores the rest', async () => {
    const text = Buffer.from('lading '.repeat(1_000));
    const noise = randomBytes(5_000);
    const members = [
      { name: 'text.txt', bytes: text },
      { name: 'noise.bin', bytes: noise },
      { name: 'text.png', bytes: text },
      { name: 'c0ffee', typePath: '/sound.oggc', bytes: text },
      { name: 'empty', bytes: new Uint8Array() },
    ];
    const bytes = await zipOf(members);
    const zip = await readForeignZip(bytes);
    expect(zip.entries.map(({ method }) => method)).toEqual(['deflated', 'stored', 'stored', 'stored', 'stored']);
    expect(zip.entries[0]?.storedSizeBytes).toBeLessThan(100);
    const result = await writeCanonicalArchive(members, { write: () => {} });
    expect(result.encoder).toBe(DEFLATE_ENCODER);
  });

  it('keeps the bytes that its encoder name promises', async () => {
    // A golden digest: it may change only together with DEFLATE_ENCODER.
    const members = [0, 1, 100, 4_095, 4_096, 70_000, 600_000].map((size) => ({
      name: `t${size}`,
      bytes: sentence(size),
    }));
    const bytes = await zipOf(members);
    expect([DEFLATE_ENCODER, hash('sha256', bytes, 'hex')]).toMatchInlineSnapshot(`
      [
        "fflate@0.8.3/6",
        "142084712ffbb13848f00585a8b4cfc50ff4c9c30e1746e1eda2a58f400c110a",
      ]
    `);
  });

  it('writes the same bytes from files as from memory, also above 16 MiB, where files are read twice', async () => {
    const big = Buffer.alloc(17 * 1_048_576 + 5, sentence(1_000));
    const noise = randomBytes(17 * 1_048_576);
    const folder = madeFolder({ big, 'noise.png': noise, small: 'small', empty: '' });
    const names = ['big', 'noise.png', 'small', 'empty'];
    const fromFiles = await zipOf(names.map((name) => ({ name, file: join(folder, name) })));
    const fromMemory = await zipOf(names.map((name) => ({ name, bytes: readFileSync(join(folder, name)) })));
    expect(fromFiles.equals(fromMemory)).toBe(true);
    const zip = await readForeignZip(fromFiles);
    expect(zip.entries.map(({ method }) => method)).toEqual(['deflated', 'stored', 'stored', 'stored']);
    for (const entry of zip.entries) {
      expect(Buffer.from(await zip.read(entry)).equals(readFileSync(join(folder, entry.name)))).toBe(true);
    }
  });

  it('uses zip64 for more than 65,534 members, and only then', async () => {
    const many = (count: number): Promise<Buffer> =>
      zipOf(
        Array.from({ length: count }, (_, i) => ({ name: `m${i}`, bytes: new Uint8Array() })),
        'never',
      );
    expect((await many(65_534)).includes(Buffer.from('PK\u0006\u0006'))).toBe(false);
    const big = await many(65_600);
    expect(big.includes(Buffer.from('PK\u0006\u0006'))).toBe(true);
    expect((await readForeignZip(big)).entries.length).toBe(65_600);
  });

  it.runIf(process.env.LADING_LONG !== undefined)('uses zip64 for members beyond 4 GiB', async () => {
    const folder = madeFolder({ huge: '', after: 'after' });
    truncateSync(join(folder, 'huge'), 4 * 2 ** 30 + 3);
    const members = ['huge', 'after'].map((name) => ({ name, file: join(folder, name) }));
    const output = createWriteStream(join(folder, 'out.zip'));
    const write = async (bytes: Uint8Array): Promise<void> => {
      if (!output.write(Buffer.from(bytes))) await once(output, 'drain');
    };
    await writeCanonicalArchive(members, { write }, { deflate: 'never' });
    await new Promise((resolve) => output.end(resolve));
    execFileSync('unzip', ['-tq', join(folder, 'out.zip')]);
    execFileSync('python3', ['-m', 'zipfile', '-t', join(folder, 'out.zip')]);
  });

  it.runIf(TOOLS.length > 0)(`is accepted by ${TOOLS.join(' and ')}`, async () => {
    const bytes = await zipOf([
      { name: 'a/text.txt', bytes: sentence(10_000) },
      { name: 'a/пример.json', bytes: Buffer.from('{}') },
      { name: 'empty', bytes: new Uint8Array() },
      { name: 'noise', bytes: randomBytes(1_000) },
    ]);
    for (const tool of TOOLS) testWith(tool, bytes);
  });

  it.each(['/a', '../a', 'a//b', 'a\\b', 'c:x', 'a/', '', '.', 'a\nb', 'e\u0301'])(
    'refuses the name %j',
    async (name) => {
      expect((await rejection(zipOf([{ name, bytes: new Uint8Array() }]))).code).toBe('ERR_ARCHIVE_MEMBER');
    },
  );

  it('refuses a name twice, and a member that is also a folder', async () => {
    const bytes = new Uint8Array();
    for (const names of [
      ['a', 'a'],
      ['a/b', 'a'],
      ['a', 'a/b/c'],
    ]) {
      expect((await rejection(zipOf(names.map((name) => ({ name, bytes }))))).code).toBe('ERR_ARCHIVE_MEMBER');
    }
  });

  it('says which file is missing, forbidden or no file at all', async () => {
    const folder = madeFolder({ 'x/y': '' });
    expect(await rejection(zipOf([{ name: 'a', file: join(folder, 'none') }]))).toMatchObject({
      code: 'ERR_CONTENT_MISSING',
    });
    expect(await rejection(zipOf([{ name: 'a', file: join(folder, 'x') }]))).toMatchObject({
      code: 'ERR_CONTENT_READ',
    });
  });

  it('notices a big file that changes between its two readings', async () => {
    const folder = madeFolder({ big: randomBytes(17 * 1_048_576) });
    const file = join(folder, 'big');
    let changed = false;
    const sink = {
      write: () => {
        if (!changed) writeFileSync(file, randomBytes(17 * 1_048_576, 99), { flag: 'r+' });
        changed = true;
      },
    };
    const before: ArchiveMember = { name: 'first', bytes: randomBytes(5 * 1_048_576) };
    const members = (async function* (): AsyncGenerator<ArchiveMember> {
      yield before;
      yield { name: 'big', file };
    })();
    // The sink runs while the first member is flushed, or in the middle of the second reading of the big one.
    const outcome = await writeCanonicalArchive(members, sink, { deflate: 'never' }).catch((error: unknown) => error);
    if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'ERR_CONTENT_READ' });
    unlinkSync(file);
  });

  it('stops at an abort', async () => {
    const controller = new AbortController();
    let written = 0;
    const members = (function* (): Generator<ArchiveMember> {
      for (let i = 0; ; i++) {
        if (i === 10) controller.abort(new Error('stop'));
        written = i;
        yield { name: `m${i}`, bytes: new Uint8Array(10) };
      }
    })();
    const error = await rejection(writeCanonicalArchive(members, { write: () => {} }, { signal: controller.signal }));
    expect(error.message).toBe('stop');
    expect(written).toBe(10);
  });
});

describe('isCompressedType', () => {
  it('goes by the last extension, in any case', () => {
    expect(['a.png', '/x/A.PNG', 'm.oggc', 'b.tar.gz'].map(isCompressedType)).toEqual([true, true, true, true]);
    expect(['a.txt', 'png', '/a.png/b', 'x.', '.png/c', 'a.texturec'].map(isCompressedType)).toEqual(
      Array(6).fill(false),
    );
  });
});

function hasTool(tool: string): boolean {
  try {
    execFileSync(tool, ['--help'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function testWith(tool: string, bytes: Buffer): void {
  if (!TOOLS.includes(tool)) return;
  const file = join(mkdtempSync(join(tmpdir(), 'lading-zip-')), 'a.zip');
  writeFileSync(file, bytes);
  execFileSync(tool, tool === 'unzip' ? ['-tq', file] : ['-m', 'zipfile', '-t', file]);
}

async function yazlOf(members: readonly { name: string; bytes: Uint8Array }[]): Promise<Buffer> {
  const zip = new ZipFile();
  for (const { name, bytes } of members) {
    // The types of yazl 3.3 do not know its comments.
    const options = {
      mtime: new Date(1980, 0, 1),
      mode: 0o100644,
      compress: false,
      forceDosTimestamp: true,
      fileComment: `sha256:${hash('sha256', bytes, 'hex')}`,
    };
    zip.addBuffer(Buffer.from(bytes), name, options);
  }
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The stored bytes of the first member with this name, found by its local header. */
function storedBytes(zip: Buffer, name: string, sizeBytes: number): Buffer {
  const at = zip.indexOf(name) + Buffer.byteLength(name);
  return zip.subarray(at, at + sizeBytes);
}

function sentence(sizeBytes: number): Buffer {
  const words = createHash('sha256').update(String(sizeBytes)).digest('hex');
  const text = Buffer.alloc(sizeBytes);
  for (let i = 0; i < sizeBytes; i++) text[i] = words.charCodeAt((i * 7 + (i >> 5) * (i >> 9)) % 64);
  return text;
}

function randomBytes(sizeBytes: number, seed = 1): Buffer {
  const bytes = Buffer.allocUnsafe(sizeBytes);
  let state = seed;
  for (let i = 0; i + 4 <= sizeBytes; i += 4) {
    state = (state + 0x6d2b79f5) | 0;
    const value = Math.imul(state ^ (state >>> 15), 1 | state);
    bytes.writeInt32LE(value ^ (value >>> 13), i);
  }
  return bytes;
}
