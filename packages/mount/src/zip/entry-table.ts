import { archiveFault } from './archive-fault.js';

/** Bits of {@link EntryTable.kinds}. */
export const KIND_DEFLATED = 1;
export const KIND_FOLDER = 2;
export const KIND_DIGEST = 4;

/** More names than this behind one slot, or with one hash, do not happen by chance: the names were made to collide. */
const MAX_PROBES = 1_024;
const MAX_EQUAL_HASHES = 16;

/** A byte order mark is part of the name: without `ignoreBOM` it would vanish and two names become one. */
const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** A column of sizes: four bytes each where all fit. */
export type SizeColumn = Uint32Array | Float64Array;

/**
 * The entries of an archive in directory order, a column per field: 28 bytes an entry, 8 of the hash table, 32 of its
 * digest, and its name. Nothing is an object until somebody asks for one entry.
 */
export interface EntryTable {
  readonly archive: string;
  readonly count: number;
  /** All names in UTF-8, end to end; name `i` is `[nameStarts[i], nameStarts[i + 1])`. */
  names: Uint8Array;
  readonly nameStarts: Uint32Array;
  readonly localOffsets: SizeColumn;
  readonly storedSizes: SizeColumn;
  readonly sizes: SizeColumn;
  /** Bytes of the entry beside its data: local header, name, extra fields, data descriptor. */
  readonly overheads: Uint32Array;
  readonly crcs: Uint32Array;
  /** DOS time and date as they stand: only ever compared. */
  readonly stamps: Uint32Array;
  readonly flags: Uint16Array;
  readonly kinds: Uint8Array;
  /** 32 bytes an entry, made when the first digest is found. */
  digests: Uint8Array | undefined;
  /** Open addressing, a power of two and at most half full: entry + 1, or 0. */
  readonly slots: Int32Array;
  readonly hashes: Uint32Array;
}

/** Makes an empty table for `count` entries. `isWide`: sizes or offsets may pass 2^32 - 1. */
export function createEntryTable(archive: string, count: number, isWide: boolean): EntryTable {
  const sizes = (): SizeColumn => (isWide ? new Float64Array(count) : new Uint32Array(count));
  return {
    archive,
    count,
    names: new Uint8Array(32 * count),
    nameStarts: new Uint32Array(count + 1),
    localOffsets: sizes(),
    storedSizes: sizes(),
    sizes: sizes(),
    overheads: new Uint32Array(count),
    crcs: new Uint32Array(count),
    stamps: new Uint32Array(count),
    flags: new Uint16Array(count),
    kinds: new Uint8Array(count),
    digests: undefined,
    slots: new Int32Array(2 ** Math.ceil(Math.log2(2 * count + 2))),
    hashes: new Uint32Array(count),
  };
}

/** Makes room for a name behind the names that are there. */
export function reserveName(table: EntryTable, start: number, length: number): void {
  if (start + length <= table.names.length) return;
  const grown = new Uint8Array(Math.max(start + length, Math.ceil(1.5 * table.names.length)));
  grown.set(table.names.subarray(0, start));
  table.names = grown;
}

/** One step of the hash (FNV-1a); a name's prefixes are hashed on the way to its end. */
export function hashStep(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, 0x01000193);
}

/** Where {@link hashStep} starts. */
export const HASH_START: number = 0x811c9dc5 | 0;

/** Spreads a hash over all bits (MurmurHash3's end), so that its lower bits can number a slot. */
export function spreadHash(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * Finds the entry whose name, without a folder's last slash, is `bytes[from, to)`; -1 where there is none.
 * `hash` is that of {@link spreadHash}.
 */
export function findEntry(table: EntryTable, bytes: Uint8Array, from: number, to: number, hash: number): number {
  const { slots, hashes } = table;
  const mask = slots.length - 1;
  for (let slot = hash & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
    const entry = slots[slot]! - 1;
    if (hashes[entry] === hash && hasKey(table, entry, bytes, from, to)) return entry;
  }
  return -1;
}

/** Puts entry `entry`, whose name is in the table, under its hash. A name that is there already is refused. */
export function insertEntry(table: EntryTable, entry: number, keyLength: number, hash: number): void {
  const { slots, hashes, names, nameStarts } = table;
  const mask = slots.length - 1;
  const from = nameStarts[entry]!;
  let slot = hash & mask;
  let equalHashes = 0;
  for (let probes = 0; slots[slot] !== 0; slot = (slot + 1) & mask, probes++) {
    const other = slots[slot]! - 1;
    if (hashes[other] === hash) {
      if (hasKey(table, other, names, from, from + keyLength)) throw nameTwice(table, entry);
      equalHashes++;
    }
    if (probes < MAX_PROBES && equalHashes < MAX_EQUAL_HASHES) continue;
    throw archiveFault('ERR_ARCHIVE_LIMIT', table.archive, 'the names are made to collide in a hash table');
  }
  slots[slot] = entry + 1;
  hashes[entry] = hash;
}

/** The name of an entry as it stands in the archive. */
export function nameOfEntry(table: EntryTable, entry: number): string {
  return UTF8.decode(table.names.subarray(table.nameStarts[entry], table.nameStarts[entry + 1]));
}

/** Tells whether an entry is a folder: its name ends in `/`. */
export function isFolder(table: EntryTable, entry: number): boolean {
  return (table.kinds[entry]! & KIND_FOLDER) !== 0;
}

function hasKey(table: EntryTable, entry: number, bytes: Uint8Array, from: number, to: number): boolean {
  const start = table.nameStarts[entry]!;
  const end = table.nameStarts[entry + 1]! - (isFolder(table, entry) ? 1 : 0);
  if (end - start !== to - from) return false;
  for (let i = start, j = from; i < end; i++, j++) if (table.names[i] !== bytes[j]) return false;
  return true;
}

function nameTwice(table: EntryTable, entry: number): Error {
  return archiveFault('ERR_ARCHIVE_NAME', table.archive, 'the name is there twice', {
    entry: nameOfEntry(table, entry),
  });
}
