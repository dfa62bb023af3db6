import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Digest } from '@lading/manifest';
import { readBody } from '../object-body.js';
import { printable } from '../printable.js';
import { PublishError } from '../publish-error.js';
import type { ObjectBody } from '../publish-target.js';
import { errnoOf } from './folder-error.js';

const CHUNK_BYTES = 256 * 1024;

/** A body that reads a file, a piece at a time and as often as asked. Holds no handle in between. */
export function fileBody(path: string, sizeBytes: number): Exclude<ObjectBody, Uint8Array> {
  return { sizeBytes, open: (start, end) => fileRange(path, start, end) };
}

/** Hashes a body in bounded memory. */
export async function bodyDigest(
  body: Exclude<ObjectBody, Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<Digest> {
  const hash = createHash('sha256');
  for await (const chunk of readBody(body, { start: 0, end: body.sizeBytes, signal })) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}

async function* fileRange(path: string, start: number, end: number): AsyncGenerator<Uint8Array> {
  if (start >= end) return;
  try {
    yield* createReadStream(path, { start, end: end - 1, highWaterMark: CHUNK_BYTES });
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    throw new PublishError('ERR_PUBLISH_SOURCE', `Cannot read "${printable(path)}" (${errno})`, {
      cause: error,
      details: { path: printable(path), errno },
    });
  }
}
