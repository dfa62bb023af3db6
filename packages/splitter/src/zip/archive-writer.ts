import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Digest } from '@lading/manifest';
import type { ArchiveMember } from './archive-member.js';
import { ArchiveOutput, type ArchiveSink } from './archive-output.js';
import { writeBigMember } from './big-member.js';
import type { CanonicalArchive, CanonicalArchiveOptions } from './canonical-archive.js';
import { CentralDirectory } from './central-directory.js';
import {
  DEFLATE_ENCODER,
  deflateWhole,
  isWorthDeflating,
  STORE_ENCODER,
  STREAM_THRESHOLD_BYTES,
} from './deflate-encoder.js';
import type { DeflatePool } from './deflate-pool.js';
import type { MemberContent } from './member-content.js';
import { MemberQueue, type ReadyMember } from './member-queue.js';
import { endRecords, MAX_LOCAL_HEADER_BYTES, type MemberRecord, writeLocalHeader } from './zip-records.js';

/** Stored bytes above which copying into the output buffer does not pay. */
const DIRECT_WRITE_BYTES = 1_048_576;

interface WrittenMember {
  readonly record: MemberRecord;
  readonly digest: Digest;
}

/**
 * Puts members into an archive in the order in which they are added. What workers deflate waits in a queue; everything else
 * is written at once where nothing waits before it.
 *
 * @internal
 */
export class ArchiveWriter {
  readonly #output: ArchiveOutput;
  readonly #directory = new CentralDirectory();
  readonly #queue: MemberQueue;
  readonly #isThreaded: boolean;
  readonly #options: Pick<CanonicalArchiveOptions, 'signal' | 'onMember'>;
  #isDeflated = false;

  constructor(
    sink: ArchiveSink,
    { pool, ...options }: { readonly pool: DeflatePool } & Pick<CanonicalArchiveOptions, 'signal' | 'onMember'>,
  ) {
    this.#output = new ArchiveOutput(sink);
    this.#queue = new MemberQueue(pool);
    this.#isThreaded = pool.threads > 1;
    this.#options = options;
  }

  /** Adds a member. Its content is not needed any more when this resolves. */
  async add(member: ArchiveMember, content: MemberContent, mayDeflate: boolean): Promise<void> {
    if (content.sizeBytes > STREAM_THRESHOLD_BYTES) {
      await this.#writeWaiting(() => this.#queue.isEmpty);
      const { signal } = this.#options;
      await this.#write(member, () => writeBigMember(this.#output, member.name, { content, mayDeflate, signal }));
    } else if (this.#queue.isEmpty && !(mayDeflate && this.#isThreaded)) {
      const bytes = content.whole();
      const deflated = mayDeflate && bytes.length > 0 ? deflateWhole(bytes) : undefined;
      await this.#write(member, () => writeMember(this.#output, { member, bytes, deflated }));
    } else {
      if (this.#queue.add(member, content.whole(), mayDeflate)) await nextTurn();
      await this.#writeWaiting(() => !this.#queue.isFull);
    }
  }

  /** Writes what waits, and the directory. */
  async finish(): Promise<CanonicalArchive> {
    await this.#writeWaiting(() => this.#queue.isEmpty);
    const output = this.#output;
    await output.beginRegion();
    const offset = output.position;
    const headers = this.#directory.bytes();
    const { entries } = this.#directory;
    await output.write(headers);
    await output.write(endRecords({ entries, offset, sizeBytes: headers.length }));
    await output.finish();
    return {
      sizeBytes: output.position,
      digest: output.digest(),
      directory: { offset, sizeBytes: output.position - offset, digest: output.regionDigest() },
      entries,
      encoder: this.#isDeflated ? DEFLATE_ENCODER : STORE_ENCODER,
    };
  }

  async #writeWaiting(isEnough: () => boolean): Promise<void> {
    while (!isEnough()) {
      const ready = await this.#queue.take();
      this.#options.signal?.throwIfAborted();
      if (ready !== undefined) await this.#write(ready.member, () => writeMember(this.#output, ready));
    }
  }

  async #write(member: ArchiveMember, write: () => Promise<WrittenMember>): Promise<void> {
    const offset = this.#output.position;
    const { record, digest } = await write();
    this.#isDeflated ||= record.method === 8;
    this.#directory.add(record, offset, digest);
    this.#options.onMember?.(member, this.#output.position);
  }
}

async function writeMember(output: ArchiveOutput, { member, bytes, deflated }: ReadyMember): Promise<WrittenMember> {
  const isSmaller = deflated !== undefined && isWorthDeflating(bytes.length, deflated.length);
  const stored = isSmaller ? deflated : bytes;
  const record: MemberRecord = {
    name: Buffer.from(member.name),
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

/** Gives the event loop a turn: workers are heard, and aborts seen, while synchronous work goes on. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
