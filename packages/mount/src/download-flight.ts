import type { ReleaseArchive } from '@lading/manifest';
import type { DownloadTicket } from './download-queue.js';

/** One caller's interest in a download. */
export interface DownloadCall {
  readonly signal?: AbortSignal | undefined;
  /** The higher one goes first; below 0 in the background. Default 0. */
  readonly priority?: number | undefined;
  /** On whose behalf: several downloads of one caller share what turns there are with those of another. Default: the call itself. */
  readonly caller?: object | undefined;
  /** Called with the bytes of the archive that are there: those of earlier downloads, and those taken from other archives, included. */
  readonly onBytes?: ((receivedBytes: number) => void) | undefined;
  /** Called once, when the archive is there, with the bytes of it that were not fetched but taken from other archives. */
  readonly onReused?: ((reusedBytes: number) => void) | undefined;
}

/** A download of one archive, for everybody who wants it. */
export class DownloadFlight implements DownloadTicket {
  readonly archive: ReleaseArchive;
  readonly calls: Set<DownloadCall> = new Set();
  readonly controller: AbortController = new AbortController();
  /** Bytes that were here when it began; `undefined` before. */
  startBytes: number | undefined;
  receivedBytes: number;
  /** Bytes taken from other archives. */
  reusedBytes = 0;
  /** False where composing the archive failed, or came to other bytes. */
  mayCompose = true;
  result: Promise<void> = Promise.resolve();

  /** @param receivedBytes - What an earlier download has left. */
  constructor(archive: ReleaseArchive, receivedBytes: number) {
    this.archive = archive;
    this.receivedBytes = receivedBytes;
  }

  /** The most urgent call decides. */
  get priority(): number {
    return Math.max(...Array.from(this.calls, ({ priority = 0 }) => priority));
  }

  get callers(): readonly object[] {
    return Array.from(this.calls, (call) => call.caller ?? call);
  }

  /** Says how many bytes are there. */
  report(receivedBytes: number): void {
    this.receivedBytes = receivedBytes;
    for (const call of [...this.calls]) call.onBytes?.(receivedBytes);
  }

  /** Says that the archive is there. */
  reportReused(): void {
    for (const call of [...this.calls]) call.onReused?.(this.reusedBytes);
  }
}
