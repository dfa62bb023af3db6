import { parseContentRange } from './http-answer.js';
import { bodyChunks, type StallGuard } from './http-body.js';
import { readExactly } from './http-body-reader.js';
import {
  type Answer,
  checkAndPin,
  type HttpObject,
  type Range,
  requestRange,
  type SizedRange,
} from './http-request.js';
import { HTTP_SOURCE_DEFAULTS } from './http-source-options.js';
import { MountError } from './mount-error.js';

/** A 200 to a range request is the whole object: thrown away it would be sent again and again. */
export async function keepWhole(
  object: HttpObject,
  answer: Answer,
  range: SizedRange,
): Promise<Uint8Array<ArrayBuffer>> {
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

/** Serves a range from the whole object, once that is there. */
export async function sliceOfWhole(
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
export async function askSize(object: HttpObject, signal: AbortSignal | undefined): Promise<number> {
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

/** Reads a body whose length nobody stated, up to a cap. */
async function readUpTo(
  response: Response,
  name: string,
  maxBytes: number,
  guard: StallGuard,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let received = 0;
  for await (const chunk of bodyChunks(response)) {
    guard.alive();
    received += chunk.length;
    if (received > maxBytes) throw wholeTooLarge(name, maxBytes);
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(received);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Says that a server without ranges would fill the memory. */
function wholeTooLarge(name: string, maxBytes: number): MountError {
  return new MountError('ERR_SOURCE_TOO_LARGE', `${name}: the server ignores ranges and sends over ${maxBytes} bytes`, {
    details: { url: name, maxBytes },
    hint: 'Serve archives from a server that answers range requests with 206, or download them whole.',
  });
}
