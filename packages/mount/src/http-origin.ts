import { loadPart } from '@lading/manifest/client';
import type { ContentOrigin, OriginOptions } from './content-origin.js';
import { bodyChunks, ignoreCancelled, StallGuard } from './http-body.js';
import { httpSource } from './http-source.js';
import type { LeastRate } from './least-rate.js';
import { tooLargeError } from './memory-origin.js';
import { MountError } from './mount-error.js';
import { assertOriginKey } from './origin-key.js';
import { type HttpOriginOptions, type OriginRequest, rateOf, send } from './origin-request.js';
import { nameOfUrl } from './source-name.js';

/** Defaults of {@link HttpOriginOptions}. */
export const HTTP_ORIGIN_DEFAULTS: { readonly stallTimeoutMs: number; readonly minBytesPerSecond: number } = {
  stallTimeoutMs: 30_000,
  minBytesPerSecond: 1_024,
};

/**
 * Makes a content origin of a URL prefix: a bucket, a CDN, any static server. Keys are resolved below the prefix and
 * never leave it; a redirect to another origin is refused. Sizes are enforced while bytes arrive, never after.
 *
 * Only 404 and 410 mean "there is none". 401 and 403 are `ERR_SOURCE_FORBIDDEN`, other answers `ERR_SOURCE_FAILED`
 * (retryable for 408, 429 and 5xx), a network that fails or stalls is `ERR_SOURCE_UNREACHABLE` (retryable).
 *
 * @param prefix - With or without the last `/`; `http:` or `https:`.
 * @throws MountError `ERR_RUNTIME_OPTIONS` where the prefix is no such URL.
 * @example
 * const origin = httpOrigin('https://cdn.example.com/my-game/');
 * const channel = await origin.fetch('channels/stable.json', { maxBytes: 16_384 });
 */
export function httpOrigin(prefix: string, options: HttpOriginOptions = {}): ContentOrigin {
  const base = prefixUrl(prefix);
  const stallTimeoutMs = options.stallTimeoutMs ?? HTTP_ORIGIN_DEFAULTS.stallTimeoutMs;
  const resolve = (key: string): string => {
    assertOriginKey(key);
    return base + key;
  };
  const minBytesPerSecond = options.minBytesPerSecond ?? HTTP_ORIGIN_DEFAULTS.minBytesPerSecond;
  const request: OriginRequest = { ...options, base, stallTimeoutMs, minBytesPerSecond };
  return {
    name: nameOfUrl(base),
    fetch: async (key, call) => fetchWhole(request, resolve(key), call),
    open: async (key, { sizeBytes, signal }) => {
      signal?.throwIfAborted();
      const { fetch, headers, retry } = options;
      return httpSource(resolve(key), { fetch, headers, retry, sizeBytes, stallTimeoutMs, minBytesPerSecond });
    },
    async *stream(key, call) {
      const url = resolve(key);
      const { streamRest } = await loadPart(() => import('./http-stream.js'));
      yield* streamRest(request, url, call);
    },
  };
}

function prefixUrl(prefix: string): string {
  const url = URL.canParse(prefix) ? new URL(prefix) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new MountError('ERR_RUNTIME_OPTIONS', `Not a URL prefix: ${nameOfUrl(prefix)}`, {
      details: { prefix: nameOfUrl(prefix) },
      hint: 'A prefix looks like https://cdn.example.com/my-game/, without a query.',
    });
  }
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}

async function fetchWhole(
  request: OriginRequest,
  url: string,
  options: OriginOptions & { readonly maxBytes: number },
): Promise<Uint8Array | undefined> {
  const guard = new StallGuard({ signal: options.signal, stallTimeoutMs: request.stallTimeoutMs });
  try {
    // Channels change under their name: `no-cache` asks the server each time; the HTTP cache itself answers a 304.
    const response = await send(request, url, { cache: 'no-cache' }, guard);
    if (response.status === 404 || response.status === 410) {
      await response.body?.cancel().catch(ignoreCancelled);
      return undefined;
    }
    const what = nameOfUrl(url);
    return await readCapped(response, { maxBytes: options.maxBytes, what, guard, rate: rateOf(request, what) });
  } catch (error) {
    throw guard.translate(error, nameOfUrl(url));
  } finally {
    guard.end();
  }
}

interface CappedRead {
  readonly maxBytes: number;
  readonly what: string;
  readonly guard: StallGuard;
  readonly rate: LeastRate;
}

async function readCapped(response: Response, { maxBytes, what, guard, rate }: CappedRead): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of bodyChunks(response)) {
    guard.alive();
    rate.note(chunk.length);
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) throw tooLargeError(what, maxBytes);
    chunks.push(chunk);
  }
  const whole = new Uint8Array(sizeBytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
