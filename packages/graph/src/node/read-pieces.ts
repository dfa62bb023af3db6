import { open } from 'node:fs/promises';

/** Bytes of a piece: so many that waiting for each one does not count. */
const PIECE_BYTES = 1 << 20;

/**
 * Reads a file piece by piece, one piece ahead, into two buffers: a piece is valid until the next one is asked for. That
 * suits `defoldGraph({ graph: readPieces(file) })`, which takes a file of any size in little memory.
 *
 * @throws the file system's own error (`ENOENT`, `EACCES`) when iteration starts.
 */
export async function* readPieces(
  file: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { signal } = options;
  const handle = await open(file, 'r');
  let ahead: Promise<unknown> | undefined;
  try {
    let [buffer, spare] = [new Uint8Array(PIECE_BYTES), new Uint8Array(PIECE_BYTES)];
    let next = handle.read(buffer, 0, PIECE_BYTES);
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await next;
      if (bytesRead === 0) return;
      const piece = buffer.subarray(0, bytesRead);
      [buffer, spare] = [spare, buffer];
      next = handle.read(buffer, 0, PIECE_BYTES);
      // Should the reader leave now, this read is still under way; its failure is then of no interest.
      ahead = next.catch(() => undefined);
      yield piece;
    }
  } finally {
    await ahead;
    await handle.close();
  }
}
