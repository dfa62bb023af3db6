import { jsonStrings, pointerToken } from '../../scan/json-values.js';
import type { ScannedReference } from '../../scan/scanner.js';
import { isJsonObject, listOf, memberOf, textOf } from './json-members.js';
import { localReference } from './local-reference.js';

/** Keys of a pack's file that hold URLs, alone or in a list. */
const URL_KEY = /^\/(?:url|urls|\w+URL|normalMap)(?:\/|$)/;

/** What Phaser appends to the key of a file that has no URL. */
const EXTENSIONS: ReadonlyMap<string, string> = new Map([
  ['image', 'png'],
  ['json', 'json'],
  ['xml', 'xml'],
  ['text', 'txt'],
  ['css', 'css'],
  ['html', 'html'],
  ['script', 'js'],
]);

/** Tells whether a document is a Phaser asset pack: sections with lists of files that have a type and a key. */
export function isPhaserPack(document: unknown): boolean {
  if (!isJsonObject(document)) return false;
  const files = Object.values(document).flatMap((section) => listOf(section, 'files'));
  return files.length > 0 && files.every((file) => textOf(file, 'type') !== '' && textOf(file, 'key') !== '');
}

/**
 * The files of a Phaser asset pack: `baseURL`, `path` and URL one after the other, from the top of the folder or from the
 * pack.
 *
 * @see https://docs.phaser.io/phaser/concepts/loader, asset packs
 */
export function* phaserReferences(document: unknown): Generator<ScannedReference> {
  for (const [name, section] of Object.entries(document as Record<string, unknown>)) {
    for (const [index, file] of listOf(section, 'files').entries()) {
      const prefix = folderOf(section, 'baseURL') + folderOf(section, 'path');
      for (const { url, pointer } of fileUrls(file)) {
        const to = localReference(url);
        if (to === undefined) continue;
        const at = `/${pointerToken(name)}/files/${index}${pointer}`;
        yield to.startsWith('/') ? { to, at } : { to: `/${prefix}${to}`, or: [prefix + to], at };
      }
    }
  }
}

function* fileUrls(file: unknown): Generator<{ readonly url: string; readonly pointer: string }> {
  let count = 0;
  for (const { text, pointer } of jsonStrings(file)) {
    // Audio may say { "url": …, "type": … } in a list; a type is no URL.
    if (!URL_KEY.test(pointer) || pointer.endsWith('/type')) continue;
    count++;
    yield { url: text, pointer };
  }
  const extension = EXTENSIONS.get(textOf(file, 'type'));
  if (count > 0 || extension === undefined || memberOf(file, 'url') !== undefined) return;
  yield { url: `${textOf(file, 'key')}.${textOf(file, 'extension') || extension}`, pointer: '/key' };
}

function folderOf(section: unknown, key: string): string {
  const text = textOf(section, key).replace(/^\.?\/+/, '');
  return text === '' || text.endsWith('/') ? text : `${text}/`;
}
