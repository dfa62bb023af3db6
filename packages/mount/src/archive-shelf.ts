import type { Digest, ReleaseArchive } from '@lading/manifest';
import type { ArchiveStore } from './mount-store.js';

/** What the store has of archives: whole ones, parts of others, and what is on its way there. */
export class ArchiveShelf {
  readonly #archives: ArchiveStore;
  readonly #whole = new Map<Digest, number>();
  readonly #partial = new Map<Digest, number>();
  /** Downloads that run. */
  readonly arriving: Map<Digest, { readonly receivedBytes: number }> = new Map();

  constructor(archives: ArchiveStore) {
    this.#archives = archives;
  }

  /** Reads what the store holds. */
  async load(signal: AbortSignal | undefined): Promise<void> {
    for (const { digest, sizeBytes } of await this.#archives.list({ signal })) this.#whole.set(digest, sizeBytes);
    for (const { digest, receivedBytes } of (await this.#archives.partials?.({ signal })) ?? []) {
      this.#partial.set(digest, receivedBytes);
    }
  }

  /** Tells whether every byte of an archive is in the store. */
  isLocal({ digest, sizeBytes }: ReleaseArchive): boolean {
    return this.#whole.get(digest) === sizeBytes;
  }

  /** Bytes of an archive that are in the store or on their way there. */
  receivedBytes(archive: ReleaseArchive): number {
    if (this.isLocal(archive)) return archive.sizeBytes;
    const received = this.arriving.get(archive.digest)?.receivedBytes ?? this.partialBytes(archive.digest);
    return Math.min(received, archive.sizeBytes);
  }

  /** Bytes that a download which was broken off has left. */
  partialBytes(digest: Digest): number {
    return this.#partial.get(digest) ?? 0;
  }

  /** Notes that a download was broken off: so many bytes are kept for the next one. 0: none. */
  keepPart(digest: Digest, receivedBytes: number): void {
    if (receivedBytes > 0) this.#partial.set(digest, receivedBytes);
    else this.#partial.delete(digest);
  }

  /** Notes that an archive is there, whole and verified. */
  keepWhole(digest: Digest, sizeBytes: number): void {
    this.#partial.delete(digest);
    this.#whole.set(digest, sizeBytes);
  }

  /** Says that the store does not have an archive after all, or not its right bytes. */
  async forget({ digest }: ReleaseArchive): Promise<void> {
    this.#whole.delete(digest);
    await this.#archives.remove(digest);
  }
}
