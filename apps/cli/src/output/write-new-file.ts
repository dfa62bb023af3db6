import { writeFile } from 'node:fs/promises';
import { CliError, outputFailed } from '../cli-error.js';

/**
 * Writes a file that must not be there yet.
 *
 * @param options.hint - What to do where it is there: nothing is ever overwritten.
 * @throws CliError `ERR_OUTPUT_EXISTS`, `ERR_OUTPUT_FAILED`.
 */
export async function writeNewFile(
  file: string,
  content: string | Uint8Array,
  { hint, mode }: { readonly hint: string; readonly mode?: number | undefined },
): Promise<void> {
  try {
    await writeFile(file, content, { flag: 'wx', ...(mode === undefined ? {} : { mode }) });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw outputFailed(file, error);
    throw new CliError('ERR_OUTPUT_EXISTS', `${file} is there already`, { cause: error, details: { file }, hint });
  }
}
