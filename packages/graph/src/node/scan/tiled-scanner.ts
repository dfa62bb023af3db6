import { jsonStrings, parseJsonFile } from '../../scan/json-values.js';
import type { ScannedReference, Scanner } from '../../scan/scanner.js';
import { jsonPlaces } from './json-lines.js';
import { localReference } from './local-reference.js';
import { textFile } from './text-file.js';
import { xmlElements } from './xml-elements.js';

/** Attributes of Tiled's XML that name a file, by element. */
const NAMED: ReadonlyMap<string, string> = new Map([
  ['tileset', 'source'],
  ['image', 'source'],
  ['object', 'template'],
]);

/** The same in JSON: last keys of the pointer. */
const JSON_KEY = /\/(?:source|image|template)$/;

/**
 * Makes a scanner of Tiled's maps, tilesets and templates: `.tmx`, `.tsx`, `.tx`, and `.tmj`, `.tsj`, `.tj`. It finds
 * tilesets, images, templates, and (in XML) properties of type `file`.
 *
 * @see https://doc.mapeditor.org/en/stable/reference/tmx-map-format/
 */
export function tiledScanner(): Scanner {
  return {
    name: 'tiled',
    matches: (path) => /\.(?:tmx|tsx|tx|tmj|tsj|tj)$/i.test(path),
    references: (path, bytes) => (/j$/i.test(path) ? jsonReferences(bytes) : xmlReferences(path, bytes)),
  };
}

function* xmlReferences(path: string, bytes: Uint8Array): Generator<ScannedReference> {
  // TypeScript has taken the name .tsx too; a tileset is XML and begins as such.
  if (/\.tsx$/i.test(path) && !/^(?:\ufeff)?\s*</.test(new TextDecoder().decode(bytes.subarray(0, 64)))) return;
  for (const { name, attributes, at } of xmlElements(bytes)) {
    const isFile = name === 'property' && attributes.get('type') === 'file';
    const text = attributes.get(isFile ? 'value' : (NAMED.get(name) ?? ''));
    const to = text === undefined ? undefined : localReference(text);
    if (to !== undefined) yield { to, at };
  }
}

function* jsonReferences(bytes: Uint8Array): Generator<ScannedReference> {
  const document = parseJsonFile(bytes);
  const placeOf = jsonPlaces(textFile(bytes));
  for (const { text, pointer } of jsonStrings(document)) {
    const to = JSON_KEY.test(pointer) ? localReference(text) : undefined;
    if (to !== undefined) yield { to, at: placeOf(pointer) };
  }
}
