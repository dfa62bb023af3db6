import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildLayout, bundleScript, layoutKeys } from '@lading/fixtures';
import { CHECKPOINT_BYTES } from './partial-archive.js';
import type { StoreTaskOptions } from './store-tasks.fixture.js';

const ROOTS = { '/a.txt': ['a', 'shared'], '/b.txt': ['b', 'shared'] };

/** Bytes that no two places of have in common, the same each time. */
function noise(sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  for (let at = 0; at < sizeBytes; at += 32) {
    const part = createHash('sha256').update(String(at)).digest();
    bytes.set(part.subarray(0, sizeBytes - at), at);
  }
  return bytes;
}

/**
 * Writes what `storeTasks` works on: a pinned root and two releases as folders. Archive `a` has a big file, by
 * default longer than a checkpoint of a download; from release 1 to 2 the small files change, the big one stays.
 */
export async function writeStoreContent(work: string, bigBytes: number = CHECKPOINT_BYTES + 200_000): Promise<void> {
  const keys = await layoutKeys();
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  const big = { name: 'big.bin', bytes: noise(bigBytes) };
  for (const sequence of [1, 2]) {
    const archives = {
      a: { members: [{ name: 'a.txt', bytes: text(`a ${sequence}`) }, big] },
      b: { members: [{ name: 'b.txt', bytes: text(`b ${sequence}`) }] },
      shared: { members: [{ name: 'shared.txt', bytes: text(`s ${sequence}`) }] },
    };
    const layout = await buildLayout({ keys, archives, roots: ROOTS, sequence });
    await putFile(join(work, 'root.json'), layout.root);
    for (const [key, bytes] of layout.files) {
      // A bucket holds the archives of both releases; only the channel differs.
      const places = key.startsWith('archives/') ? [1, 2] : [sequence];
      for (const place of places) await putFile(join(work, `content-${place}`, key), bytes);
    }
  }
}

/** Bundles `storeTasks` over this content into a script for child processes. */
export function bundleStoreTasks(work: string, options: StoreTaskOptions = {}): Promise<string> {
  return bundleScript(
    `import { serveTasks } from '@lading/fixtures/tasks';
     import { storeTasks } from './store-tasks.fixture.ts';
     serveTasks(storeTasks(${JSON.stringify(work)}, ${JSON.stringify(options)}));`,
    import.meta.dirname,
  );
}

async function putFile(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}
