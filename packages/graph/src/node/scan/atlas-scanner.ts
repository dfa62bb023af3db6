import { GraphError } from '../../graph-error.js';
import { jsonStrings, parseJsonFile } from '../../scan/json-values.js';
import type { ScannedReference, Scanner } from '../../scan/scanner.js';
import { jsonPlaces } from './json-lines.js';
import { textFile } from './text-file.js';
import { xmlElements } from './xml-elements.js';

/**
 * Makes a scanner of texture atlases and bitmap fonts: Spine and libGDX `.atlas`, BMFont `.fnt` as text, XML, JSON or
 * binary (version 3). It finds their pages.
 *
 * @see https://esotericsoftware.com/spine-atlas-format and https://www.angelcode.com/products/bmfont/doc/file_format.html
 */
export function atlasScanner(): Scanner {
  return {
    name: 'atlas',
    matches: (path) => /\.(?:atlas|fnt)$/i.test(path),
    references: (path, bytes) => (/\.atlas$/i.test(path) ? atlasPages(textFile(bytes)) : fontPages(bytes)),
  };
}

/** A page begins at the start of the file and after each empty line; its first line is the name of its image. */
function* atlasPages(text: string): Generator<ScannedReference> {
  let isPageNext = true;
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    const name = line.trim();
    if (name !== '' && isPageNext) yield { to: name, at: `${index + 1}:1` };
    isPageNext = name === '';
  }
}

function fontPages(bytes: Uint8Array): Iterable<ScannedReference> {
  if (bytes[0] === 0x42 && bytes[1] === 0x4d && bytes[2] === 0x46) return binaryPages(bytes);
  const start = new TextDecoder().decode(bytes.subarray(0, 64)).trimStart()[0];
  if (start === '<') return xmlPages(bytes);
  return start === '{' ? jsonPages(bytes) : textPages(textFile(bytes));
}

function* xmlPages(bytes: Uint8Array): Generator<ScannedReference> {
  for (const { name, attributes, at } of xmlElements(bytes)) {
    const to = name === 'page' ? attributes.get('file') : undefined;
    if (to !== undefined && to !== '') yield { to, at };
  }
}

function* jsonPages(bytes: Uint8Array): Generator<ScannedReference> {
  const document = parseJsonFile(bytes);
  const placeOf = jsonPlaces(textFile(bytes));
  for (const { text, pointer } of jsonStrings(document))
    if (/^\/pages\/\d+$/.test(pointer)) yield { to: text, at: placeOf(pointer) };
}

/** Lines such as `page id=0 file="font_0.png"`. */
function* textPages(text: string): Generator<ScannedReference> {
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    const match = /^page\s.*\bfile=(?:"([^"]*)"|(\S+))/.exec(line);
    const to = match?.[1] ?? match?.[2];
    if (to !== undefined && to !== '') yield { to, at: `${index + 1}:1` };
  }
}

const PAGES_BLOCK = 3;

/** `BMF`, version (u8), then blocks: type (u8), length (u32), data. Block 3: zero-terminated names. */
function* binaryPages(bytes: Uint8Array): Generator<ScannedReference> {
  if (bytes[3] !== 3) throw new GraphError('ERR_GRAPH_REFERENCE', `has BMFont version ${bytes[3]}; expected 3`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 4; at < bytes.length; ) {
    const end = at + 5 <= bytes.length ? at + 5 + view.getUint32(at + 1, true) : Number.POSITIVE_INFINITY;
    if (end > bytes.length) throw new GraphError('ERR_GRAPH_REFERENCE', `has a block at byte ${at} that is cut short`);
    if (bytes[at] === PAGES_BLOCK) {
      const names = textFile(bytes.subarray(at + 5, end)).split('\0');
      for (const to of names) if (to !== '') yield { to, at: `/pages/${names.indexOf(to)}` };
    }
    at = end;
  }
}
