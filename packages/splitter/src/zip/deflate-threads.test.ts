import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ArchiveMember, type CanonicalArchiveOptions, writeCanonicalArchive } from '../index.js';
import { DeflatePool } from './deflate-pool.js';

const TEXT = 'the quick brown fox jumps over the lazy dog; pack my box with five dozen liquor jugs. ';

/** Content that deflates well, badly or not at all, of the given size. */
function contentOf(sizeBytes: number, kind: number): Uint8Array {
  if (kind === 0) return new Uint8Array(sizeBytes).fill(kind);
  let state = sizeBytes + kind;
  const noise = Uint8Array.from({ length: sizeBytes }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
  if (kind === 1) return noise;
  return noise.map((byte, i) => (byte < 16 ? byte : TEXT.charCodeAt(i % TEXT.length)));
}

const anyMember = fc.record({
  sizeBytes: fc.oneof(fc.nat(64), fc.nat(9_000), fc.nat(300_000)),
  kind: fc.nat(2),
  extension: fc.constantFrom('txt', 'txt', 'png'),
});

async function written(members: readonly ArchiveMember[], options: CanonicalArchiveOptions): Promise<Buffer> {
  const parts: Buffer[] = [];
  const order: string[] = [];
  await writeCanonicalArchive(
    members,
    { write: (bytes) => void parts.push(Buffer.from(bytes)) },
    {
      ...options,
      onMember: ({ name }) => void order.push(name),
    },
  );
  expect(order).toEqual(members.map(({ name }) => name));
  return Buffer.concat(parts);
}

describe('worker threads', () => {
  it('change no byte, however many there are', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(anyMember, { maxLength: 120 }),
        fc.integer({ min: 2, max: 4 }),
        async (shapes, threads) => {
          const members = shapes.map(({ sizeBytes, kind, extension }, i) => ({
            name: `${i}.${extension}`,
            bytes: contentOf(sizeBytes, kind),
          }));
          const alone = await written(members, { threads: 1 });
          expect((await written(members, { threads })).equals(alone)).toBe(true);
        },
      ),
      { numRuns: process.env.LADING_LONG === undefined ? 15 : 300 },
    ));

  it('serve one archive after the other, and several at once', async () => {
    const pool = new DeflatePool(2);
    const members = Array.from({ length: 80 }, (_, i) => ({ name: `${i}.txt`, bytes: contentOf(20_000 + i, 2) }));
    const alone = await written(members, { threads: 1 });
    try {
      const first = await written(members, { pool });
      const both = await Promise.all([written(members, { pool }), written(members, { pool })]);
      expect([first, ...both].every((bytes) => bytes.equals(alone))).toBe(true);
    } finally {
      await pool.close();
    }
  });

  it('see an abort while they work, and end', async () => {
    const abort = new AbortController();
    const members = (function* (): Generator<ArchiveMember> {
      for (let i = 0; ; i++) {
        if (i === 200) abort.abort(new Error('enough'));
        yield { name: `${i}.txt`, bytes: contentOf(20_000, 2) };
      }
    })();
    const options = { threads: 2, signal: abort.signal };
    await expect(writeCanonicalArchive(members, { write: () => undefined }, options)).rejects.toThrow('enough');
  });

  it('are closed with what they had to do, which fails', async () => {
    const pool = new DeflatePool(1);
    const batch = { input: new Uint8Array(1_000_000).buffer, sizesBytes: [1_000_000] };
    const jobs = [pool.deflate(batch), pool.deflate({ input: new ArrayBuffer(0), sizesBytes: [] })];
    const ends = Promise.allSettled(jobs);
    await pool.close();
    expect((await ends).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(pool.deflate({ input: new ArrayBuffer(0), sizesBytes: [] })).rejects.toThrow('closed');
  });

  it('that fail are an error with a code', async () => {
    const pool = new DeflatePool(2);
    // More than the input has: the worker throws.
    const job = pool.deflate({ input: new ArrayBuffer(10), sizesBytes: [20] });
    await expect(job).rejects.toMatchObject({ code: 'ERR_ARCHIVE_WRITE', details: { reason: expect.any(String) } });
    await expect(pool.deflate({ input: new ArrayBuffer(0), sizesBytes: [] })).rejects.toMatchObject({
      code: 'ERR_ARCHIVE_WRITE',
    });
    await pool.close();
  });
});
