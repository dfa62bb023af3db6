import type { Runtime } from '@lading/mount/client';
import { type ShownError, shownError } from './diagnostics.js';
import { DownloadLog } from './download-log.js';
import { RequestLog } from './request-log.js';

/** Something that went wrong beside a read or a download: a channel, a mount, the store. */
export interface Incident {
  readonly what: string;
  readonly atMs: number;
  readonly error: ShownError;
}

const MAX_INCIDENTS = 50;

/** Listens to a runtime and keeps what a person wants to see of it afterwards. */
export class RuntimeRecorder {
  readonly requests: RequestLog = new RequestLog();
  readonly downloads: DownloadLog = new DownloadLog();
  readonly #listeners = new Set<() => void>();
  #incidents: readonly Incident[] = [];
  #incidentCount = 0;

  /** @internal */
  constructor(runtime: Runtime) {
    const { downloads } = this;
    const then = <E>(note: (event: E) => void) => {
      return (event: E): void => {
        note(event);
        this.changed();
      };
    };
    runtime.on(
      'downloadStarted',
      then((event) => downloads.started(event, performance.now())),
    );
    runtime.on(
      'downloadPaused',
      then((event) => downloads.paused(event)),
    );
    runtime.on(
      'downloadRetried',
      then((event) => downloads.retried(event)),
    );
    runtime.on(
      'deltaStarted',
      then((event) => downloads.deltaStarted(event)),
    );
    runtime.on(
      'deltaFailed',
      then((event) => downloads.deltaFailed(event)),
    );
    runtime.on(
      'downloadEnded',
      then((event) => downloads.ended(event, performance.now())),
    );
    runtime.on(
      'downloadFailed',
      then((event) => downloads.failed(event, performance.now())),
    );
    runtime.on(
      'refreshFailed',
      then(({ error }) => this.#incident('channel', error)),
    );
    runtime.on(
      'mountDropped',
      then(({ name, error }) => this.#incident(`mount ${name}`, error)),
    );
    runtime.on(
      'storeFailed',
      then(({ error }) => this.#incident('store', error)),
    );
    runtime.on(
      'repaired',
      then(({ archive, error }) => this.#incident(`${archive} in the store`, error)),
    );
    for (const type of ['mounted', 'unmounted', 'generation', 'release', 'stale', 'ready', 'rolledBack'] as const) {
      runtime.on(type, () => this.changed());
    }
  }

  /** The newest first. */
  get incidents(): readonly Incident[] {
    return this.#incidents;
  }

  /** Reads and other things that went wrong since the page was opened. */
  get failures(): number {
    return this.#incidentCount + this.requests.failed;
  }

  /** Calls back after every change; the returned function ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Tells listeners that something is different. @internal */
  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #incident(what: string, error: unknown): void {
    this.#incidentCount += 1;
    const incident = { what, atMs: performance.now(), error: shownError(error) };
    this.#incidents = [incident, ...this.#incidents].slice(0, MAX_INCIDENTS);
  }
}
