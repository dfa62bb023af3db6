import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of shared test data, which may be missing. */
export const CORPUS: string =
  process.env.LADING_CORPUS ?? fileURLToPath(new URL('../../../../../shared/corpus', import.meta.url));

/** Tells whether a part of the test data is there. */
export function hasCorpus(part: string): boolean {
  return existsSync(`${CORPUS}/${part}`);
}
