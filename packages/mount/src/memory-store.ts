import { type Digest, type JsonValue, loadPart } from '@lading/manifest/client';
import { memorySource } from './memory-source.js';
import type { ArchiveStore, MountStore } from './mount-store.js';

/**
 * Makes a store that lives as long as the process: the reference of the {@link MountStore} contract, and the last
 * resort where nothing durable is to be had (`isDurable` is false).
 *
 * @example
 * const runtime = await createRuntime({ store: memoryStore(), channel: url, keys: pinnedRoot });
 */
export function memoryStore(): MountStore {
  let records: ReadonlyMap<string, JsonValue> = new Map();
  return {
    name: 'memory',
    isDurable: false,
    archives: memoryArchives(),
    record: async (key) => records.get(key),
    async transaction(change, { signal } = {}) {
      signal?.throwIfAborted();
      const draft = new Map(records);
      const result = change({
        get: (key) => draft.get(key),
        set: (key, value) => void draft.set(key, structuredClone(value)),
        delete: (key) => void draft.delete(key),
        keys: () => [...draft.keys()].sort(),
      });
      records = draft;
      return result;
    },
    close: async () => {},
  };
}

function memoryArchives(): ArchiveStore {
  const whole = new Map<Digest, Uint8Array>();
  const partial = new Map<Digest, readonly Uint8Array[]>();
  const usedAtMs = new Map<Digest, number>();
  /** Removals that are asking; an archive that is opened meanwhile is taken out of them. */
  const asking = new Map<Digest, object>();
  return {
    async open(digest) {
      asking.delete(digest);
      const bytes = whole.get(digest);
      return bytes === undefined ? undefined : memorySource(bytes, digest);
    },
    async openWriter(digest, sizeBytes) {
      asking.delete(digest);
      const { memoryWriter } = await loadPart(() => import('./memory-writer.js'));
      return memoryWriter(digest, { sizeBytes, whole, partial });
    },
    list: async () =>
      sorted([...whole].map(([digest, { length }]) => ({ digest, sizeBytes: length, usedAtMs: usedAtMs.get(digest) }))),
    partials: async () =>
      sorted([...partial].map(([digest, chunks]) => ({ digest, receivedBytes: totalBytes(chunks) }))),
    remove: async (digest) => void whole.delete(digest),
    touch: async (digest, at) => void usedAtMs.set(digest, at.getTime()),
    async removeUnless(digest, isNeeded) {
      const own = {};
      asking.set(digest, own);
      const isKept = (await isNeeded()) || asking.get(digest) !== own;
      return !isKept && whole.delete(digest);
    },
    removePartial: async (digest) => partial.delete(digest),
  };
}

/** Bytes of all chunks. */
export function totalBytes(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

function sorted<T extends { readonly digest: Digest }>(items: T[]): T[] {
  return items.sort((a, b) => (a.digest < b.digest ? -1 : 1));
}
