import { type Digest, isLadingError, type LadingError, loadPart, type ReleaseArchive } from '@lading/manifest/client';
import type { ArchiveShelf } from './archive-shelf.js';
import type { ContentOrigin } from './content-origin.js';
import type { Delta } from './delta-download.js';
import { MountError } from './mount-error.js';
import type { ArchiveWriter, MountStore } from './mount-store.js';
import type { RuntimeEmitter } from './runtime-events.js';
import { TaskLimiter } from './serial-queue.js';
import type { ArchiveCodecs } from './zip/codecs.js';

/** What downloads need. */
export interface DownloaderOptions {
  readonly store: MountStore;
  /** What the store has; downloads note here what they bring. */
  readonly shelf: ArchiveShelf;
  readonly origin: ContentOrigin | undefined;
  readonly events: RuntimeEmitter;
  /** Archives at a time. */
  readonly concurrency: number;
  /** Tries in a row that bring next to nothing before a download fails. */
  readonly attempts: number;
  /** Pause before the second try, in milliseconds; doubles each time. */
  readonly retryDelayMs: number;
  readonly codecs: ArchiveCodecs;
  /** Archives of an older release: what members of a new archive may be taken from. */
  readonly former: () => readonly ReleaseArchive[];
}

/** One caller's interest in a download. */
export interface DownloadCall {
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes of the archive that are there: those of earlier downloads, and those taken from other archives, included. */
  readonly onBytes?: ((receivedBytes: number) => void) | undefined;
  /** Called once, when the archive is there, with the bytes of it that were not fetched but taken from other archives. */
  readonly onReused?: ((reusedBytes: number) => void) | undefined;
}

/** What is wrong with the place that bytes go to is no reason to fetch them in another way. */
const STORE_ERRORS = ['ERR_STORE_FULL', 'ERR_STORE_DENIED', 'ERR_STORE_BUSY', 'ERR_STORE_FAILED'] as const;

interface Flight {
  readonly controller: AbortController;
  readonly calls: Set<DownloadCall>;
  receivedBytes: number;
  /** Bytes taken from other archives. */
  reusedBytes: number;
  /** False where composing the archive failed, or came to other bytes. */
  mayCompose: boolean;
  result: Promise<void>;
}

/**
 * Brings archives into the store. One download per archive, however many ask for it; it is broken off when the last of
 * them aborts, and goes on there the next time. What arrives is checked against the archive's digest before anybody
 * sees it.
 */
export class Downloader {
  readonly #options: DownloaderOptions;
  readonly #limiter: TaskLimiter;
  readonly #flights = new Map<Digest, Flight>();
  /** Downloads that were broken off and are still putting their bytes away. */
  readonly #ending = new Map<Digest, Promise<unknown>>();

  constructor(options: DownloaderOptions) {
    this.#options = options;
    this.#limiter = new TaskLimiter(options.concurrency);
  }

