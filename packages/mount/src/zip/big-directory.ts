import type { ByteSource, ReadOptions } from '../byte-source.js';
import type { ResolvedLimits } from './archive-limits.js';
import type { Sha256Stream } from './codecs.js';
import { readDirectory } from './directory.js';
import { readEndRecord } from './end-record.js';
import type { EntryTable } from './entry-table.js';
import { requireDigest, requirePlace, type TrustedDirectory } from './open-archive.js';

/** A directory, what it must be, and who hashes it. */
export interface BigDirectory {
  readonly trusted: TrustedDirectory;
  readonly limits: ResolvedLimits;
  readonly hash: Sha256Stream;
}

/** A directory too big to stand in memory whole is hashed while it is parsed; nothing of it is used before its digest. */
export async function readInWindows(
  source: ByteSource,
  { trusted, limits, hash }: BigDirectory,
  options: ReadOptions,
): Promise<EntryTable> {
  const place = await readEndRecord(source, { ...options, notBefore: trusted.offset });
  requirePlace(source.name, place, trusted);
  const table = await readDirectory(source, { ...place, onBytes: (bytes) => hash.update(bytes) }, limits, options);
  const end = place.offset + place.sizeBytes;
  hash.update(await source.read(end, source.sizeBytes - end, options));
  requireDigest(source.name, trusted, hash.digest());
  return table;
}
