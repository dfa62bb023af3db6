import { MountError } from './mount-error.js';

/** What a {@link RequestDeadline} counts with. */
export interface DeadlineOptions {
  readonly name: string;
  readonly timeoutMs: number;
  readonly minBytesPerSecond: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Gives a request a time by which it must be over: the time-out, and what its bytes take at the least speed. A peer that
 * sends a byte now and then is alive for ever without it. `signal` carries the caller's abort too.
 */
export class RequestDeadline {
  readonly #controller = new AbortController();
  readonly #options: DeadlineOptions;
  readonly #onAbort: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: DeadlineOptions) {
    this.#options = options;
    this.#onAbort = () => this.#controller.abort(options.signal?.reason);
    if (options.signal?.aborted === true) this.#onAbort();
    options.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Starts the clock anew for a body of so many bytes. */
  allow(sizeBytes: number): void {
    const { name, timeoutMs, minBytesPerSecond } = this.#options;
    const ms = Math.min(timeoutMs + (1_000 * sizeBytes) / minBytesPerSecond, MAX_TIMER_MS);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const error = new MountError(
        'ERR_SOURCE_UNREACHABLE',
        `${name}: ${sizeBytes} bytes took over ${Math.ceil(ms)} ms`,
        {
          details: { url: name, sizeBytes, timeoutMs: Math.ceil(ms) },
          retryable: true,
        },
      );
      this.#controller.abort(error);
    }, ms);
  }

  /** Stops the clock; must be called when the request is over. */
  end(): void {
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
  }
}

/** Timers count milliseconds in 31 bits; beyond, they fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;
