import { gltfScanner } from '../../scan/gltf-scanner.js';
import type { Scanner } from '../../scan/scanner.js';
import { atlasScanner } from './atlas-scanner.js';
import { cssScanner } from './css-scanner.js';
import { htmlScanner } from './html-scanner.js';
import { jsonManifestScanner } from './json-manifest-scanner.js';
import { tiledScanner } from './tiled-scanner.js';

/**
 * Makes all scanners of this package: glTF, JSON with the manifests of Phaser, PixiJS and Vite, HTML, CSS, Tiled, atlases
 * and bitmap fonts.
 *
 * @example
 * directoryGraph({ dir: 'public', entries: ['/index.html'], scanners: [...webScanners(), myScanner()] });
 */
export function webScanners(): Scanner[] {
  return [gltfScanner(), jsonManifestScanner(), htmlScanner(), cssScanner(), tiledScanner(), atlasScanner()];
}
