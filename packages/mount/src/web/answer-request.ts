import { isLadingError } from '@lading/manifest/client';
import { parseByteRange } from './byte-range.js';
import type { ServedContent } from './served-content.js';

/** A request for a resource that a mount has. */
export interface MountedRequest {
  readonly path: string;
  /** `GET` or `HEAD`. */
  readonly method: string;
  readonly range?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a server would answer. */
export interface MountedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer> | undefined;
}

/**
 * Answers for a resource as a server does: its media type, its digest as strong ETag, ranges (media elements ask for them, and Safari
 * takes nothing else). Bytes are verified before the first of them leaves. A resource that a mount has and cannot give is a 502 with the
 * error's code; it never comes from elsewhere instead.
 */
export async function answerRequest(content: ServedContent, request: MountedRequest): Promise<MountedAnswer> {
  const { path, signal } = request;
  try {
    const response = await content.runtime.response(path, { signal });
    return ranged(new Uint8Array(await response.arrayBuffer()), response.headers, request);
  } catch (error) {
    signal?.throwIfAborted();
    content.onError(error, path);
    return failed(error);
  }
}

function ranged(bytes: Uint8Array<ArrayBuffer>, from: Headers, { method, range }: MountedRequest): MountedAnswer {
  const headers = new Headers(from);
  headers.set('accept-ranges', 'bytes');
  headers.set('cache-control', 'no-store'); // The store is the cache; a second copy would outlive the mount.
  headers.set('cross-origin-resource-policy', 'same-origin');
  const part = parseByteRange(range, bytes.length);
  if (part === 'unsatisfiable') {
    headers.set('content-range', `bytes */${bytes.length}`);
    headers.set('content-length', '0');
    return { status: 416, headers, body: undefined };
  }
  const body = part === undefined ? bytes : bytes.slice(part.start, part.end + 1);
  headers.set('content-length', String(body.length));
  if (part !== undefined) headers.set('content-range', `bytes ${part.start}-${part.end}/${bytes.length}`);
  return { status: part === undefined ? 200 : 206, headers, body: method === 'HEAD' ? undefined : body };
}

function failed(error: unknown): MountedAnswer {
  const code = isLadingError(error) ? error.code : 'Error';
  const message = error instanceof Error ? error.message : String(error);
  const body = new TextEncoder().encode(`${code}: ${message}`);
  return {
    status: 502,
    headers: new Headers({ 'content-type': 'text/plain; charset=utf-8', 'x-lading-error': code }),
    body,
  };
}
