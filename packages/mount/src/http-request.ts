import type { ReadOptions } from './byte-source.js';
import { checkAnswer } from './http-answer.js';
import { ignoreCancelled, StallGuard } from './http-body.js';
import { HTTP_SOURCE_DEFAULTS, type HttpSourceOptions } from './http-source-options.js';
import { RequestDeadline } from './request-deadline.js';

/** An object on a web server, and what its answers have said of it. */
export interface HttpObject {
  readonly url: string;
  readonly name: string;
  readonly options: HttpSourceOptions;
  etag: string | undefined;
  /** The whole object, on its way or here, once a server has begun to send it. */
  whole: Promise<Uint8Array<ArrayBuffer>> | undefined;
}

/** Bytes of an object. */
export interface Range extends ReadOptions {
  readonly offset: number;
  readonly length: number;
}

/** Bytes of an object whose size is known. */
export interface SizedRange extends Range {
  readonly sizeBytes: number;
}

/** One answer, while it is being read. */
export interface Answer {
  readonly response: Response;
  readonly guard: StallGuard;
  readonly deadline: RequestDeadline;
}

/** Checks an answer, and takes its ETag for the one that all later answers must have. */
export async function checkAndPin(object: HttpObject, response: Response): Promise<void> {
  await checkAnswer(response, {
    url: object.url,
    name: object.name,
    etag: object.etag,
    now: object.options.retry?.now,
  });
  object.etag ??= response.headers.get('etag') ?? undefined;
}

/** Sends one range request and lets `use` read its answer; the body is given up where `use` leaves it unread. */
export async function requestRange<T>(
  object: HttpObject,
  range: Range,
  use: (answer: Answer) => Promise<T>,
): Promise<T> {
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
