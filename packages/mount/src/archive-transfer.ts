import { isLadingError, type LadingError, loadPart, type ReleaseArchive } from '@lading/manifest/client';
import type { ArchiveShelf } from './archive-shelf.js';
import type { ContentOrigin } from './content-origin.js';
import type { Delta } from './delta-download.js';
import type { DownloadFlight } from './download-flight.js';
import { MountError } from './mount-error.js';
import type { ArchiveWriter, MountStore } from './mount-store.js';
import type { RuntimeEmitter } from './runtime-events.js';
import type { ArchiveCodecs } from './zip/codecs.js';

/** What downloads need. */
export interface TransferOptions {
  readonly store: MountStore;
  /** What the store has; downloads note here what they bring. */
  readonly shelf: ArchiveShelf;
  readonly origin: ContentOrigin | undefined;
  readonly events: RuntimeEmitter;
  /** Tries in a row that bring next to nothing before a download fails. */
  readonly attempts: number;
  /** Pause before the second try, in milliseconds; doubles each time. */
  readonly retryDelayMs: number;
  readonly codecs: ArchiveCodecs;
  /** Archives of an older release: what members of a new archive may be taken from. */
  readonly former: () => readonly ReleaseArchive[];
}

/** What is wrong with the place that bytes go to is no reason to fetch them in another way. */
const STORE_ERRORS = ['ERR_STORE_FULL', 'ERR_STORE_DENIED', 'ERR_STORE_BUSY', 'ERR_STORE_FAILED'] as const;

/** A try that brings less counts as one that brought nothing: bytes that trickle must not keep a download alive for ever. */
const LEAST_PROGRESS_BYTES = 16_384;

/** As long as a server asks for, up to a minute. */
const MAX_WAIT_MS = 60_000;

interface Attempt {
  readonly error: unknown;
  readonly resumedBytes: number;
}

/** Brings one archive from the origin into the store: composed of what is here, resumed, tried again, checked. */
export class ArchiveTransfer {
  readonly #options: TransferOptions;
  readonly #flight: DownloadFlight;
  readonly #signal: AbortSignal;

  /** @param signal - Breaks it off; what is there by then stays for the next time. */
  constructor(options: TransferOptions, flight: DownloadFlight, signal: AbortSignal) {
    this.#options = options;
    this.#flight = flight;
    this.#signal = signal;
  }

  async run(): Promise<void> {
    const { events, origin, attempts, retryDelayMs } = this.#options;
    const flight = this.#flight;
    const { name } = flight.archive;
    let isRestarted = false;
    let refusals = 0;
    let failures = 0;
    for (;;) {
      const before = flight.receivedBytes;
      const { error, resumedBytes } = await this.#attempt();
      if (error === undefined) return;
      this.#signal.throwIfAborted();
      failures = flight.receivedBytes - before >= LEAST_PROGRESS_BYTES ? 1 : failures + 1;
      const isComposed = flight.reusedBytes > 0;
      if (isDropped(error)) flight.reusedBytes = 0;
      if (isLadingError(error, 'ERR_VERIFY_DIGEST') && (resumedBytes > 0 || isComposed) && !isRestarted) {
        // The bytes of the earlier download, or of other archives, may be the wrong ones: once more, all from the origin.
        isRestarted = true;
        flight.mayCompose = false;
      } else if (isWrong(error) && origin?.refuse?.(++refusals) === true) {
        // Another mirror may have the right bytes.
      } else if (!isLadingError(error) || !error.retryable || failures >= attempts) throw error;
      else await pause(waitOf(error, retryDelayMs * 2 ** (failures - 1)), this.#signal);
      events.emit('downloadRetried', { archive: name, attempt: failures + 1, error });
    }
  }

  /** One try. Never throws but for the store: an error is an outcome, with what the try started from. */
  async #attempt(): Promise<Attempt> {
    const signal = this.#signal;
    signal.throwIfAborted();
    const { store, events, shelf } = this.#options;
    const flight = this.#flight;
    const { digest, sizeBytes, name } = flight.archive;
    const writer = await store.archives.openWriter(digest, sizeBytes, { signal });
    const resumedBytes = writer.receivedBytes;
    const startBytes = Math.min(flight.startBytes ?? resumedBytes, resumedBytes);
    flight.startBytes = startBytes;
    try {
      events.emit('downloadStarted', { archive: name, digest, sizeBytes, resumedBytes });
      await this.#transfer(writer);
      await writer.commit();
    } catch (error) {
      await this.#keepOrDrop(writer, error);
      return { error, resumedBytes };
    }
    shelf.keepWhole(digest, sizeBytes);
    flight.reportReused();
    const { reusedBytes } = flight;
    const receivedBytes = sizeBytes - startBytes - reusedBytes;
    events.emit('downloadEnded', { archive: name, digest, receivedBytes, reusedBytes });
    return { error: undefined, resumedBytes };
  }

