import type { ByteSource, ReadOptions } from '../byte-source.js';
import type { Archive, ArchiveContent, ArchiveEntry } from './archive.js';
import { archiveFault } from './archive-fault.js';
import type { ArchiveCodecs } from './codecs.js';
import { checkCrc, checkDigest, digestOfEntry, inflateEntry, storedBytesOf } from './entry-data.js';
import { findName } from './entry-find.js';
import { type EntryTable, isFolder, KIND_DEFLATED, nameOfEntry } from './entry-table.js';
import { planReads } from './read-plan.js';

/** What reading needs beside the source and its index. */
export interface ReaderSettings {
  readonly directoryOffset: number;
  readonly codecs: ArchiveCodecs;
  /** The directory is a signed one: a member with the right digest is right. */
  readonly isSigned: boolean;
}

/** Makes the archive over a checked table. */
export function archiveOf(source: ByteSource, table: EntryTable, settings: ReaderSettings): Archive {
  const reader: Reader = { source, table, ...settings };
  const requireEntry = (entry: number): void => {
    if (Number.isInteger(entry) && entry >= 0 && entry < table.count) return;
    const place = { expected: `0 to ${table.count - 1}`, actual: String(entry) };
    throw archiveFault('ERR_RESOURCE_NOT_FOUND', source.name, 'no such entry', place);
  };
  return {
    name: source.name,
    sizeBytes: source.sizeBytes,
    entries: table.count,
    directory: { offset: settings.directoryOffset, sizeBytes: source.sizeBytes - settings.directoryOffset },
    find: (name) => findName(table, name),
    nameOf(entry) {
      requireEntry(entry);
      return nameOfEntry(table, entry);
    },
    infoOf(entry) {
      requireEntry(entry);
      return infoOfEntry(table, entry);
    },
    async read(entry, options = {}) {
      requireEntry(entry);
      return (await readEntry(reader, entry, options)).content;
    },
    async readStored(entry, options = {}) {
      requireEntry(entry);
      return (await readEntry(reader, entry, options)).stored;
    },
    readMany(entries, options = {}) {
      for (const entry of entries) requireEntry(entry);
      return readEntries(reader, entries, options);
    },
    close: async () => source.close?.(),
  };
}

interface Reader extends ReaderSettings {
  readonly source: ByteSource;
  readonly table: EntryTable;
}

interface VerifiedEntry {
  readonly stored: Uint8Array<ArrayBuffer>;
  readonly content: Uint8Array<ArrayBuffer>;
}

async function readEntry(reader: Reader, entry: number, options: ReadOptions): Promise<VerifiedEntry> {
  const { table, source } = reader;
  const spanBytes = table.overheads[entry]! + table.storedSizes[entry]!;
  return verifyEntry(reader, entry, await source.read(table.localOffsets[entry]!, spanBytes, options));
}

async function verifyEntry(reader: Reader, entry: number, span: Uint8Array<ArrayBuffer>): Promise<VerifiedEntry> {
  const { table, codecs, isSigned } = reader;
  const stored = storedBytesOf(table, entry, span);
  const isDigestRight = await checkDigest(table, entry, stored, codecs);
  const content = await inflateEntry(table, entry, stored, codecs);
  if (!(isSigned && isDigestRight)) checkCrc(table, entry, content, codecs);
  return { stored, content };
}

async function* readEntries(
  reader: Reader,
  entries: readonly number[],
  options: ReadOptions,
): AsyncGenerator<ArchiveContent, void, undefined> {
  for (const group of planReads(reader.table, entries)) {
    const bytes = await reader.source.read(group.offset, group.length, options);
    for (const entry of group.entries) {
      options.signal?.throwIfAborted();
      const from = reader.table.localOffsets[entry]! - group.offset;
      const span = bytes.slice(from, from + reader.table.overheads[entry]! + reader.table.storedSizes[entry]!);
      yield { entry, bytes: (await verifyEntry(reader, entry, span)).content };
    }
  }
}

function infoOfEntry(table: EntryTable, entry: number): ArchiveEntry {
  return {
    name: nameOfEntry(table, entry),
    isFolder: isFolder(table, entry),
    method: (table.kinds[entry]! & KIND_DEFLATED) === 0 ? 'stored' : 'deflated',
    crc32: table.crcs[entry]!,
    sizeBytes: table.sizes[entry]!,
    storedSizeBytes: table.storedSizes[entry]!,
    digest: digestOfEntry(table, entry),
    localOffset: table.localOffsets[entry]!,
    spanBytes: table.overheads[entry]! + table.storedSizes[entry]!,
  };
}
