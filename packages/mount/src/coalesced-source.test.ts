import { describe, expect, it } from 'vitest';
import type { ByteSource } from './byte-source.js';
import { coalescedSource } from './coalesced-source.js';
import { memorySource } from './memory-source.js';

const BYTES = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31 + (i >> 8)) & 255);

function watched(): { source: ByteSource; reads: string[]; signals: AbortSignal[] } {
  const inner = memorySource(BYTES);
  const reads: string[] = [];
  const signals: AbortSignal[] = [];
  const source: ByteSource = {
    ...inner,
    read(offset, length, options = {}) {
      reads.push(`${offset}+${length}`);
      if (options.signal !== undefined) signals.push(options.signal);
      return inner.read(offset, length, options);
    },
  };
  return { source, reads, signals };
}

describe('coalescedSource', () => {
  it('makes one read of neighbours, and each gets its own bytes', async () => {
    const { source, reads } = watched();
    const merged = coalescedSource(source, { gapBytes: 100 });
    const wanted = [
      [500, 50],
      [0, 200],
      [250, 100],
      [280, 10],
      [250, 100],
    ] as const;
    const results = await Promise.all(wanted.map(([offset, length]) => merged.read(offset, length)));
    expect(results).toEqual(wanted.map(([offset, length]) => BYTES.slice(offset, offset + length)));
    expect(reads).toEqual(['0+350', '500+50']);
  });

  it('does not merge across a wider hole, nor beyond the cap, nor later reads', async () => {
    const { source, reads } = watched();
    const merged = coalescedSource(source, { gapBytes: 10, maxBytes: 1_000 });
    await Promise.all([merged.read(0, 600), merged.read(605, 500), merged.read(1_200, 5), merged.read(5_000, 3_000)]);
    await merged.read(0, 5);
    expect(reads).toEqual(['0+600', '605+500', '1200+5', '5000+3000', '0+5']);
  });

  it('gives up the shared read only when nobody wants it any more', async () => {
    const { source, signals } = watched();
    const merged = coalescedSource(source);
    const [one, two] = [new AbortController(), new AbortController()];
    const first = merged.read(0, 10, { signal: one.signal });
    const second = merged.read(20, 10, { signal: two.signal });
    one.abort(new Error('one'));
    await expect(first).rejects.toThrow('one');
    expect(await second).toEqual(BYTES.slice(20, 30));
    expect(signals.map((signal) => signal.aborted)).toEqual([false]);
  });

  it('gives the failure of a shared read to all its readers', async () => {
    const failure = new Error('no network');
    const merged = coalescedSource({ name: 'x', sizeBytes: 100, read: () => Promise.reject(failure) });
    const outcomes = await Promise.allSettled([merged.read(0, 10), merged.read(20, 10)]);
    expect(outcomes).toEqual([0, 1].map(() => ({ status: 'rejected', reason: failure })));
  });
});
