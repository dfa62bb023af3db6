import { Hash, webcrypto } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildLayout, layoutKeys } from '@lading/fixtures';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { memoryOrigin } from '../memory-origin.js';
import { createRuntime } from '../runtime.js';
import { nodeCodecs } from './node-codecs.js';
import { nodeStore } from './node-store.js';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Counts what the platform's own hashes are given from now on. */
function countHashedBytes(): () => number {
  const update = vi.spyOn(Hash.prototype, 'update');
  const digest = vi.spyOn(webcrypto.subtle, 'digest');
  return () => {
    const streamed = update.mock.calls.map(([data]) => data.length);
    const whole = digest.mock.calls.map(([, data]) => data.byteLength);
    return [...streamed, ...whole].reduce((sum, bytes) => sum + bytes, 0);
  };
}

describe('verification', () => {
  test('hashes each byte of an archive once, on its way in, and no content at a start', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lading-start-'));
    cleanups.push(() => rm(folder, { recursive: true }));
    const members = Array.from({ length: 100 }, (_, i) => ({ name: `m${i}`, bytes: new Uint8Array(50_000).fill(i) }));
    const layout = await buildLayout({
      keys: await layoutKeys(),
      archives: { big: { members } },
      roots: { '/m0': ['big'] },
    });
    const [archive] = layout.release.archives;
    const contentBytes = archive?.directory.offset ?? 0;
    const beside = 4 * ((archive?.directory.sizeBytes ?? 0) + 4_000); // The directory, and the documents.
    const open = async () => {
      const store = nodeStore(folder);
      const options = { store, origin: memoryOrigin(layout.files), keys: layout.root, codecs: nodeCodecs };
      const runtime = await createRuntime(options);
      cleanups.push(
        () => store.close(),
        () => runtime.close(),
      );
      return runtime;
    };

    const atDownload = countHashedBytes();
    await (await open()).ensure('/m0');
    expect(atDownload()).toBeGreaterThanOrEqual(contentBytes);
    expect(atDownload()).toBeLessThan(contentBytes + beside);

    vi.restoreAllMocks();
    const atStart = countHashedBytes();
    const runtime = await open();
    expect(runtime.mounts()).toHaveLength(1);
    expect(atStart()).toBeLessThan(beside);
    expect((await runtime.read('/m7'))[0]).toBe(7);
    expect(atStart()).toBeLessThan(beside + 51_000);
    console.info(
      `${archive?.sizeBytes} bytes: hashed at a start ${atStart()} bytes, one member of 50,000 read included`,
    );
  });
});
