import { readInput } from '../read-input.js';

const MAX_TRACE_BYTES = 64 * 1024 * 1024;

/**
 * Reads a recorded load order: one resource path a line; blank lines and lines that begin with `#` say nothing.
 *
 * @throws CliError `ERR_INPUT_MISSING`, `ERR_INPUT_UNREADABLE`, `ERR_INPUT_TOO_LARGE`.
 */
export async function readLoadOrder(file: string): Promise<readonly string[]> {
  const text = new TextDecoder().decode(await readInput(file, MAX_TRACE_BYTES));
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
