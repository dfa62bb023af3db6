import { type FileHandle, open, stat } from 'node:fs/promises';
import { CliError } from './cli-error.js';

const CHUNK_BYTES = 64 * 1024;
/** The most that one call to the file system takes. */
const MAX_READ_BYTES = 1024 * 1024 * 1024;
/** The most that a pipe or a device gives: it does not say beforehand how much it has. */
const MAX_STREAM_BYTES = 64 * 1024 * 1024;

/**
 * Reads a whole file that the user named.
 *
 * @throws CliError `ERR_INPUT_MISSING`, `ERR_INPUT_UNREADABLE`, `ERR_INPUT_TOO_LARGE` (checked before anything is read).
 */
export async function readInput(file: string, maxBytes: number): Promise<Uint8Array> {
  try {
    const handle = await open(file, 'r');
    try {
      const facts = await handle.stat();
      if (facts.size > maxBytes) throw tooLarge(file, facts.size, maxBytes);
      const limit = facts.isFile() ? maxBytes : Math.min(maxBytes, MAX_STREAM_BYTES);
      return await readLimited(handle, file, { size: facts.size, maxBytes: limit });
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw inputError(file, error);
  }
}

/** Pipes and devices say that they have 0 bytes, and some never end: what counts is what comes. */
async function readLimited(
  handle: FileHandle,
  file: string,
  { size, maxBytes }: { readonly size: number; readonly maxBytes: number },
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for (;;) {
    const part = new Uint8Array(Math.min(MAX_READ_BYTES, Math.max(CHUNK_BYTES, size - sizeBytes + 1)));
    const { bytesRead } = await handle.read(part, 0, part.length);
    if (bytesRead === 0) return joined(parts, sizeBytes);
    sizeBytes += bytesRead;
    if (sizeBytes > maxBytes) throw tooLarge(file, sizeBytes, maxBytes);
    parts.push(part.subarray(0, bytesRead));
  }
}

function joined(parts: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const whole = new Uint8Array(sizeBytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * Checks that a folder which the user named is one.
 *
 * @throws CliError `ERR_INPUT_MISSING`, `ERR_INPUT_UNREADABLE`.
 */
export async function assertFolder(path: string): Promise<void> {
  const facts = await stat(path).catch((error: unknown) => {
    throw inputError(path, error);
  });
  if (facts.isDirectory()) return;
  throw new CliError('ERR_INPUT_UNREADABLE', `${path} is a file, not a folder`, { details: { file: path } });
}

/** Makes a typed error of what a file system call on a named file threw. */
export function inputError(file: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new CliError('ERR_INPUT_MISSING', `${file} does not exist`, {
      cause: error,
      details: { file },
      hint: 'Check the path; relative paths start at the current folder (or --cwd).',
    });
  }
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) {
    const why = code === 'EISDIR' ? 'is a folder, not a file' : `cannot be read (${code})`;
    return new CliError('ERR_INPUT_UNREADABLE', `${file} ${why}`, { cause: error, details: { file, code } });
  }
  return error;
}

function tooLarge(file: string, sizeBytes: number, maxBytes: number): CliError {
  return new CliError('ERR_INPUT_TOO_LARGE', `${file} has ${sizeBytes} bytes or more; at most ${maxBytes} are read`, {
    details: { file, actual: sizeBytes, expected: maxBytes },
  });
}
