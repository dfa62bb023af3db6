import { loadPart } from '@lading/manifest/client';
import type { ByteSource } from './byte-source.js';
import { checkContentRange } from './http-answer.js';
import { readExactly } from './http-body-reader.js';
import { checkAndPin, type HttpObject, requestRange, type SizedRange } from './http-request.js';
import type { HttpSourceOptions } from './http-source-options.js';
import { withRetries } from './retry.js';
import { nameOfUrl } from './source-name.js';
import { assertSourceRange } from './source-range.js';

export type { HttpSourceOptions } from './http-source-options.js';

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
  const sizeBytes = options.sizeBytes ?? (await askSize(object));
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

async function readRange(object: HttpObject, range: SizedRange): Promise<Uint8Array<ArrayBuffer>> {
  const { whole } = object;
  if (whole !== undefined) return (await loadWhole()).sliceOfWhole(object, whole, range);
  return requestRange(object, range, async (answer) => {
    await checkAndPin(object, answer.response);
    if (answer.response.status === 200) return (await loadWhole()).keepWhole(object, answer, range);
    checkContentRange(answer.response, object.name, range);
    return readExactly(answer.response, { name: object.name, ...range }, answer.guard);
  });
}

async function askSize(object: HttpObject): Promise<number> {
  const { askSize: ask } = await loadWhole();
  const { retry, signal } = object.options;
  return withRetries(() => ask(object, signal), retry, signal);
}

/** What a client needs whose server ignores ranges, or that does not know how big an object is. */
function loadWhole(): Promise<typeof import('./http-whole.js')> {
  return loadPart(() => import('./http-whole.js'));
}
