import { loadPart } from '@lading/manifest/client';
import type { ReadOptions } from './byte-source.js';
import { type MountTable, winnerOf } from './mount-table.js';
import { readFrom } from './runtime-views.js';

/** Reads a path in the current generation, whose archives stay open until the read is over. */
export async function readPinned(
  table: MountTable,
  path: string,
  options: ReadOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  options.signal?.throwIfAborted();
  const generation = table.pin();
  try {
    return await readFrom(generation, path, options);
  } finally {
    await table.unpin(generation);
  }
}

/** {@link readPinned} as a response: content type, length, and the digest as ETag. */
export async function respondPinned(table: MountTable, path: string, options: ReadOptions): Promise<Response> {
  options.signal?.throwIfAborted();
  const generation = table.pin();
  try {
    const digest = winnerOf(generation, path)?.entry.digest;
    const bytes = await readFrom(generation, path, options);
    const headers = new Headers({ 'content-type': await mediaTypeOf(path), 'content-length': String(bytes.length) });
    if (digest !== undefined) headers.set('etag', `"${digest}"`);
    return new Response(bytes, { status: 200, headers });
  } finally {
    await table.unpin(generation);
  }
}

/** {@link contentTypeOf} of a path; its table comes with the first resource that somebody else than the app's own code gets. */
export async function mediaTypeOf(path: string): Promise<string> {
  const { contentTypeOf } = await loadPart(() => import('./content-type.js'));
  return contentTypeOf(path);
}
