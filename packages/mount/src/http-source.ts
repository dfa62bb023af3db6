import type { ByteSource, ReadOptions } from './byte-source.js';
import { checkAnswer, checkContentRange, parseContentRange } from './http-answer.js';
import { ignoreCancelled, StallGuard } from './http-body.js';
import { readExactly, readUpTo, wholeTooLarge } from './http-body-reader.js';
import { MountError } from './mount-error.js';
import { RequestDeadline } from './request-deadline.js';
import { type RetryOptions, withRetries } from './retry.js';
import { nameOfUrl } from './source-name.js';
import { assertSourceRange } from './source-range.js';

/** Options of {@link httpSource}. */
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

/**
 * Makes a byte source of an object on a web server, read by ranges.
 *
 * Requests are plain `bytes=a-b` ranges, which need no preflight across origins. Every answer is checked: its range, the
 * object's size, a constant ETag, no `Content-Encoding`, the exact number of bytes. A server that ignores ranges sends
 * the whole object: it is kept and serves all later reads. Failed transports, bodies that end early, 408, 425, 429 and
 * 5xx are tried again.
 *
 * @throws MountError (reads, too) `ERR_SOURCE_MISSING` for 404 and 410; `ERR_SOURCE_FORBIDDEN` for 401, 403 and a
 * redirect to another origin; `ERR_SOURCE_CHANGED` for 416, another size, range or ETag; `ERR_SOURCE_TRUNCATED` for a
 * body that ends early; `ERR_SOURCE_UNREACHABLE` for a dead or too slow network; `ERR_SOURCE_TOO_LARGE` for a whole
 * answer over `maxWholeBytes`; `ERR_SOURCE_FAILED` for the rest.
 * @example
 * const source = await httpSource('https://cdn.example.com/archives/level-1.0123456789abcdef.zip', { sizeBytes });
 * const directory = await source.read(offset, length);
 */
export async function httpSource(url: string, options: HttpSourceOptions = {}): Promise<ByteSource> {
  const name = nameOfUrl(url);
  const object: HttpObject = { url, name, options, etag: options.etag, whole: undefined };
  const { retry } = options;
  const sizeBytes =
    options.sizeBytes ?? (await withRetries(() => askSize(object, options.signal), retry, options.signal));
  return {
    name,
    sizeBytes,
    async read(offset, length, { signal } = {}) {
      assertSourceRange({ name, sizeBytes }, offset, length);
      signal?.throwIfAborted();
      if (length === 0) return new Uint8Array();
      return withRetries(() => readRange(object, { offset, length, sizeBytes, signal }), retry, signal);
    },
  };
}

interface HttpObject {
  readonly url: string;
  readonly name: string;
  readonly options: HttpSourceOptions;
  etag: string | undefined;
  /** The whole object, on its way or here, once a server has begun to send it. */
  whole: Promise<Uint8Array<ArrayBuffer>> | undefined;
}

interface Range extends ReadOptions {
  readonly offset: number;
  readonly length: number;
}

interface SizedRange extends Range {
  readonly sizeBytes: number;
}

/** One answer, while it is being read. */
interface Answer {
  readonly response: Response;
  readonly guard: StallGuard;
  readonly deadline: RequestDeadline;
}

async function readRange(object: HttpObject, range: SizedRange): Promise<Uint8Array<ArrayBuffer>> {
  if (object.whole !== undefined) return sliceOfWhole(object, object.whole, range);
  return requestRange(object, range, async (answer) => {
    await checkAndPin(object, answer.response);
    if (answer.response.status === 200) return keepWhole(object, answer, range);
    checkContentRange(answer.response, object.name, range);
    return readExactly(answer.response, { name: object.name, ...range }, answer.guard);
  });
}

