import { MountError } from './mount-error.js';

/** How long one wait for the network may take. */
export interface StallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly stallTimeoutMs: number;
}

/**
 * Runs one network request under a dead-man's switch: where nothing arrives for `stallTimeoutMs` the request is
 * aborted and the error is `ERR_SOURCE_UNREACHABLE`. `alive()` says that something arrived. An abort of the caller's
 * signal rejects with the caller's reason.
 */
export class StallGuard {
  readonly #controller = new AbortController();
  readonly #options: StallOptions;
  readonly #onAbort: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isStalled = false;

  constructor(options: StallOptions) {
    this.#options = options;
    this.#onAbort = () => this.#controller.abort(options.signal?.reason);
    if (options.signal?.aborted === true) this.#onAbort();
    options.signal?.addEventListener('abort', this.#onAbort, { once: true });
    this.alive();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Starts the clock again. */
  alive(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#isStalled = true;
      this.#controller.abort(new Error('stalled'));
    }, this.#options.stallTimeoutMs);
  }

  /** Gives what to throw for an error that came out of `fetch` or of a body. */
  translate(error: unknown, what: string): unknown {
    if (this.#options.signal?.aborted === true) return this.#options.signal.reason;
    if (error instanceof MountError) return error;
    const why = this.#isStalled ? `nothing arrived for ${this.#options.stallTimeoutMs} ms` : 'the request failed';
    return new MountError('ERR_SOURCE_UNREACHABLE', `${what}: ${why}`, {
      cause: error,
      details: { url: what },
      hint: 'Check the connection, the address and (in a browser) the CORS rules of the bucket.',
      retryable: true,
    });
  }

  /** Stops the clock; must be called when the request is over. */
  end(): void {
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
  }
}

/** The chunks of a response body, in order; an empty body gives none. Cancels the body where the reader stops early. */
export async function* bodyChunks(response: Response): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  let isDone = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      isDone = done;
      if (done) return;
      yield value;
    }
  } finally {
    if (!isDone) await reader.cancel().catch(ignoreCancelled);
  }
}

/** A body that is being thrown away may fail once more; the error that matters is on its way already. */
export function ignoreCancelled(): void {}
