import type { ReleaseArchive } from '@lading/manifest';
import type { Progress } from './runtime-types.js';

interface Share {
  readonly root: string;
  readonly archive: ReleaseArchive;
  /** Bytes that were there when the plan was made. */
  readonly base: number;
  received: number;
}

/**
 * Adds up the progress of several downloads: it never goes back and ends at exactly the planned bytes. What a download
 * that starts over brings a second time does not count again.
 */
export class ProgressMeter {
  readonly #onProgress: ((progress: Progress) => void) | undefined;
  readonly #shares = new Map<string, Share>();
  readonly #reused = new Map<string, number>();
  #totalBytes = 0;
  #receivedBytes = 0;

  constructor(onProgress: ((progress: Progress) => void) | undefined) {
    this.#onProgress = onProgress;
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** Of {@link receivedBytes}, those that were not fetched but taken from other archives. */
  get reusedBytes(): number {
    return [...this.#reused.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Notes that so many bytes of an archive were taken from other archives. */
  reuse({ digest }: ReleaseArchive, reusedBytes: number): void {
    this.#reused.set(digest, reusedBytes);
  }

  /** Adds an archive to the plan, `base` bytes of which are there already. */
  plan(archive: ReleaseArchive, root: string, base: number): void {
    const earlier = this.#shares.get(archive.digest);
    if (earlier !== undefined) this.#totalBytes += Math.max(earlier.base - base, 0);
    else this.#totalBytes += archive.sizeBytes - base;
    this.#shares.set(archive.digest, {
      root: earlier?.root ?? root,
      archive,
      base: Math.min(base, earlier?.base ?? base),
      received: earlier?.received ?? 0,
    });
  }

  /** Notes that so many bytes of an archive are there. */
  note(archive: ReleaseArchive, availableBytes: number): void {
    const share = this.#shares.get(archive.digest);
    if (share === undefined) return;
    const received = Math.min(availableBytes, archive.sizeBytes) - share.base;
    if (received <= share.received) return;
    this.#receivedBytes += received - share.received;
    share.received = received;
    const progress = {
      root: share.root,
      receivedBytes: this.#receivedBytes,
      totalBytes: this.#totalBytes,
      archive: archive.name,
    };
    try {
      this.#onProgress?.(progress);
    } catch (error) {
      // A progress bar that fails must not break the download, nor go unnoticed.
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
