import { bytesToHex, type Digest } from '@lading/manifest/client';
import type { MountErrorCode } from '../mount-error.js';
import { archiveFault, type FaultPlace } from './archive-fault.js';
import type { ArchiveCodecs } from './codecs.js';
import { type EntryTable, KIND_DEFLATED, KIND_DIGEST, nameOfEntry } from './entry-table.js';
import { checkDescriptor, checkLocalHeader, descriptorLength } from './local-entry.js';

/** The stored bytes of an entry out of its whole span: header, data and descriptor agree with the directory. */
export function storedBytesOf(
  table: EntryTable,
  entry: number,
  span: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const local = checkLocalHeader(table, entry, span);
  const dataEnd = span.length - descriptorLength(table, entry, local);
  checkDescriptor(table, entry, local, span.subarray(dataEnd));
  return span.subarray(local.dataStart, dataEnd);
}

/** The digest that the directory states for an entry's stored bytes, where it states one. */
export function digestOfEntry(table: EntryTable, entry: number): Digest | undefined {
  if (table.digests === undefined || (table.kinds[entry]! & KIND_DIGEST) === 0) return undefined;
  return `sha256:${bytesToHex(table.digests.subarray(32 * entry, 32 * entry + 32))}`;
}

/**
 * Compares stored bytes with the digest that the directory states.
 *
 * @returns False where it states none.
 */
export async function checkDigest(
  table: EntryTable,
  entry: number,
  stored: Uint8Array,
  codecs: ArchiveCodecs,
): Promise<boolean> {
  if (table.digests === undefined || (table.kinds[entry]! & KIND_DIGEST) === 0) return false;
  const hash = codecs.sha256(stored);
  const actual = hash instanceof Uint8Array ? hash : await hash;
  const at = 32 * entry;
  for (let i = 0; i < 32; i++) {
    if (actual[i] === table.digests[at + i]) continue;
    const expected = digestOfEntry(table, entry);
    fail(table, entry, 'ERR_VERIFY_DIGEST', 'wrong stored bytes', { expected, actual: `sha256:${bytesToHex(actual)}` });
  }
  return true;
}

/** Inflates stored bytes to exactly the stated size. */
export async function inflateEntry(
  table: EntryTable,
  entry: number,
  stored: Uint8Array<ArrayBuffer>,
  codecs: ArchiveCodecs,
): Promise<Uint8Array<ArrayBuffer>> {
  if ((table.kinds[entry]! & KIND_DEFLATED) === 0) return stored;
  try {
    const content = codecs.inflateRaw(stored, table.sizes[entry]!);
    return content instanceof Uint8Array ? content : await content;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return fail(table, entry, 'ERR_ARCHIVE_DATA', `the data cannot be inflated (${reason})`, { cause });
  }
}

/** Compares the CRC of content with the directory's. */
export function checkCrc(table: EntryTable, entry: number, content: Uint8Array, codecs: ArchiveCodecs): void {
  const actual = codecs.crc32(content);
  const expected = table.crcs[entry]!;
  if (actual !== expected) fail(table, entry, 'ERR_ARCHIVE_CRC', 'wrong CRC-32', { expected, actual });
}

function fail(table: EntryTable, entry: number, code: MountErrorCode, what: string, place: FaultPlace): never {
  const offset = table.localOffsets[entry];
  throw archiveFault(code, table.archive, what, { entry: nameOfEntry(table, entry), offset, ...place });
}
