import { isLadingError } from '@lading/manifest/client';

/** How often and how long a failed transport is tried again. */
export interface RetryOptions {
  /** Tries in all, the first one included. Default 5. */
  readonly attempts?: number | undefined;
  /** Wait before the second try, in milliseconds; each later one is twice as long, with up to half of it at random. Default 250. */
  readonly delayMs?: number | undefined;
  /** Longest wait, also where the server asks for a longer one (`Retry-After`). Default 60_000. */
  readonly maxDelayMs?: number | undefined;
  /** Waits; must reject with the signal's reason on abort. Default: a timer. */
  readonly delay?: ((ms: number, signal: AbortSignal | undefined) => Promise<void>) | undefined;
  /** A number in [0, 1) that spreads the tries of many clients. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Milliseconds since 1970, to read a `Retry-After` that is a date. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** The defaults of {@link RetryOptions}. */
export const RETRY_DEFAULTS: { [Key in keyof RetryOptions]-?: NonNullable<RetryOptions[Key]> } = {
  attempts: 5,
  delayMs: 250,
  maxDelayMs: 60_000,
  delay: waitFor,
  random: Math.random,
  now: Date.now,
};

/**
 * Runs an action again while it fails with a retryable `LadingError`. `details.retryAfterMs` of the error, where it is
 * there, is the least wait. Everything else, and the last try's error, goes to the caller.
 */
export async function withRetries<T>(
  action: () => Promise<T>,
  options: RetryOptions = {},
  signal?: AbortSignal | undefined,
): Promise<T> {
  const attempts = options.attempts ?? RETRY_DEFAULTS.attempts;
  const delay = options.delay ?? RETRY_DEFAULTS.delay;
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await action();
    } catch (error) {
      if (!isLadingError(error) || !error.retryable || attempt >= attempts) throw error;
      await delay(waitMs(attempt, Number(error.details.retryAfterMs ?? 0), options), signal);
    }
  }
}

/** Reads a `Retry-After` header, seconds or a date, as milliseconds from now; 0 where there is none. */
export function retryAfterMs(header: string | null, now: () => number = RETRY_DEFAULTS.now): number {
  if (header === null) return 0;
  const text = header.trim();
  if (/^\d{1,12}$/.test(text)) return 1_000 * Number(text);
  const at = Date.parse(text);
  return Number.isNaN(at) ? 0 : Math.max(0, at - now());
}

function waitMs(attempt: number, leastMs: number, options: RetryOptions): number {
  const base = (options.delayMs ?? RETRY_DEFAULTS.delayMs) * 2 ** (attempt - 1);
  const spread = base / 2 + (options.random ?? RETRY_DEFAULTS.random)() * (base / 2);
  return Math.min(Math.max(spread, leastMs), options.maxDelayMs ?? RETRY_DEFAULTS.maxDelayMs);
}

function waitFor(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
