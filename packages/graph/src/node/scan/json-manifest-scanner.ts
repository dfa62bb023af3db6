import { jsonScanner } from '../../scan/json-scanner.js';
import { parseJsonFile } from '../../scan/json-values.js';
import type { ScannedReference, Scanner } from '../../scan/scanner.js';
import { jsonPlaces } from './json-lines.js';
import { isPhaserPack, phaserReferences } from './phaser-pack.js';
import { isPixiManifest, pixiReferences } from './pixi-manifest.js';
import { textFile } from './text-file.js';
import { isViteManifest, viteReferences } from './vite-manifest.js';

/**
 * Makes a scanner of `.json` files that knows the manifests of Phaser (asset packs), PixiJS (AssetPack) and Vite by their
 * shape, and reads all others as `jsonScanner` does. Every reference says its line.
 */
export function jsonManifestScanner(): Scanner {
  const plain = jsonScanner();
  return {
    name: 'json-manifest',
    matches: (path) => plain.matches(path),
    *references(path, bytes) {
      const document = parseJsonFile(bytes);
      const found = manifestReferences(document, path) ?? plain.references(path, bytes);
      let placeOf: ((pointer: string) => string) | undefined;
      for (const reference of found) {
        placeOf ??= jsonPlaces(textFile(bytes));
        yield { ...reference, at: placeOf(reference.at) };
      }
    },
  };
}

function manifestReferences(document: unknown, path: string): Iterable<ScannedReference> | undefined {
  if (isPhaserPack(document)) return phaserReferences(document);
  if (isPixiManifest(document)) return pixiReferences(document);
  return isViteManifest(document) ? viteReferences(document, path) : undefined;
}
