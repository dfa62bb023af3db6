import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Real and hostile data beside the checkout; tests that need it are skipped where it is missing. */
const CORPUS = process.env.LADING_CORPUS ?? fileURLToPath(new URL('../../../../shared/corpus', import.meta.url));

export function corpusPath(path: string): string {
  return join(CORPUS, path);
}

export function hasCorpus(path: string): boolean {
  return existsSync(corpusPath(path));
}

export function readCorpus(path: string): Uint8Array {
  return new Uint8Array(readFileSync(corpusPath(path)));
}
