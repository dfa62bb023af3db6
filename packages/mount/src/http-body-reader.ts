import { bodyChunks, type StallGuard } from './http-body.js';
import { MountError } from './mount-error.js';

/** The body that is expected: where it stands in the object, and how long it is. */
export interface ExpectedBody {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
}

/**
 * Reads a body of exactly so many bytes; one that goes on is given up at the first byte too many.
 *
 * @throws MountError `ERR_SOURCE_TRUNCATED` (retryable) for a shorter body, `ERR_SOURCE_CHANGED` for a longer one.
 */
export async function readExactly(
  response: Response,
  expected: ExpectedBody,
  guard: StallGuard,
): Promise<Uint8Array<ArrayBuffer>> {
  const { name, offset, length } = expected;
  const bytes = new Uint8Array(length);
  let received = 0;
  for await (const chunk of bodyChunks(response)) {
    guard.alive();
    if (received + chunk.length > length) {
      throw new MountError('ERR_SOURCE_CHANGED', `${name}: sends more than the ${length} bytes at ${offset}`, {
        details: { url: name, offset, expected: length },
      });
    }
    bytes.set(chunk, received);
    received += chunk.length;
  }
  if (received === length) return bytes;
  throw new MountError(
    'ERR_SOURCE_TRUNCATED',
    `${name}: the answer ends early: expected ${length} bytes at ${offset}, got ${received}`,
    { details: { url: name, offset, expected: length, actual: received }, retryable: true },
  );
}
