import type { OriginOptions } from './content-origin.js';
import { bodyChunks, StallGuard } from './http-body.js';
import { assertObjectSize, tooLargeError } from './memory-origin.js';
import { MountError } from './mount-error.js';
import { type OriginRequest, rateOf, send } from './origin-request.js';
import { nameOfUrl } from './source-name.js';
import { truncatedError } from './source-range.js';

/** The bytes of an object from an offset to its end, as they arrive. */
export async function* streamRest(
  request: OriginRequest,
  url: string,
  options: OriginOptions & { readonly offset: number; readonly sizeBytes: number },
): AsyncGenerator<Uint8Array> {
  const { offset, sizeBytes } = options;
  if (offset === sizeBytes) return;
  const what = nameOfUrl(url);
  const guard = new StallGuard({ signal: options.signal, stallTimeoutMs: request.stallTimeoutMs });
  let at = offset;
  try {
    const range: HeadersInit = offset > 0 ? { range: `bytes=${offset}-` } : {};
    const response = await send(request, url, { headers: range }, guard);
    let position = streamStart(response, { what, offset, sizeBytes });
    const rate = rateOf(request, what);
    for await (const chunk of bodyChunks(response)) {
      guard.alive();
      rate.note(chunk.length);
      const end = position + chunk.length;
      if (end > sizeBytes) throw tooLargeError(what, sizeBytes);
      // A server without ranges sends all from the start: what is there already is skipped, never appended twice.
      if (end > offset) yield position < offset ? chunk.subarray(offset - position) : chunk;
      position = end;
      at = Math.max(position, offset);
    }
  } catch (error) {
    throw guard.translate(error, what);
  } finally {
    guard.end();
  }
  if (at < sizeBytes) throw cutShort(what, offset, sizeBytes, at);
}

function cutShort(what: string, offset: number, sizeBytes: number, at: number): MountError {
  const { code, message, details } = truncatedError(what, offset, sizeBytes - offset, at - offset);
  return new MountError(code as 'ERR_SOURCE_TRUNCATED', message, { details, retryable: true });
}

/** Where in the object the body of a response starts: 0 for a 200, what `Content-Range` says for a 206. */
function streamStart(
  response: Response,
  request: { readonly what: string; readonly offset: number; readonly sizeBytes: number },
): number {
  const { what, offset, sizeBytes } = request;
  if (response.status === 404 || response.status === 410) {
    throw new MountError('ERR_SOURCE_MISSING', `${what}: the server answers ${response.status}`, {
      details: { url: what, status: response.status },
    });
  }
  if (response.status === 200) {
    assertStatedLength(response, what, sizeBytes);
    return 0;
  }
  const header = response.headers.get('content-range');
  // Across origins a browser shows Content-Range only where the bucket's CORS rules expose it.
  if (header === null) return offset;
  const range = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16}|\*)$/.exec(header);
  if (range !== null && Number(range[1]) === offset && (range[3] === '*' || Number(range[3]) === sizeBytes)) {
    return offset;
  }
  throw new MountError('ERR_SOURCE_CHANGED', `${what}: asked for bytes from ${offset}, got another range`, {
    details: { url: what, expected: `bytes ${offset}-${sizeBytes - 1}/${sizeBytes}`, actual: header.slice(0, 100) },
    retryable: true,
  });
}

/** The whole object must be as long as the release says; under a content encoding the header counts other bytes. */
function assertStatedLength({ headers }: Response, what: string, sizeBytes: number): void {
  const stated = headers.get('content-length');
  if (stated === null || headers.has('content-encoding')) return;
  assertObjectSize(what, sizeBytes, Number(stated));
}
