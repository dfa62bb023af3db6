import type { RuntimeEvents } from '@lading/mount/client';
import { type ShownError, shownError } from './diagnostics.js';

/** Where a download stands. */
export type DownloadStage = 'running' | 'paused' | 'done' | 'failed';

/** One archive on its way into the store, or one that came. */
export interface DownloadRow {
  readonly archive: string;
  readonly stage: DownloadStage;
  readonly sizeBytes: number;
  /** Bytes that were here before: of an earlier, broken off download. */
  readonly resumedBytes: number;
  /** Bytes that were taken from archives that are here, instead of being fetched. */
  readonly reusedBytes: number;
  /** Bytes that were fetched, where the download has ended or made way. */
  readonly receivedBytes: number;
  readonly retries: number;
  readonly startedAtMs: number;
  readonly tookMs?: number | undefined;
  readonly error?: ShownError | undefined;
  /** Why it was fetched whole, where a delta was begun and could not be finished. */
  readonly deltaError?: ShownError | undefined;
}

/** What a page's call of `ensure` has brought so far. */
export interface EnsureRow {
  readonly root: string;
  readonly receivedBytes: number;
  readonly totalBytes: number;
  readonly startedAtMs: number;
  readonly atMs: number;
  readonly isRunning: boolean;
  readonly error?: ShownError | undefined;
}

/** Downloads in the order in which they began, newest first. */
export class DownloadLog {
  static readonly MAX_ROWS = 100;
  readonly #rows: DownloadRow[] = [];
  #receivedBytes = 0;
  #reusedBytes = 0;
  readonly #ensures = new Map<string, EnsureRow>();

  get rows(): readonly DownloadRow[] {
    return this.#rows;
  }

  /** Bytes of all archives that came, whether they are still listed or not. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** Bytes of them that were taken from what was here. */
  get reusedBytes(): number {
    return this.#reusedBytes;
  }

  get ensures(): readonly EnsureRow[] {
    return [...this.#ensures.values()].reverse();
  }

  ensureChanged(row: EnsureRow): void {
    this.#ensures.set(row.root, row);
  }

  started({ archive, sizeBytes, resumedBytes }: RuntimeEvents['downloadStarted'], atMs: number): void {
    this.#rows.unshift({
      archive,
      stage: 'running',
      sizeBytes,
      resumedBytes,
      reusedBytes: 0,
      receivedBytes: 0,
      retries: 0,
      startedAtMs: atMs,
    });
    this.#rows.splice(DownloadLog.MAX_ROWS);
  }

  paused({ archive, receivedBytes }: RuntimeEvents['downloadPaused']): void {
    this.#change(archive, () => ({ stage: 'paused', receivedBytes }));
  }

  retried({ archive, error }: RuntimeEvents['downloadRetried']): void {
    this.#change(archive, ({ retries }) => ({ retries: retries + 1, error: shownError(error) }));
  }

  deltaStarted({ archive, localBytes }: RuntimeEvents['deltaStarted']): void {
    this.#change(archive, () => ({ reusedBytes: localBytes }));
  }

  deltaFailed({ archive, error }: RuntimeEvents['deltaFailed']): void {
    this.#change(archive, () => ({ reusedBytes: 0, deltaError: shownError(error) }));
  }

  ended({ archive, receivedBytes, reusedBytes }: RuntimeEvents['downloadEnded'], atMs: number): void {
    this.#receivedBytes += receivedBytes;
    this.#reusedBytes += reusedBytes;
    this.#change(archive, ({ startedAtMs }) => ({
      stage: 'done',
      receivedBytes,
      reusedBytes,
      tookMs: atMs - startedAtMs,
      error: undefined,
    }));
  }

  failed({ archive, error }: RuntimeEvents['downloadFailed'], atMs: number): void {
    this.#change(archive, ({ startedAtMs }) => ({
      stage: 'failed',
      tookMs: atMs - startedAtMs,
      error: shownError(error),
    }));
  }

  #change(archive: string, change: (row: DownloadRow) => Partial<DownloadRow>): void {
    const index = this.#rows.findIndex((row) => row.archive === archive);
    const row = this.#rows[index];
    if (row !== undefined) this.#rows[index] = { ...row, ...change(row) };
  }
}
