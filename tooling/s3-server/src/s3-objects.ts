import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { errorAnswer, etagOf, type S3Answer } from './s3-answer.js';

/** One stored object. */
export interface StoredObject {
  readonly bytes: Uint8Array;
  readonly etag: string;
  readonly modifiedAt: Date;
  readonly headers: Readonly<Record<string, string>>;
}

const CHECKSUM = 'x-amz-checksum-sha256';
const KEPT_HEADERS = ['content-type', 'cache-control', 'content-encoding', 'content-disposition', CHECKSUM] as const;

/** The headers of an upload that S3 keeps with the object. */
export function keptHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const kept: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  for (const name of KEPT_HEADERS) {
    const value = headers[name];
    if (value !== undefined) kept[name] = String(value);
  }
  return kept;
}

/** The error of a write whose condition does not hold, or `undefined`. */
export function conditionError(headers: IncomingHttpHeaders, current: StoredObject | undefined): S3Answer | undefined {
  if (headers['if-none-match'] === '*' && current !== undefined) return errorAnswer(412, 'PreconditionFailed');
  const expected = headers['if-match'];
  if (expected === undefined) return undefined;
  if (current === undefined) return errorAnswer(404, 'NoSuchKey');
  const isSame = expected.replaceAll('"', '') === current.etag.replaceAll('"', '');
  return isSame ? undefined : errorAnswer(412, 'PreconditionFailed');
}

/** The error of a body that does not hash to what a header announces, or `undefined`. */
export function checksumError(headers: IncomingHttpHeaders, body: Buffer): S3Answer | undefined {
  const sha256 = headers['x-amz-checksum-sha256'];
  if (sha256 !== undefined && sha256 !== createHash('sha256').update(body).digest('base64'))
    return errorAnswer(400, 'BadDigest');
  const md5 = headers['content-md5'];
  if (md5 !== undefined && md5 !== createHash('md5').update(body).digest('base64'))
    return errorAnswer(400, 'BadDigest');
  return undefined;
}

/** Makes an object of a body. */
export function storedObject(body: Buffer, headers: IncomingHttpHeaders): StoredObject {
  return { bytes: body, etag: etagOf(body), modifiedAt: new Date(), headers: keptHeaders(headers) };
}

/** Answers GET and HEAD, with one range; with the checksum where it is asked for. */
export function objectAnswer(object: StoredObject, asked: IncomingHttpHeaders): S3Answer {
  const { range } = asked;
  const { [CHECKSUM]: checksum, ...kept } = object.headers;
  const isTold = checksum !== undefined && asked['x-amz-checksum-mode'] === 'ENABLED' && range === undefined;
  const headers = {
    ...kept,
    ...(isTold ? { [CHECKSUM]: checksum } : {}),
    etag: object.etag,
    'last-modified': object.modifiedAt.toUTCString(),
    'accept-ranges': 'bytes',
  };
  const size = object.bytes.length;
  const span = range === undefined ? undefined : spanOf(range, size);
  if (span === undefined) return { status: 200, headers, body: object.bytes };
  if (span.start >= span.end) return errorAnswer(416, 'InvalidRange');
  const contentRange = `bytes ${span.start}-${span.end - 1}/${size}`;
  const body = object.bytes.subarray(span.start, span.end);
  return { status: 206, headers: { ...headers, 'content-range': contentRange }, body };
}

function spanOf(range: string, size: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(range);
  if (match === null || (match[1] === '' && match[2] === '')) return undefined;
  if (match[1] === '') return { start: Math.max(0, size - Number(match[2])), end: size };
  return { start: Number(match[1]), end: match[2] === '' ? size : Math.min(size, Number(match[2]) + 1) };
}