  /** Resolves when an archive is in the store, whole and verified. */
  async fetch(archive: ReleaseArchive, call: DownloadCall = {}): Promise<void> {
    call.signal?.throwIfAborted();
    if (this.#options.shelf.isLocal(archive)) return;
    const flight = this.#flights.get(archive.digest) ?? this.#start(archive);
    flight.calls.add(call);
    const leave = (): void => {
      flight.calls.delete(call);
      if (flight.calls.size > 0) return;
      // Nobody wants it any more. Whoever asks from now on starts a flight of his own.
      this.#land(archive.digest, flight);
      this.#ending.set(archive.digest, flight.result.then(settled, settled));
      flight.controller.abort(call.signal?.reason);
    };
    await untilAborted(flight.result, call.signal, leave);
  }

  /** Resolves when every download that was broken off has put its bytes away. */
  async settle(): Promise<void> {
    const flights = Array.from(this.#flights.values(), ({ result }) => result);
    await Promise.allSettled([...flights, ...this.#ending.values()]);
  }

  #start(archive: ReleaseArchive): Flight {
    const { shelf } = this.#options;
    const flight: Flight = {
      controller: new AbortController(),
      calls: new Set(),
      receivedBytes: shelf.partialBytes(archive.digest),
      reusedBytes: 0,
      mayCompose: true,
      result: Promise.resolve(),
    };
    this.#flights.set(archive.digest, flight);
    shelf.arriving.set(archive.digest, flight);
    const former = this.#ending.get(archive.digest);
    const work = async (): Promise<void> => {
      await former;
      this.#ending.delete(archive.digest);
      flight.controller.signal.throwIfAborted();
      await this.#download(archive, flight);
    };
    flight.result = this.#limiter.run(work).finally(() => {
      this.#land(archive.digest, flight);
    });
    return flight;
  }

  #land(digest: Digest, flight: Flight): void {
    if (this.#flights.get(digest) !== flight) return;
    this.#flights.delete(digest);
    this.#options.shelf.arriving.delete(digest);
  }

  async #download(archive: ReleaseArchive, flight: Flight): Promise<void> {
    try {
      await this.#tryUntilDone(archive, flight);
    } catch (error) {
      const isWanted = !flight.controller.signal.aborted; // Broken off on purpose is no failure.
      if (isWanted) this.#options.events.emit('downloadFailed', { archive: archive.name, error });
      throw error;
    }
  }

