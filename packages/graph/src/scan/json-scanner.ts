import { jsonStrings, parseJsonFile } from './json-values.js';
import type { ScannedReference, Scanner } from './scanner.js';

/** Longer strings are no file names. */
const MAX_REFERENCE_LENGTH = 1_024;

const MEDIA = new RegExp(
  `\\.(?:${[
    'png|jpe?g|webp|avif|gif|svg|bmp|tga|hdr|exr|dds|ktx2?|basis|pvr|astc',
    'mp3|ogg|oga|opus|wav|m4a|aac|flac|mp4|m4v|webm|ogv|mov',
    'glb|gltf|bin|obj|mtl|fbx|drc|vrm|usdz|splat|ply',
    'json|xml|csv|txt|atlas|skel|fnt|tmx|tmj|tsx|tsj|yaml|yml',
    'ttf|otf|woff2?|glsl|vert|frag|wgsl|wasm|html?|css|m?js',
  ].join('|')})$`,
  'i',
);

/** Options of {@link jsonScanner}. */
export interface JsonScannerOptions {
  /** Which files it reads, by resource path. Default: `.json`. */
  readonly matches?: ((path: string) => boolean) | undefined;
}

/**
 * Makes a scanner of JSON files that name other files. Any string value that names an existing file, relative to the
 * JSON file or from the top of the folder, is a reference. One that looks like a file name on purpose (`./sky`,
 * `../sky`, or a slash and a known extension: `img/sky.png`) has to be there; other strings are just texts.
 */
export function jsonScanner(options: JsonScannerOptions = {}): Scanner {
  return {
    name: 'json',
    matches: options.matches ?? ((path) => /\.json$/i.test(path)),
    references: (_path, bytes) => jsonReferences(parseJsonFile(bytes)),
  };
}

function* jsonReferences(document: unknown): Generator<ScannedReference> {
  for (const { text, pointer } of jsonStrings(document)) {
    if (!mayBeFileName(text)) continue;
    const or = text.startsWith('/') || text.startsWith('.') ? undefined : [`/${text}`];
    yield { to: text, or, at: pointer, isCertain: looksLikeFileName(text) };
  }
}

function mayBeFileName(text: string): boolean {
  if (text === '' || text.length > MAX_REFERENCE_LENGTH) return false;
  // A colon is in no resource path: this is an URL, or a sentence.
  return !/[\p{Cc}:\\]/u.test(text) && !text.startsWith('//');
}

function looksLikeFileName(text: string): boolean {
  if (/^\.\.?\/[^/]/.test(text)) return true;
  return text.includes('/') && MEDIA.test(text) && !/[\s*?<>|"{}]/.test(text);
}
