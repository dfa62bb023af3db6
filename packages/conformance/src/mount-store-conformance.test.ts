import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Digest, JsonValue } from '@lading/manifest';
import { type MountStore, memorySource, memoryStore } from '@lading/mount';
import { nodeStore } from '@lading/mount/node';
import { describe, expect, it } from 'vitest';
import { runSuite } from './conformance-suite.js';
import { mountStoreConformance } from './mount-store-conformance.js';

describe('memoryStore', () => {
  runSuite(mountStoreConformance({ create: async () => memoryStore() }), { describe, it });
});

describe('nodeStore', () => {
  const folders = new Map<MountStore, string>();
  const folderOf = (store: MountStore): string => folders.get(store) ?? '';
  const suite = mountStoreConformance({
    async create() {
      const folder = await mkdtemp(join(tmpdir(), 'lading-store-'));
      const store = nodeStore(join(folder, 'new', 'content'));
      folders.set(store, folder);
      return store;
    },
    destroy: (store) => rm(folderOf(store), { recursive: true }),
    reopen: async (store) => nodeStore(join(folderOf(store), 'new', 'content')),
  });
  runSuite(suite, { describe, it });
});

describe('the suite', () => {
  it('catches a store that writes at once what a transaction may still take back', async () => {
    const failed = await failures(() => {
      const store = memoryStore();
      const direct = new Map<string, JsonValue>();
      return {
        ...store,
        record: async (key) => direct.get(key),
        transaction: async (change) =>
          change({
            get: (key) => direct.get(key),
            set: (key, value) => void direct.set(key, value),
            delete: (key) => void direct.delete(key),
            keys: () => [...direct.keys()].sort(),
          }),
      };
    });
    expect(failed).toEqual([
      'a transaction that throws changes nothing',
      'values are kept as they were when they were set',
      'an aborted signal rejects and changes nothing',
    ]);
  });

  it('catches a store that shows archives before they are checked', async () => {
    const failed = await failures(() => {
      const store = memoryStore();
      const shown = new Map<Digest, Uint8Array>();
      const open: MountStore['archives']['open'] = async (digest) => {
        const bytes = shown.get(digest);
        return bytes && memorySource(bytes);
      };
      const openWriter: MountStore['archives']['openWriter'] = async (digest, sizeBytes) => {
        const writer = await store.archives.openWriter(digest, sizeBytes);
        const append = async (bytes: Uint8Array): Promise<void> => {
          shown.set(digest, new Uint8Array([...(shown.get(digest) ?? []), ...bytes]));
          await writer.append(bytes);
        };
        return { ...writer, append, receivedBytes: 0 };
      };
      return { ...store, archives: { ...store.archives, open, openWriter } };
    });
    expect(failed).toContain('an archive is not to be seen before it is committed');
    expect(failed).toContain('other bytes than the digest says are refused, and nothing of them stays');
  });
});

async function failures(create: () => MountStore): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, run } of mountStoreConformance({ create: async () => create() }).cases) {
    await run().catch(() => failed.push(name));
  }
  return failed;
}