  async #tryUntilDone(archive: ReleaseArchive, flight: Flight): Promise<void> {
    const { events, attempts, retryDelayMs } = this.#options;
    let isRestarted = false;
    let refusals = 0;
    let failures = 0;
    for (;;) {
      const before = flight.receivedBytes;
      const attempt = await this.#attempt(archive, flight);
      if (attempt.error === undefined) return;
      const { error, resumedBytes } = attempt;
      flight.controller.signal.throwIfAborted();
      failures = flight.receivedBytes - before >= LEAST_PROGRESS_BYTES ? 1 : failures + 1;
      const isComposed = flight.reusedBytes > 0;
      if (isLadingError(error, 'ERR_VERIFY_DIGEST') && (resumedBytes > 0 || isComposed) && !isRestarted) {
        // The bytes of the earlier download, or of other archives, may be the wrong ones: once more, all from the origin.
        isRestarted = true;
        flight.mayCompose = false;
        flight.reusedBytes = 0;
      } else if (isWrong(error) && this.#options.origin?.refuse?.(++refusals) === true) {
        // Another mirror may have the right bytes.
      } else if (!isLadingError(error) || !error.retryable || failures >= attempts) throw error;
      else await pause(waitOf(error, retryDelayMs * 2 ** (failures - 1)), flight.controller.signal);
      events.emit('downloadRetried', { archive: archive.name, attempt: failures + 1, error });
    }
  }

  /** One try. Never throws but for the store: an error is an outcome, with what the try started from. */
  async #attempt(archive: ReleaseArchive, flight: Flight): Promise<{ error: unknown; resumedBytes: number }> {
    flight.controller.signal.throwIfAborted();
    const { store, shelf, events } = this.#options;
    const { signal } = flight.controller;
    const { digest, sizeBytes, name } = archive;
    const writer = await store.archives.openWriter(digest, sizeBytes, { signal });
    const resumedBytes = writer.receivedBytes;
    try {
      events.emit('downloadStarted', { archive: name, digest, sizeBytes, resumedBytes });
      await this.#transfer(archive, writer, flight);
      await writer.commit();
    } catch (error) {
      await this.#keepOrDrop(archive, writer, error);
      return { error, resumedBytes };
    }
    shelf.keepWhole(digest, sizeBytes);
    const { reusedBytes } = flight;
    for (const call of [...flight.calls]) call.onReused?.(reusedBytes);
    const receivedBytes = sizeBytes - resumedBytes - reusedBytes;
    events.emit('downloadEnded', { archive: name, digest, receivedBytes, reusedBytes });
    return { error: undefined, resumedBytes };
  }

  async #transfer(archive: ReleaseArchive, writer: ArchiveWriter, flight: Flight): Promise<void> {
    const { origin } = this.#options;
    if (origin === undefined) throw noOriginError(archive.name);
    const { signal } = flight.controller;
    this.#report(flight, writer.receivedBytes);
    await this.#compose(archive, origin, { writer, flight });
    const request = { offset: writer.receivedBytes, sizeBytes: archive.sizeBytes, signal };
    if (request.offset < request.sizeBytes) await this.#append(origin.stream(archive.key, request), writer, flight);
    signal.throwIfAborted();
  }

  async #append(bytes: AsyncIterable<Uint8Array>, writer: ArchiveWriter, flight: Flight): Promise<void> {
    for await (const chunk of bytes) {
      await writer.append(chunk);
      this.#report(flight, writer.receivedBytes);
    }
  }

  /** Takes from other archives what is here already. Where that fails the rest is fetched: the reason is an event. */
  async #compose(
    archive: ReleaseArchive,
    origin: ContentOrigin,
    { writer, flight }: { readonly writer: ArchiveWriter; readonly flight: Flight },
  ): Promise<void> {
    if (!flight.mayCompose || writer.receivedBytes === archive.sizeBytes) return;
    const { store, shelf, events, codecs } = this.#options;
    const { signal } = flight.controller;
    const local = this.#options.former().filter((known) => shelf.isLocal(known));
    if (local.length === 0) return;
    const start = writer.receivedBytes;
    let delta: Delta | undefined;
    try {
      const { openDelta } = await loadPart(() => import('./delta-download.js')); // Only who has an older release pays for it.
      delta = await openDelta(archive, { origin, archives: store.archives, local, codecs, signal });
      if (delta === undefined) return;
      const { localBytes, remoteBytes, requests } = delta.plan;
      events.emit('deltaStarted', { archive: archive.name, localBytes, remoteBytes, requests });
      await this.#append(delta.stream(start), writer, flight);
    } catch (error) {
      signal.throwIfAborted();
      if (isLadingError(error, ...STORE_ERRORS)) throw error;
      flight.mayCompose = false;
      events.emit('deltaFailed', { archive: archive.name, error });
    } finally {
      flight.reusedBytes = Math.max(0, writer.receivedBytes - start - (delta?.fetchedBytes ?? 0));
      await delta?.close();
    }
  }

  #report(flight: Flight, receivedBytes: number): void {
    flight.receivedBytes = receivedBytes;
    for (const call of [...flight.calls]) call.onBytes?.(receivedBytes);
  }

  /** Wrong bytes go; a full disk gets its space back; everything else stays for the next try. */
  async #keepOrDrop({ digest }: ReleaseArchive, writer: ArchiveWriter, error: unknown): Promise<void> {
    const { shelf } = this.#options;
    if (isWrong(error) || isLadingError(error, 'ERR_STORE_FULL')) {
      shelf.keepPart(digest, 0);
      await writer.discard();
    } else {
      shelf.keepPart(digest, writer.receivedBytes);
      await writer.suspend();
    }
  }
}

function noOriginError(archive: string): MountError {
  return new MountError('ERR_NO_CHANNEL', `Archive ${archive} is not local, and there is no origin to fetch it from`, {
    details: { archive },
    hint: 'Give createRuntime a channel or an origin.',
  });
}

/** A try that brings less counts as one that brought nothing: bytes that trickle must not keep a download alive for ever. */
const LEAST_PROGRESS_BYTES = 16_384;

/** As long as a server asks for, up to a minute. */
const MAX_WAIT_MS = 60_000;

function waitOf(error: LadingError, delayMs: number): number {
  return Math.min(Math.max(delayMs, Number(error.details.retryAfterMs ?? 0)), MAX_WAIT_MS);
}

function isWrong(error: unknown): boolean {
  return isLadingError(error, 'ERR_VERIFY_DIGEST', 'ERR_VERIFY_SIZE', 'ERR_SOURCE_TOO_LARGE');
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

/** Waits; an abort ends it with the signal's reason. */
async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, durationMs);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
  signal.throwIfAborted();
}