  async #transfer(writer: ArchiveWriter): Promise<void> {
    const { origin } = this.#options;
    const { archive } = this.#flight;
    const signal = this.#signal;
    if (origin === undefined) throw noOriginError(archive.name);
    this.#flight.report(writer.receivedBytes);
    await this.#compose(origin, writer);
    const request = { offset: writer.receivedBytes, sizeBytes: archive.sizeBytes, signal };
    if (request.offset < request.sizeBytes) await this.#append(origin.stream(archive.key, request), writer);
    signal.throwIfAborted();
  }

  async #append(bytes: AsyncIterable<Uint8Array>, writer: ArchiveWriter): Promise<void> {
    for await (const chunk of bytes) {
      await writer.append(chunk);
      this.#flight.report(writer.receivedBytes);
    }
  }

  /** Takes from other archives what is here already. Where that fails the rest is fetched: the reason is an event. */
  async #compose(origin: ContentOrigin, writer: ArchiveWriter): Promise<void> {
    const flight = this.#flight;
    const { archive } = flight;
    if (!flight.mayCompose || writer.receivedBytes === archive.sizeBytes) return;
    const { store, events, codecs, former, shelf } = this.#options;
    const signal = this.#signal;
    const local = former().filter((one) => shelf.isLocal(one));
    if (local.length === 0) return;
    const start = writer.receivedBytes;
    let delta: Delta | undefined;
    try {
      const { openDelta } = await loadPart(() => import('./delta-download.js')); // Only who has an older release pays for it.
      delta = await openDelta(archive, { origin, archives: store.archives, local, codecs, signal });
      if (delta === undefined) return;
      const { localBytes, remoteBytes, requests } = delta.plan;
      events.emit('deltaStarted', { archive: archive.name, localBytes, remoteBytes, requests });
      await this.#append(delta.stream(start), writer);
    } catch (error) {
      signal.throwIfAborted();
      if (isLadingError(error, ...STORE_ERRORS)) throw error;
      flight.mayCompose = false;
      events.emit('deltaFailed', { archive: archive.name, error });
    } finally {
      flight.reusedBytes += Math.max(0, writer.receivedBytes - start - (delta?.fetchedBytes ?? 0));
      await delta?.close();
    }
  }

  /** Wrong bytes go; a full disk gets its space back; everything else stays for the next try. */
  async #keepOrDrop(writer: ArchiveWriter, error: unknown): Promise<void> {
    const { shelf } = this.#options;
    const { digest } = this.#flight.archive;
    if (isDropped(error)) {
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

function waitOf(error: LadingError, delayMs: number): number {
  return Math.min(Math.max(delayMs, Number(error.details.retryAfterMs ?? 0)), MAX_WAIT_MS);
}

function isWrong(error: unknown): boolean {
  return isLadingError(error, 'ERR_VERIFY_DIGEST', 'ERR_VERIFY_SIZE', 'ERR_SOURCE_TOO_LARGE');
}

/** Whether what is there of an archive has been thrown away. */
function isDropped(error: unknown): boolean {
  return isWrong(error) || isLadingError(error, 'ERR_STORE_FULL');
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
