import { PublishError } from '../publish-error.js';
import { PROBE_BYTES } from './probe-objects.js';

/** What a player's request was answered. */
export interface PublicRead {
  readonly status: number;
  readonly headers: Headers;
  /** At most as many bytes as a probe has, and one. */
  readonly bytes: Uint8Array;
}

/**
 * Asks for an object as a page of another origin does.
 *
 * @throws PublishError `ERR_TARGET_UNREACHABLE`.
 */
export async function readPublic(
  {
    baseUrl,
    origin,
    fetch,
    signal,
  }: {
    readonly baseUrl: string;
    readonly origin: string;
    readonly fetch: typeof globalThis.fetch;
    readonly signal?: AbortSignal | undefined;
  },
  key: string,
  headers: Readonly<Record<string, string>> = {},
  method: 'GET' | 'OPTIONS' | 'PUT' = 'GET',
  body?: string,
): Promise<PublicRead> {
  const url = `${baseUrl}${key.split('/').map(encodeURIComponent).join('/')}`;
  try {
    const answer = await fetch(url, {
      method,
      headers: { origin, ...headers },
      signal: signal ?? null,
      ...(body === undefined ? {} : { body }),
    });
    return { status: answer.status, headers: answer.headers, bytes: await readAtMost(answer, PROBE_BYTES.length + 1) };
  } catch (error) {
    signal?.throwIfAborted();
    throw new PublishError('ERR_TARGET_UNREACHABLE', `Cannot reach ${baseUrl}: ${reasonOf(error)}`, {
      cause: error,
      details: { url: baseUrl },
      hint: 'Check --public-url and the network.',
    });
  }
}

async function readAtMost(answer: Response, maxBytes: number): Promise<Uint8Array> {
  const reader = answer.body?.getReader();
  const bytes = new Uint8Array(maxBytes);
  let length = 0;
  while (reader !== undefined && length < maxBytes) {
    const { done, value } = await reader.read();
    if (done) return bytes.subarray(0, length);
    const part = value.subarray(0, maxBytes - length);
    bytes.set(part, length);
    length += part.length;
  }
  await reader?.cancel();
  return bytes.subarray(0, length);
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const { code } = (typeof cause === 'object' && cause !== null ? cause : {}) as { readonly code?: unknown };
  if (typeof code === 'string') return code;
  return error instanceof Error ? error.message : String(error);
}
