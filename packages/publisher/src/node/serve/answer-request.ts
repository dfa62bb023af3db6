import type { IncomingMessage } from 'node:http';
import { type ByteRange, parseByteRange } from './byte-range.js';
import { CORS_HEADERS, mediaTypeOf, metaOf, PREFLIGHT_HEADERS } from './serve-headers.js';
import type { ServedFile } from './served-file.js';

/** What is answered: headers, and the piece of the file or the text that goes with them. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly range?: ByteRange | undefined;
  readonly text?: string | undefined;
}

/** The parts of a request that decide. */
export type AskedRequest = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

/** Path of a request, percent-encoded, without the query. */
export function pathOf(request: AskedRequest): string {
  return (request.url ?? '/').split('?')[0] ?? '/';
}

/** The answer to a method that needs no file, or `undefined` for GET and HEAD. */
export function methodAnswer({ method }: AskedRequest, cors: boolean): Answer | undefined {
  if (method === 'GET' || method === 'HEAD') return undefined;
  const allow = { allow: 'GET, HEAD, OPTIONS' };
  if (method === 'OPTIONS') return { status: 204, headers: cors ? { ...CORS_HEADERS, ...PREFLIGHT_HEADERS } : allow };
  return textAnswer(405, 'Only GET and HEAD', { ...corsHeaders(cors), ...allow });
}

/** Decides the answer for what was found: pure, the caller sends the bytes. */
export function fileAnswer(request: AskedRequest, found: ServedFile | 'folder' | undefined, cors: boolean): Answer {
  const common = { ...corsHeaders(cors), 'x-content-type-options': 'nosniff', 'cache-control': 'no-cache' };
  const path = pathOf(request);
  if (found === undefined) return textAnswer(404, 'Not found', common);
  // Never `//host`, which a browser would take for another site.
  if (found === 'folder') return textAnswer(308, 'Moved', { ...common, location: `/${path.replace(/^\/+/, '')}/` });
  const { contentType, cacheControl } = path.endsWith('/')
    ? { contentType: mediaTypeOf(found.name), cacheControl: 'no-cache' }
    : metaOf(path);
  const { etag, sizeBytes } = found;
  const headers = { ...common, etag, 'accept-ranges': 'bytes', 'cache-control': cacheControl };
  if (matchesEtag(request.headers['if-none-match'], etag)) return { status: 304, headers };
  const ifRange = request.headers['if-range'];
  const range =
    ifRange === undefined || ifRange === etag ? parseByteRange(request.headers.range, sizeBytes) : undefined;
  if (range === 'unsatisfiable') {
    return textAnswer(416, 'No such bytes', { ...headers, 'content-range': `bytes */${sizeBytes}` });
  }
  const { start, end } = range ?? { start: 0, end: sizeBytes };
  const whole = { ...headers, 'content-type': contentType, 'content-length': String(end - start) };
  if (range === undefined) return { status: 200, headers: whole, range: { start, end } };
  const partial = { ...whole, 'content-range': `bytes ${start}-${end - 1}/${sizeBytes}` };
  return { status: 206, headers: partial, range };
}

/** A short answer in words. */
export function textAnswer(status: number, text: string, headers: Readonly<Record<string, string>>): Answer {
  const body = `${text}\n`;
  const facts = { 'content-type': 'text/plain; charset=utf-8', 'content-length': String(body.length) };
  return { status, headers: { ...headers, ...facts }, text: body };
}

function corsHeaders(cors: boolean): Readonly<Record<string, string>> {
  return cors ? CORS_HEADERS : {};
}

/** If-None-Match compares weakly (RFC 9110, 13.1.2). */
function matchesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((part) => part.trim() === '*' || part.trim().replace(/^W\//, '') === etag);
}
