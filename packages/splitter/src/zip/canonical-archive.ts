import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ArchiveDirectory, Digest } from '@lading/manifest';
import { type ArchiveMember, MemberNames } from './archive-member.js';
import { ArchiveOutput, type ArchiveSink } from './archive-output.js';
import { writeBigMember } from './big-member.js';
import { CentralDirectory } from './central-directory.js';
import { isCompressedType } from './compressed-types.js';
import {
  DEFLATE_ENCODER,
  deflateWhole,
  isWorthDeflating,
  STORE_ENCODER,
  STREAM_THRESHOLD_BYTES,
} from './deflate-encoder.js';
import { memberOpener } from './member-content.js';
import { endRecords, MAX_LOCAL_HEADER_BYTES, type MemberRecord, writeLocalHeader } from './zip-records.js';

/** Options of {@link writeCanonicalArchive}. */
export interface CanonicalArchiveOptions {
  /** `never` stores every member. Default `auto`: deflate where it saves at least 5 %. */
  readonly deflate?: 'auto' | 'never' | undefined;
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
  /** {@link DEFLATE_ENCODER}, or `store` where no member is deflated. */
  readonly encoder: string;
}

/** Stored bytes above which copying into the output buffer does not pay. */
const DIRECT_WRITE_BYTES = 1_048_576;

/**
 * Writes a canonical archive: a zip that is a pure function of its members and their order. Time 1980-01-01, mode 0644,
 * UTF-8 flag, sizes and CRC in the local headers, no data descriptors, no extra fields but zip64 where a size needs it; a
 * member is deflated where that saves at least 5 % and its type is not compressed already, else stored. The comment of
 * each member in the directory is `sha256:<hex>` of its bytes as stored.
 *
 * Equal members give equal bytes on every machine, time zone, locale and Node version. Memory stays within a member of
 * 16 MiB and the directory; bigger members are read twice.
 *
 * @param members - In the order in which they are to stand; consumed once.
 * @throws SplitError `ERR_ARCHIVE_MEMBER` for a name that is not right, `ERR_ARCHIVE_WRITE` where the directory grows over
 *   256 MiB, `ERR_CONTENT_MISSING`, `ERR_CONTENT_FORBIDDEN` and `ERR_CONTENT_READ` for files; and what the sink throws.
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
  const { deflate = 'auto', signal, onMember } = options;
  const output = new ArchiveOutput(sink);
  const names = new MemberNames();
  const directory = new CentralDirectory();
  const openMember = memberOpener();
  let isDeflated = false;
  signal?.throwIfAborted();
  for await (const member of members) {
    signal?.throwIfAborted();
    names.add(member.name);
    const mayDeflate = deflate === 'auto' && !isCompressedType(member.typePath ?? member.name);
    const content = openMember(member);
    try {
      const offset = output.position;
      const written =
        content.sizeBytes > STREAM_THRESHOLD_BYTES
          ? await writeBigMember(output, member.name, { content, mayDeflate, signal })
          : await writeMember(output, member.name, { bytes: content.whole(), mayDeflate });
      isDeflated ||= written.record.method === 8;
      directory.add(written.record, offset, written.digest);
    } finally {
      content.close();
    }
    onMember?.(member, output.position);
  }
  names.finish();
  return finishArchive(output, directory, isDeflated ? DEFLATE_ENCODER : STORE_ENCODER);
}

async function writeMember(
  output: ArchiveOutput,
  name: string,
  { bytes, mayDeflate }: { readonly bytes: Uint8Array; readonly mayDeflate: boolean },
): Promise<{ record: MemberRecord; digest: Digest }> {
  const deflated = mayDeflate && bytes.length > 0 ? deflateWhole(bytes) : undefined;
  const isSmaller = deflated !== undefined && isWorthDeflating(bytes.length, deflated.length);
  const stored = isSmaller ? deflated : bytes;
  const record: MemberRecord = {
    name: Buffer.from(name),
    method: isSmaller ? 8 : 0,
    crc32: crc32(bytes),
    storedSizeBytes: stored.length,
    sizeBytes: bytes.length,
  };
  const digest: Digest = `sha256:${hash('sha256', stored, 'hex')}`;
  const headerBytes = MAX_LOCAL_HEADER_BYTES + record.name.length;
  const isCopied = stored.length <= DIRECT_WRITE_BYTES;
  const roomBytes = headerBytes + (isCopied ? stored.length : 0);
  const room = output.tryReserve(roomBytes) ?? (await output.reserve(roomBytes));
  const end = writeLocalHeader(room.buffer, room.at, record);
  if (isCopied) room.buffer.set(stored, end);
  output.advance(isCopied ? end + stored.length : end);
  if (!isCopied) await output.write(stored);
  return { record, digest };
}

async function finishArchive(
  output: ArchiveOutput,
  directory: CentralDirectory,
  encoder: string,
): Promise<CanonicalArchive> {
  await output.beginRegion();
  const offset = output.position;
  const headers = directory.bytes();
  await output.write(headers);
  await output.write(endRecords({ entries: directory.entries, offset, sizeBytes: headers.length }));
  await output.finish();
  return {
    sizeBytes: output.position,
    digest: output.digest(),
    directory: { offset, sizeBytes: output.position - offset, digest: output.regionDigest() },
    entries: directory.entries,
    encoder,
  };
}
