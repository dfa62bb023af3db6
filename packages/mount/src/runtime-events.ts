import type { Digest } from '@lading/manifest';
import type { BlockedRelease } from './probation.js';
import type { Mount } from './runtime-types.js';

/** Everything that a runtime reports, by type. */
export interface RuntimeEvents {
  /** A release was adopted as the newest one. */
  readonly release: { readonly digest: Digest; readonly version: string; readonly sequence: number };
  /** The channel has expired: nothing new is adopted, what runs keeps running. */
  readonly stale: { readonly channel: string; readonly expiresAt: string };
  /** The channel could not be read or was refused; what runs keeps running. */
  readonly refreshFailed: { readonly error: unknown };
  readonly mounted: { readonly mount: Mount };
  readonly unmounted: { readonly mount: Mount };
  /** A stored mount was not opened. `isKept`: the network or the disk failed; it is tried again, by `ensure` or at the next start. */
  readonly mountDropped: { readonly name: string; readonly error: unknown; readonly isKept: boolean };
  /** The mount table changed as a whole. */
  readonly generation: { readonly number: number };
  readonly downloadStarted: {
    readonly archive: string;
    readonly digest: Digest;
    readonly sizeBytes: number;
    /** Bytes that an earlier, broken off download had brought. */
    readonly resumedBytes: number;
  };
  /** A download made way for a more urgent one; it goes on later, from the bytes that are here. */
  readonly downloadPaused: { readonly archive: string; readonly receivedBytes: number };
  readonly downloadRetried: { readonly archive: string; readonly attempt: number; readonly error: unknown };
  /** An archive is composed of members that are here and of ranges of the remote one. */
  readonly deltaStarted: {
    readonly archive: string;
    readonly localBytes: number;
    /** Bytes to fetch, the directory left out. */
    readonly remoteBytes: number;
    readonly requests: number;
  };
  /** An archive cannot be composed, or no further; the rest of it is fetched. */
  readonly deltaFailed: { readonly archive: string; readonly error: unknown };
  readonly downloadEnded: {
    readonly archive: string;
    readonly digest: Digest;
    /** Bytes that were fetched by it. */
    readonly receivedBytes: number;
    /** Bytes that were taken from other archives. */
    readonly reusedBytes: number;
  };
  readonly downloadFailed: { readonly archive: string; readonly error: unknown };
  /** The app called `markReady()`: what is mounted is what a later release falls back on. */
  readonly ready: { readonly release: Digest | undefined };
  /** A release on probation was given up: the last good mounts are back, and it is not mounted again. */
  readonly rolledBack: BlockedRelease;
  /** The store could not be changed (read-only, full); the runtime goes on with what it has. */
  readonly storeFailed: { readonly error: unknown };
  /** Stored bytes were broken; they were thrown away and are fetched again. */
  readonly repaired: { readonly archive: string; readonly error: unknown };
}

/** Name of an event of a runtime. */
export type RuntimeEventType = keyof RuntimeEvents;

/** Any event of a runtime, with its type. */
export type RuntimeEvent = {
  [Type in RuntimeEventType]: RuntimeEvents[Type] & { readonly type: Type };
}[RuntimeEventType];

/** Hands events to listeners. A listener that throws does not disturb the runtime: its error surfaces as uncaught. */
export class RuntimeEmitter {
  readonly #listeners = new Map<RuntimeEventType, Set<(event: never) => void>>();
  readonly #onEvent: ((event: RuntimeEvent) => void) | undefined;

  constructor(onEvent: ((event: RuntimeEvent) => void) | undefined) {
    this.#onEvent = onEvent;
  }

  /** Adds a listener; the returned function takes it away again. */
  on<Type extends RuntimeEventType>(type: Type, listener: (event: RuntimeEvents[Type]) => void): () => void {
    const own = (event: RuntimeEvents[Type]): void => listener(event); // The same function may listen twice.
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners.add(own));
    return () => void listeners.delete(own);
  }

  emit<Type extends RuntimeEventType>(type: Type, event: RuntimeEvents[Type]): void {
    for (const listener of [...(this.#listeners.get(type) ?? [])]) {
      notify(() => (listener as (event: RuntimeEvents[Type]) => void)(event));
    }
    notify(() => this.#onEvent?.({ ...event, type } as unknown as RuntimeEvent));
  }
}

function notify(call: () => void): void {
  try {
    call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
