import { withRetryAfter } from './http-answer.js';
import type { StallGuard } from './http-body.js';
import { checkedResponse } from './http-response.js';
import { LeastRate } from './least-rate.js';
import type { RetryOptions } from './retry.js';

/** Options of `httpOrigin`. */
export interface HttpOriginOptions {
  /** The `fetch` to use. Default: the global one. */
  readonly fetch?: typeof fetch | undefined;
  /** Headers of every request, for example an authorization. Default none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** A request that brings nothing for so long is given up, in milliseconds. Default 30_000. */
  readonly stallTimeoutMs?: number | undefined;
  /** How reads of ranges are tried again. */
  readonly retry?: RetryOptions | undefined;
  /** A body that brings less than this over `stallTimeoutMs` is given up, in bytes a second. Default 1_024. */
  readonly minBytesPerSecond?: number | undefined;
}

/** How an origin asks. */
export interface OriginRequest extends HttpOriginOptions {
  readonly base: string;
  readonly stallTimeoutMs: number;
  readonly minBytesPerSecond: number;
}

/** The least speed of a body. */
export function rateOf({ stallTimeoutMs, minBytesPerSecond }: OriginRequest, what: string): LeastRate {
  return new LeastRate(what, { windowMs: stallTimeoutMs, bytesPerSecond: minBytesPerSecond });
}

/** Sends one request; what comes back is about the object, or thrown. */
export async function send(
  request: OriginRequest,
  url: string,
  init: RequestInit,
  guard: StallGuard,
): Promise<Response> {
  guard.signal.throwIfAborted();
  const fetcher = request.fetch ?? globalThis.fetch;
  const headers = { ...request.headers, ...(init.headers as Record<string, string> | undefined) };
  const response = await fetcher(url, { ...init, headers, signal: guard.signal });
  guard.alive();
  try {
    return await checkedResponse(response, url);
  } catch (error) {
    throw withRetryAfter(error, response.headers);
  }
}
