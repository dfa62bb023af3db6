import { availableParallelism } from 'node:os';
import type { ArchiveDirectory, Digest } from '@lading/manifest';
import { type ArchiveMember, MemberNames } from './archive-member.js';
import type { ArchiveSink } from './archive-output.js';
import { ArchiveWriter } from './archive-writer.js';
import { isCompressedType } from './compressed-types.js';
import { DeflatePool } from './deflate-pool.js';
import { memberOpener } from './member-content.js';

/** Options of {@link writeCanonicalArchive}. */
export interface CanonicalArchiveOptions {
  /** `never` stores every member. Default `auto`: deflate where it saves at least 5 %. */
  readonly deflate?: 'auto' | 'never' | undefined;
  /**
   * Worker threads that deflate, at most; with 1 there are none, and the main thread does it. It does not change the bytes.
   * Default: as many as the machine has cores.
   */
  readonly threads?: number | undefined;
  /** Workers that are there already, instead of `threads`. @internal */
  readonly pool?: DeflatePool | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each member with the bytes of the archive so far. Default none. */
  readonly onMember?: ((member: ArchiveMember, positionBytes: number) => void) | undefined;
}

/** What was written. */
export interface CanonicalArchive {
  readonly sizeBytes: number;
  /** Of the whole file. */
  readonly digest: Digest;
  /** From the first central directory header to the last byte. */
  readonly directory: ArchiveDirectory;
  readonly entries: number;
  /** `DEFLATE_ENCODER`, or `store` where no member is deflated. */
  readonly encoder: string;
}

/**
 * Writes a canonical archive: a zip that is a pure function of its members and their order. Time 1980-01-01, mode 0644,
 * UTF-8 flag, sizes and CRC in the local headers, no data descriptors, no extra fields but zip64 where a size needs it; a
 * member is deflated where that saves at least 5 % and its type is not compressed already, else stored. The comment of
 * each member in the directory is `sha256:<hex>` of its bytes as stored.
 *
 * Equal members give equal bytes on every machine, time zone, locale, Node version and number of threads. Memory stays within
 * 80 MiB and the directory; members above 16 MiB are read twice and deflated by one thread.
 *
 * @param members - In the order in which they are to stand; consumed once.
 * @throws SplitError `ERR_ARCHIVE_MEMBER` for a name that is not right, `ERR_ARCHIVE_WRITE` where the directory grows over
 *   256 MiB or a worker fails, `ERR_CONTENT_MISSING`, `ERR_CONTENT_FORBIDDEN` and `ERR_CONTENT_READ` for files; and what the sink throws.
 * @example
 * const parts: Uint8Array[] = [];
 * const members = [{ name: 'hello.txt', bytes: new TextEncoder().encode('hello') }];
 * const archive = await writeCanonicalArchive(members, { write: (bytes) => void parts.push(bytes.slice()) });
 * archive.entries; // → 1
 */
export async function writeCanonicalArchive(
  members: Iterable<ArchiveMember> | AsyncIterable<ArchiveMember>,
  sink: ArchiveSink,
  options: CanonicalArchiveOptions = {},
): Promise<CanonicalArchive> {
  const { signal, threads = availableParallelism() } = options;
  signal?.throwIfAborted();
  if (options.pool !== undefined) return writeMembers(members, sink, options.pool, options);
  const pool = new DeflatePool(threads);
  try {
    return await writeMembers(members, sink, pool, options);
  } finally {
    await pool.close();
  }
}

async function writeMembers(
  members: Iterable<ArchiveMember> | AsyncIterable<ArchiveMember>,
  sink: ArchiveSink,
  pool: DeflatePool,
  { deflate = 'auto', signal, onMember }: CanonicalArchiveOptions,
): Promise<CanonicalArchive> {
  const names = new MemberNames();
  const openMember = memberOpener();
  const archive = new ArchiveWriter(sink, { pool, signal, onMember });
  for await (const member of members) {
    signal?.throwIfAborted();
    names.add(member.name);
    const mayDeflate = deflate === 'auto' && !isCompressedType(member.typePath ?? member.name);
    const content = openMember(member);
    try {
      await archive.add(member, content, mayDeflate);
    } finally {
      content.close();
    }
  }
  names.finish();
  return archive.finish();
}
