import type { Digest, ReleaseArchive } from '@lading/manifest';
import { ArchiveTransfer, type TransferOptions } from './archive-transfer.js';
import { type DownloadCall, DownloadFlight } from './download-flight.js';
import { DownloadQueue } from './download-queue.js';

/** What downloads need, and how many run at a time. */
export interface DownloaderOptions extends TransferOptions {
  readonly concurrency: number;
}

/**
 * Brings archives into the store. One download per archive, however many ask for it; it is broken off when the last of
 * them aborts, makes way for more urgent ones, and goes on each time where it stopped. What arrives is checked against the archive's
 * digest before anybody sees it.
 */
export class Downloader {
  readonly #options: DownloaderOptions;
  readonly #queue: DownloadQueue;
  readonly #flights = new Map<Digest, DownloadFlight>();
  /** Downloads that were broken off and are still putting their bytes away. */
  readonly #ending = new Map<Digest, Promise<unknown>>();

  constructor(options: DownloaderOptions) {
    this.#options = options;
    this.#queue = new DownloadQueue(options.concurrency);
  }

  /** Resolves when an archive is in the store, whole and verified. */
  async fetch(archive: ReleaseArchive, call: DownloadCall = {}): Promise<void> {
    call.signal?.throwIfAborted();
    if (this.#options.shelf.isLocal(archive)) return;
    const known = this.#flights.get(archive.digest);
    const flight = known ?? this.#prepare(archive);
    flight.calls.add(call);
    if (known === undefined) flight.result = this.#fly(flight);
    else this.#queue.share(); // It may be more urgent now.
    const leave = (): void => this.#leave(flight, call);
    await untilAborted(flight.result, call.signal, leave);
  }

  /** Resolves when every download that was broken off has put its bytes away. */
  async settle(): Promise<void> {
    const flights = Array.from(this.#flights.values(), ({ result }) => result);
    await Promise.allSettled([...flights, ...this.#ending.values()]);
  }

  #prepare(archive: ReleaseArchive): DownloadFlight {
    const { shelf } = this.#options;
    const flight = new DownloadFlight(archive, shelf.partialBytes(archive.digest));
    this.#flights.set(archive.digest, flight);
    shelf.arriving.set(archive.digest, flight);
    return flight;
  }

  async #fly(flight: DownloadFlight): Promise<void> {
    const { digest } = flight.archive;
    const { signal } = flight.controller;
    try {
      await this.#ending.get(digest);
      this.#ending.delete(digest);
      await this.#queue.run(flight, (turn) => this.#transfer(flight, turn), signal);
    } finally {
      this.#land(flight);
    }
  }

  #land(flight: DownloadFlight): void {
    const { digest } = flight.archive;
    if (this.#flights.get(digest) !== flight) return;
    this.#flights.delete(digest);
    this.#options.shelf.arriving.delete(digest);
  }

  async #transfer(flight: DownloadFlight, turn: AbortSignal): Promise<void> {
    const { events } = this.#options;
    const { archive, controller } = flight;
    try {
      await new ArchiveTransfer(this.#options, flight, AbortSignal.any([controller.signal, turn])).run();
    } catch (error) {
      const { name } = archive;
      const isWanted = !controller.signal.aborted; // Broken off on purpose is no failure.
      if (turn.aborted && isWanted)
        events.emit('downloadPaused', { archive: name, receivedBytes: this.#options.shelf.receivedBytes(archive) });
      else if (isWanted) events.emit('downloadFailed', { archive: name, error });
      throw error;
    }
  }

  #leave(flight: DownloadFlight, call: DownloadCall): void {
    const { digest } = flight.archive;
    flight.calls.delete(call);
    if (flight.calls.size > 0) {
      this.#queue.share(); // It may be less urgent now.
      return;
    }
    // Nobody wants it any more. Whoever asks from now on starts a flight of his own.
    this.#land(flight);
    this.#ending.set(digest, flight.result.then(settled, settled));
    flight.controller.abort(call.signal?.reason);
  }
}

function settled(): void {}

/** Waits for a promise, or until a signal aborts; then `leave` is called and the signal's reason thrown. */
async function untilAborted(result: Promise<void>, signal: AbortSignal | undefined, leave: () => void): Promise<void> {
  if (signal === undefined) return result;
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => {
      leave();
      reject(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    await Promise.race([result, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
