import { pointerToken } from '../../scan/json-values.js';
import type { ScannedReference } from '../../scan/scanner.js';
import { isJsonObject, listOf, textOf } from './json-members.js';

/** Tells whether a document is Vite's build manifest: chunks with a file, and at least one that says where it is from. */
export function isViteManifest(document: unknown): boolean {
  if (!isJsonObject(document)) return false;
  const chunks = Object.values(document);
  const isChunk = (chunk: unknown): boolean => textOf(chunk, 'file') !== '';
  return chunks.length > 0 && chunks.every(isChunk) && chunks.some((chunk) => textOf(chunk, 'src') !== '');
}

/**
 * The files of a Vite build, each needed by the manifest: chunks, their style sheets and assets. Dynamic imports are
 * chunks too. Files stand in the folder of the manifest, or in the one above where that is `.vite`.
 *
 * @see https://vite.dev/guide/backend-integration
 */
export function* viteReferences(document: unknown, path: string): Generator<ScannedReference> {
  const base = path.includes('/.vite/') ? '../' : './';
  for (const [name, chunk] of Object.entries(document as Record<string, unknown>)) {
    const at = `/${pointerToken(name)}`;
    yield { to: base + textOf(chunk, 'file'), at: `${at}/file` };
    for (const key of ['css', 'assets']) {
      for (const [index, file] of listOf(chunk, key).entries())
        if (typeof file === 'string') yield { to: base + file, at: `${at}/${key}/${index}` };
    }
  }
}
