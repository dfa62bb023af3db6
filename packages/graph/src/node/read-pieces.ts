import { open } from 'node:fs/promises';

/** Bytes of a piece: large enough to make reads cheap, small enough for the processor's cache. */
const PIECE_BYTES = 1 << 18;

/**
 * Reads a file piece by piece into one buffer: a piece is valid until the next one is asked for. That suits
 * `defoldGraph({ graph: readPieces(file) })`, which takes a file of any size in little memory.
 *
 * @throws the file system's own error (`ENOENT`, `EACCES`) when iteration starts.
 */
export async function* readPieces(
  file: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const handle = await open(file, 'r');
  try {
    const buffer = new Uint8Array(PIECE_BYTES);
    for (;;) {
      options.signal?.throwIfAborted();
      const { bytesRead } = await handle.read(buffer, 0, PIECE_BYTES);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}
