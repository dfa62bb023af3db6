import { open } from 'node:fs/promises';
import { CliError } from './cli-error.js';

/**
 * Reads a whole file that the user named.
 *
 * @throws CliError `ERR_INPUT_MISSING`, `ERR_INPUT_UNREADABLE`, `ERR_INPUT_TOO_LARGE` (checked before anything is read).
 */
export async function readInput(file: string, maxBytes: number): Promise<Uint8Array> {
  try {
    const handle = await open(file, 'r');
    try {
      const { size } = await handle.stat();
      if (size > maxBytes) throw tooLarge(file, size, maxBytes);
      return new Uint8Array(await handle.readFile());
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw inputError(file, error);
  }
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
  return new CliError('ERR_INPUT_TOO_LARGE', `${file} has ${sizeBytes} bytes; at most ${maxBytes} are read`, {
    details: { file, actual: sizeBytes, expected: maxBytes },
  });
}
