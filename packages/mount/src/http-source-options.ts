import type { ReadOptions } from './byte-source.js';
import type { RetryOptions } from './retry.js';

/** Options of `httpSource`. */
export interface HttpSourceOptions extends ReadOptions {
  /** The `fetch` to use. Default: the global one. */
  readonly fetch?: typeof fetch | undefined;
  /** Headers of every request. Default none: across origins extra headers cost a preflight. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Size of the object, from a signed document. Default: asked for, with one request of one byte. */
  readonly sizeBytes?: number | undefined;
  /** ETag that every answer must have. Default: that of the first answer. */
  readonly etag?: string | undefined;
  readonly retry?: RetryOptions | undefined;
  /** A request that brings nothing for so long is given up, in milliseconds. Default 30_000. */
  readonly stallTimeoutMs?: number | undefined;
  /** A request must be over after `stallTimeoutMs` and its bytes at this speed. Default 4_096. */
  readonly minBytesPerSecond?: number | undefined;
  /** Where a server ignores ranges its whole answer is kept in memory, up to this size. Default 64 MiB. */
  readonly maxWholeBytes?: number | undefined;
}

/** The defaults of {@link HttpSourceOptions}. */
export const HTTP_SOURCE_DEFAULTS: {
  readonly stallTimeoutMs: number;
  readonly minBytesPerSecond: number;
  readonly maxWholeBytes: number;
} = { stallTimeoutMs: 30_000, minBytesPerSecond: 4_096, maxWholeBytes: 64 * 2 ** 20 };
