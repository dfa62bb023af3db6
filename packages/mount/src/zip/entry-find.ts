import { type EntryTable, findEntry, HASH_START, hashStep, isFolder, spreadHash } from './entry-table.js';

/** No name in an archive is longer: the field that holds its length has 16 bits. */
const MAX_NAME_BYTES = 0xffff;
const SLASH = 47;

/** Holds the name being looked up; look-ups are synchronous, so one will do. */
const scratch = new Uint8Array(MAX_NAME_BYTES);
const encoder = new TextEncoder();

/** Finds the entry with exactly this name, or -1. A folder is found with its last `/`, a file without. */
export function findName(table: EntryTable, name: string): number {
  const length = encodeName(name);
  if (length <= 0) return -1;
  const wantsFolder = scratch[length - 1] === SLASH;
  const keyLength = wantsFolder ? length - 1 : length;
  let hash = HASH_START;
  for (let i = 0; i < keyLength; i++) hash = hashStep(hash, scratch[i]!);
  const entry = findEntry(table, scratch, 0, keyLength, spreadHash(hash));
  return entry !== -1 && isFolder(table, entry) === wantsFolder ? entry : -1;
}

/** Writes a name as UTF-8 into the scratch bytes; -1 where it has none or is too long. */
function encodeName(name: string): number {
  if (name.length > MAX_NAME_BYTES) return -1;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code >= 128) return encodeWide(name);
    scratch[i] = code;
  }
  return name.length;
}

function encodeWide(name: string): number {
  // The encoder would turn a lone surrogate into U+FFFD, which is another name.
  if (/\p{Surrogate}/u.test(name)) return -1;
  const { read, written } = encoder.encodeInto(name, scratch);
  return read === name.length ? written : -1;
}