/** A 200 to a range request is the whole object: thrown away it would be sent again and again. */
async function keepWhole(object: HttpObject, answer: Answer, range: SizedRange): Promise<Uint8Array<ArrayBuffer>> {
  const { name } = object;
  if (object.whole !== undefined) return sliceOfWhole(object, object.whole, range);
  const maxBytes = object.options.maxWholeBytes ?? HTTP_SOURCE_DEFAULTS.maxWholeBytes;
  if (range.sizeBytes > maxBytes) throw wholeTooLarge(name, maxBytes);
  answer.deadline.allow(range.sizeBytes);
  const whole = readExactly(answer.response, { name, offset: 0, length: range.sizeBytes }, answer.guard);
  object.whole = whole;
  try {
    return (await whole).slice(range.offset, range.offset + range.length);
  } catch (error) {
    object.whole = undefined;
    throw error;
  }
}

async function sliceOfWhole(
  object: HttpObject,
  whole: Promise<Uint8Array<ArrayBuffer>>,
  { offset, length, signal }: Range,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await whole.catch((cause: unknown) => {
    // Another read's download failed, perhaps because that one was aborted: this one may try on its own.
    const message = `${object.name}: the download of the whole object did not end`;
    throw new MountError('ERR_SOURCE_UNREACHABLE', message, { cause, details: { url: object.name }, retryable: true });
  });
  signal?.throwIfAborted();
  return bytes.slice(offset, offset + length);
}

/** Asks for the first byte: the answer states the object's size. A HEAD would be one more kind of request to allow. */
async function askSize(object: HttpObject, signal: AbortSignal | undefined): Promise<number> {
  return requestRange(object, { offset: 0, length: 1, signal }, async ({ response, guard, deadline }) => {
    const header = response.headers.get('content-range');
    if (response.status === 416 && header?.trim() === 'bytes */0') return 0;
    await checkAndPin(object, response);
    if (response.status === 200) {
      const maxBytes = object.options.maxWholeBytes ?? HTTP_SOURCE_DEFAULTS.maxWholeBytes;
      deadline.allow(maxBytes);
      const whole = await readUpTo(response, object.name, maxBytes, guard);
      object.whole = Promise.resolve(whole);
      return whole.length;
    }
    const total = header === null ? undefined : parseContentRange(header)?.total;
    if (total !== undefined) return total;
    throw new MountError('ERR_SOURCE_FAILED', `${object.name}: the server does not say how big the object is`, {
      details: { url: object.name, status: response.status },
      hint: 'Pass sizeBytes, or let the server send (and across origins expose) Content-Range.',
    });
  });
}

async function checkAndPin(object: HttpObject, response: Response): Promise<void> {
  await checkAnswer(response, {
    url: object.url,
    name: object.name,
    etag: object.etag,
    now: object.options.retry?.now,
  });
  object.etag ??= response.headers.get('etag') ?? undefined;
}

/** Sends one range request and lets `use` read its answer; the body is given up where `use` leaves it unread. */
async function requestRange<T>(object: HttpObject, range: Range, use: (answer: Answer) => Promise<T>): Promise<T> {
  const { options, name, url } = object;
  const stallTimeoutMs = options.stallTimeoutMs ?? HTTP_SOURCE_DEFAULTS.stallTimeoutMs;
  const minBytesPerSecond = options.minBytesPerSecond ?? HTTP_SOURCE_DEFAULTS.minBytesPerSecond;
  const deadline = new RequestDeadline({ name, timeoutMs: stallTimeoutMs, minBytesPerSecond, signal: range.signal });
  const guard = new StallGuard({ signal: deadline.signal, stallTimeoutMs });
  let response: Response | undefined;
  try {
    deadline.allow(range.length);
    const headers = { ...options.headers, range: `bytes=${range.offset}-${range.offset + range.length - 1}` };
    response = await (options.fetch ?? globalThis.fetch)(url, { headers, signal: guard.signal });
    guard.alive();
    return await use({ response, guard, deadline });
  } catch (error) {
    throw guard.translate(error, name);
  } finally {
    guard.end();
    deadline.end();
    if (response?.body?.locked === false) await response.body.cancel().catch(ignoreCancelled);
  }
}
