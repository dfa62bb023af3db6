import { isLadingError } from '@lading/manifest/client';
import { checkedResponse } from './http-response.js';
import { MountError } from './mount-error.js';
import { retryAfterMs } from './retry.js';

/** What an answer is compared with. */
export interface ExpectedAnswer {
  readonly url: string;
  readonly name: string;
  /** ETag of the answers before; `undefined` where there was none yet. */
  readonly etag: string | undefined;
  readonly now?: (() => number) | undefined;
}

/**
 * Gives a 200 or 206 on whose body is the object's own bytes, and throws for every other answer.
 *
 * @throws MountError as `checkedResponse`, with `details.retryAfterMs` where the server says how long to wait;
 * `ERR_SOURCE_MISSING` for 404 and 410, `ERR_SOURCE_CHANGED` for another ETag, `ERR_SOURCE_FAILED` for a
 * `Content-Encoding`, under which ranges count other bytes.
 */
export async function checkAnswer(response: Response, expected: ExpectedAnswer): Promise<void> {
  const { name, etag } = expected;
  const { status, headers } = response;
  const details = { url: name, status };
  try {
    await checkedResponse(response, expected.url);
  } catch (error) {
    throw withRetryAfter(error, headers, expected.now);
  }
  if (status === 404 || status === 410) {
    throw new MountError('ERR_SOURCE_MISSING', `${name}: the server answers ${status}`, { details });
  }
  const encoding = headers.get('content-encoding');
  if (encoding !== null && encoding.trim() !== '' && encoding.trim().toLowerCase() !== 'identity') {
    throw new MountError('ERR_SOURCE_FAILED', `${name}: sent with Content-Encoding ${encoding.slice(0, 40)}`, {
      details: { ...details, encoding: encoding.slice(0, 40) },
      hint: 'Serve archives as they are: no compression on the way, Cache-Control: no-transform.',
    });
  }
  const actual = headers.get('etag');
  if (etag !== undefined && actual !== null && actual !== etag) {
    throw new MountError('ERR_SOURCE_CHANGED', `${name}: another ETag than before: expected ${etag}, got ${actual}`, {
      details: { ...details, expected: etag, actual },
    });
  }
}

/** The parts of a `Content-Range: bytes a-b/total`; `total` is `undefined` where the server does not know it. */
export interface ContentRange {
  readonly from: number;
  readonly to: number;
  readonly total: number | undefined;
}

/** Reads a `Content-Range` header; `undefined` where it is no byte range. */
export function parseContentRange(header: string): ContentRange | undefined {
  const parts = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16}|\*)$/.exec(header.trim());
  if (parts === null) return undefined;
  const [, from, to, total] = parts;
  return { from: Number(from), to: Number(to), total: total === '*' ? undefined : Number(total) };
}

/**
 * Compares the range that a 206 states with the one that was asked for. Across origins a browser hides `Content-Range`
 * unless the bucket exposes it; then the exact length of the body is all there is to check.
 */
export function checkContentRange(
  response: Response,
  name: string,
  asked: { readonly offset: number; readonly length: number; readonly sizeBytes: number },
): void {
  const header = response.headers.get('content-range');
  if (header === null) return;
  const range = parseContentRange(header);
  const { offset, length, sizeBytes } = asked;
  if (range !== undefined && range.from === offset && range.to === offset + length - 1) {
    if (range.total === undefined || range.total === sizeBytes) return;
  }
  const expected = `bytes ${offset}-${offset + length - 1}/${sizeBytes}`;
  const actual = header.slice(0, 100);
  throw new MountError('ERR_SOURCE_CHANGED', `${name}: another range: expected ${expected}, got ${actual}`, {
    details: { url: name, expected, actual },
  });
}

/** An error with `details.retryAfterMs`, where the server says how long to wait before another try. */
export function withRetryAfter(error: unknown, headers: Headers, now?: () => number): unknown {
  const waitMs = retryAfterMs(headers.get('retry-after'), now);
  if (waitMs === 0 || !isLadingError(error) || !error.retryable) return error;
  const { message, details, hint } = error;
  return new MountError('ERR_SOURCE_FAILED', message, {
    cause: error,
    details: { ...details, retryAfterMs: waitMs },
    hint,
    retryable: true,
  });
}
