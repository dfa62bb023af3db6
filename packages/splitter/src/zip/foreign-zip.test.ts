import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { isLadingError } from '@lading/manifest';
import { describe, expect, it } from 'vitest';
import { madeFolder, rejection, zipOf } from '../../test/support/made-game.js';
import { readForeignZip } from '../index.js';

const corpus = process.env.LADING_CORPUS ?? fileURLToPath(new URL('../../../../../shared/corpus', import.meta.url));
const text = Buffer.from('lading '.repeat(100));

describe('readForeignZip', () => {
  it('lists files with sizes, method, CRC and comment, and reads them from a file or from bytes', async () => {
    const bytes = await zipOf([{ name: 'a/b.txt', bytes: text }]);
    const folder = madeFolder({ 'x.zip': bytes });
    for (const source of [bytes, join(folder, 'x.zip')]) {
      const zip = await readForeignZip(source);
      expect(zip.entries).toEqual([
        {
          name: 'a/b.txt',
          sizeBytes: 700,
          storedSizeBytes: expect.any(Number),
          method: 'deflated',
          crc32: expect.any(Number),
          comment: expect.stringMatching(/^sha256:/),
        },
      ]);
      const [entry] = zip.entries;
      if (entry === undefined) throw new Error('unreachable');
      expect(Buffer.from(await zip.read(entry)).equals(text)).toBe(true);
      await zip.close();
    }
  });

  it('notices every changed byte of a member, and says which member it is', async () => {
    const bytes = await zipOf([{ name: 'm.bin', bytes: text }]);
    const start = 30 + 'm.bin'.length;
    const end = bytes.indexOf('PK\u0001\u0002');
    for (let at = start; at < end; at++) {
      const broken = Buffer.from(bytes);
      broken[at] = (broken[at] ?? 0) ^ 0x10;
      const zip = await readForeignZip(broken);
      const [entry] = zip.entries;
      if (entry === undefined) throw new Error('unreachable');
      const outcome = await zip.read(entry).catch((error: unknown) => error);
      // The last byte of a deflate stream has bits that mean nothing.
      if (at === end - 1 && outcome instanceof Uint8Array) expect(Buffer.from(outcome).equals(text)).toBe(true);
      else
        expect(isLadingError(outcome, 'ERR_FOREIGN_ZIP_CRC', 'ERR_FOREIGN_ZIP_DATA') && outcome.message).toContain(
          'm.bin',
        );
    }
  });

  it('refuses what is over its limits before it allocates anything', async () => {
    const bytes = await zipOf([
      { name: 'a', bytes: text },
      { name: 'b', bytes: text },
    ]);
    expect(await rejection(readForeignZip(bytes, { maxEntries: 1 }))).toMatchObject({ code: 'ERR_FOREIGN_ZIP_LIMIT' });
    expect(await rejection(readForeignZip(bytes, { maxEntryBytes: 699 }))).toMatchObject({
      code: 'ERR_FOREIGN_ZIP_LIMIT',
    });
  });

  it('tells a missing file from a broken one', async () => {
    const folder = madeFolder({ 'x.zip': 'this is no zip' });
    expect(await rejection(readForeignZip(join(folder, 'none.zip')))).toMatchObject({
      code: 'ERR_FOREIGN_ZIP_MISSING',
    });
    expect(await rejection(readForeignZip(join(folder, 'x.zip')))).toMatchObject({ code: 'ERR_FOREIGN_ZIP_FORMAT' });
    expect(await rejection(readForeignZip(Buffer.alloc(0)))).toMatchObject({ code: 'ERR_FOREIGN_ZIP_FORMAT' });
    const whole = await zipOf([{ name: 'a', bytes: text }]);
    for (let size = 0; size < whole.length; size += 3) {
      const error = await rejection(readAll(whole.subarray(0, size)));
      expect(isLadingError(error)).toBe(true);
    }
  });

  it.each([
    ['../up', 'ERR_FOREIGN_ZIP_NAME'],
    ['/abs/x', 'ERR_FOREIGN_ZIP_NAME'],
    ['C:/x-y', 'ERR_FOREIGN_ZIP_NAME'],
    ['a\\b-cd', 'ERR_FOREIGN_ZIP_NAME'],
    ['a/./bc', 'ERR_FOREIGN_ZIP_NAME'],
    ['a//bcd', 'ERR_FOREIGN_ZIP_NAME'],
  ])('refuses the name %s', async (name, code) => {
    const bytes = renamed(await zipOf([{ name: 'x'.repeat(name.length), bytes: text }]), name);
    expect(await rejection(readForeignZip(bytes))).toMatchObject({ code });
  });

  it('refuses a name twice, other methods, encryption, links and a local header that disagrees', async () => {
    const two = await zipOf([
      { name: 'aa', bytes: text },
      { name: 'bb', bytes: text },
    ]);
    expect(
      await rejection(readForeignZip(Buffer.from(two.toString('latin1').replaceAll('bb', 'aa'), 'latin1'))),
    ).toMatchObject({ code: 'ERR_FOREIGN_ZIP_NAME' });
    const one = await zipOf([{ name: 'aa', bytes: text }]);
    expect(await rejection(readForeignZip(patched(one, 10, 93)))).toMatchObject({ code: 'ERR_FOREIGN_ZIP_METHOD' });
    expect(await rejection(readForeignZip(patched(one, 8, 1)))).toMatchObject({ code: 'ERR_FOREIGN_ZIP_METHOD' });
    expect(await rejection(readForeignZip(patched(one, 41, 0xa1)))).toMatchObject({ code: 'ERR_FOREIGN_ZIP_FORMAT' });
    const other = Buffer.from(one);
    other.write('ab', 30);
    expect(await rejection(readAll(other))).toMatchObject({ code: 'ERR_FOREIGN_ZIP_DATA' });
  });
});

