import { type Digest, digestOf } from '@lading/manifest/client';
import { oversizedError, wrongDigestError } from './archive-error.js';
import { totalBytes } from './memory-store.js';
import type { ArchiveWriter } from './mount-store.js';

/** Where a writer of memory puts its bytes. */
export interface MemoryShelf {
  readonly sizeBytes: number;
  readonly whole: Map<Digest, Uint8Array>;
  readonly partial: Map<Digest, readonly Uint8Array[]>;
}

/** Writes one archive into memory. */
export function memoryWriter(digest: Digest, { sizeBytes, whole, partial }: MemoryShelf): ArchiveWriter {
  const chunks = [...(partial.get(digest) ?? [])];
  partial.delete(digest); // Two writers of one digest never share bytes: the second one starts from nothing.
  let receivedBytes = totalBytes(chunks);
  return {
    get receivedBytes() {
      return receivedBytes;
    },
    async append(bytes) {
      if (receivedBytes + bytes.length > sizeBytes) throw oversizedError(digest, sizeBytes);
      chunks.push(bytes.slice());
      receivedBytes += bytes.length;
    },
    async commit() {
      const bytes = new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer());
      const actual = await digestOf(bytes);
      if (actual !== digest) throw wrongDigestError(digest, actual);
      whole.set(digest, bytes);
    },
    suspend: async () => void partial.set(digest, chunks),
    discard: async () => void chunks.splice(0),
  };
}
