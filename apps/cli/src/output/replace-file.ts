import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { outputFailed } from '../cli-error.js';

/**
 * Gives a file this content: a reader sees the old one or the new one. Where it has it already it is left alone, so that a
 * compiler that watches it rests.
 *
 * @returns Whether the file was written.
 * @throws CliError `ERR_OUTPUT_FAILED`.
 */
export async function replaceFile(file: string, content: string): Promise<boolean> {
  if ((await presentContent(file)) === content) return false;
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(temporary, content, { flag: 'wx' });
    await rename(temporary, file);
    return true;
  } catch (error) {
    await rm(temporary, { force: true });
    throw outputFailed(file, error);
  }
}

async function presentContent(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw outputFailed(file, error);
  }
}
