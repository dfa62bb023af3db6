import { type FileHandle, open } from 'node:fs/promises';
import { printable, SplitError } from '../split-error.js';
import { contentReadError } from './content-errors.js';

/** One piece of a {@link PiecedFile}. @internal */
export interface FilePiece {
  readonly file: string;
  /** Where the piece begins in the whole. */
  readonly offset: number;
  /** Bytes of the piece; `undefined` for all that the file has. */
  readonly sizeBytes?: number | undefined;
}

/** Random access to a file that lies in one or more pieces. @internal */
export interface PiecedFile {
  readonly sizeBytes: number;
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

interface OpenPiece {
  readonly file: string;
  readonly handle: FileHandle;
  readonly offset: number;
  readonly end: number;
}

/**
 * Opens the pieces of a file and checks their sizes.
 *
 * @param pieces - In order of offset, without gap.
 * @throws SplitError `ERR_CONTENT_CORRUPT` for a piece of another size; `ERR_CONTENT_MISSING` where one is not there.
 * @internal
 */
export async function openPiecedFile(pieces: readonly FilePiece[]): Promise<PiecedFile> {
  const opened: OpenPiece[] = [];
  const close = async (): Promise<void> => {
    for (const { handle } of opened) await handle.close();
  };
  try {
    for (const piece of pieces) opened.push(await openPiece(piece));
  } catch (error) {
    await close();
    throw error;
  }
  const sizeBytes = opened.at(-1)?.end ?? 0;
  return { sizeBytes, read: (offset, length) => readPieces(opened, offset, length), close };
}

async function openPiece({ file, offset, sizeBytes }: FilePiece): Promise<OpenPiece> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    const actual = (await handle.stat()).size;
    if (sizeBytes !== undefined && sizeBytes !== actual) throw wrongSize(file, sizeBytes, actual);
    return { file, handle, offset, end: offset + actual };
  } catch (error) {
    await handle?.close();
    throw contentReadError(file, error);
  }
}

async function readPieces(pieces: readonly OpenPiece[], offset: number, length: number): Promise<Uint8Array> {
  const end = pieces.at(-1)?.end ?? 0;
  // Checked before anything is allocated: offset and length come from an index that may be wrong.
  if (offset + length > end) throw wrongSize(pieces[0]?.file ?? '', offset + length, end);
  const bytes = new Uint8Array(length);
  for (const piece of pieces) {
    const from = Math.max(offset, piece.offset);
    const to = Math.min(offset + length, piece.end);
    for (let at = from; at < to; ) {
      const { bytesRead } = await piece.handle.read(bytes, at - offset, to - at, at - piece.offset);
      if (bytesRead === 0) throw wrongSize(piece.file, piece.end, at);
      at += bytesRead;
    }
  }
  return bytes;
}

function wrongSize(file: string, expected: number, actual: number): SplitError {
  return new SplitError(
    'ERR_CONTENT_CORRUPT',
    `${printable(file)} is cut off: expected ${expected} bytes, got ${actual}`,
    {
      details: { file: printable(file), expected, actual },
    },
  );
}
