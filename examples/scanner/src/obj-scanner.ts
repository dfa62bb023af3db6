import type { ScannedReference, Scanner } from '@lading/graph';

/** Statements that name files: a model its materials, a material its textures. The name is what stands last. */
const NAMES_FILE = /^(?:mtllib|map_\w+|bump|disp|decal|refl|norm)$/i;

/** Finds the materials of Wavefront models (`.obj`) and the textures of materials (`.mtl`). */
export function objScanner(): Scanner {
  return {
    name: 'wavefront',
    matches: (path) => /\.(?:obj|mtl)$/i.test(path),
    references: (_path, bytes) => references(new TextDecoder().decode(bytes)),
  };
}

function* references(text: string): Generator<ScannedReference> {
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [statement = '', ...words] = line.trim().split(/\s+/);
    const to = words.at(-1);
    if (NAMES_FILE.test(statement) && to !== undefined) yield { to: to.replaceAll('\\', '/'), at: `${index + 1}` };
  }
}
