import type { ReadOptions } from '../byte-source.js';
import type { ArchiveContent } from './archive.js';
import { type Reader, verifyEntry } from './archive-reader.js';
import { planReads } from './read-plan.js';

/** The contents of many entries, neighbours with one read of the source. */
export async function* readEntries(
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