describe.skipIf(!existsSync(join(corpus, 'zips')))('readForeignZip on the corpus', () => {
  it('reads what is good, and never serves from what is bad what the verdict forbids', async () => {
    const lines = gunzipSync(readFileSync(join(corpus, 'zips/hostile.jsonl.gz')))
      .toString()
      .trim()
      .split('\n');
    const tally = { right: 0, total: 0, wrong: [] as string[] };
    for (const line of lines) {
      const { id, verdict, entries, zip } = JSON.parse(line) as {
        id: string;
        verdict: string;
        entries?: Record<string, string>;
        zip: string;
      };
      const outcome = await readAll(Buffer.from(zip, 'base64')).catch((error: unknown) => {
        if (!isLadingError(error)) throw error;
        return undefined;
      });
      const isRight = verdict === 'either' || (verdict === 'accept') === (outcome !== undefined);
      if (verdict === 'accept' && entries !== undefined)
        expect([id, outcome && Object.fromEntries(outcome)]).toEqual([id, entries]);
      tally.total += 1;
      if (isRight) tally.right += 1;
      else tally.wrong.push(`${id} (${verdict})`);
    }
    console.info(`hostile zips: ${tally.right} of ${tally.total} as the verdict says; not: ${tally.wrong.join(', ')}`);
    // yauzl hides disk numbers, the directory's stated size and earlier end records, which the strict reader of mounts judges.
    expect(tally.right / tally.total).toBeGreaterThan(0.98);
  });
});

async function readAll(bytes: Uint8Array): Promise<Map<string, string>> {
  const zip = await readForeignZip(bytes, { maxEntryBytes: 16_777_216 });
  const found = new Map<string, string>();
  for (const entry of zip.entries)
    found.set(
      entry.name,
      createHash('sha256')
        .update(await zip.read(entry))
        .digest('hex'),
    );
  return found;
}

/** The zip with its only member under another name of the same length. */
function renamed(zip: Buffer, name: string): Buffer {
  const copy = Buffer.from(zip);
  copy.write(name, 30);
  copy.write(name, copy.indexOf('PK\u0001\u0002') + 46);
  return copy;
}

/** The zip with one byte of its first central header set. */
function patched(zip: Buffer, offset: number, value: number): Buffer {
  const copy = Buffer.from(zip);
  copy[copy.indexOf('PK\u0001\u0002') + offset] = value;
  return copy;
}
