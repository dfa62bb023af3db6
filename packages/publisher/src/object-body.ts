import { PublishError } from './publish-error.js';
import type { ObjectBody } from './publish-target.js';

/** How many bytes a body has. */
export function bodySizeBytes(body: ObjectBody): number {
  return body instanceof Uint8Array ? body.length : body.sizeBytes;
}

/**
 * Reads the bytes `[start, end)` of a body. Checks that exactly that many come and stops at the first chunk after an abort.
 *
 * @throws PublishError `ERR_PUBLISH_SOURCE` where the body gives more or fewer bytes than it promised.
 */
export async function* readBody(
  body: ObjectBody,
  options: { readonly start: number; readonly end: number; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<Uint8Array> {
  const { start, end, signal } = options;
  signal?.throwIfAborted();
  if (body instanceof Uint8Array) {
    yield body.subarray(start, end);
    return;
  }
  let seen = 0;
  for await (const chunk of body.open(start, end)) {
    signal?.throwIfAborted();
    seen += chunk.length;
    if (seen > end - start) break;
    yield chunk;
  }
  if (seen !== end - start) throw wrongLength(end - start, seen);
}

/** Reads the bytes `[start, end)` of a body into one buffer; see {@link readBody}. */
export async function collectBody(
  body: ObjectBody,
  options: { readonly start: number; readonly end: number; readonly signal?: AbortSignal | undefined },
): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body.subarray(options.start, options.end);
  const bytes = new Uint8Array(options.end - options.start);
  let offset = 0;
  for await (const chunk of readBody(body, options)) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

function wrongLength(expected: number, actual: number): PublishError {
  const got = actual > expected ? 'more' : `${actual}`;
  return new PublishError(
    'ERR_PUBLISH_SOURCE',
    `Body gave the wrong number of bytes: expected ${expected}, got ${got}`,
    {
      details: { expected, actual },
      hint: 'The file changed while it was read. Run the command again when nothing writes to it.',
    },
  );
}
