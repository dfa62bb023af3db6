import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Digest } from '@lading/manifest';
import { printable, SplitError } from '../split-error.js';
import type { ArchiveOutput } from './archive-output.js';
import { deflateChunks, isWorthDeflating } from './deflate-encoder.js';
import type { MemberContent } from './member-content.js';
import { MAX_LOCAL_HEADER_BYTES, type MemberRecord, writeLocalHeader } from './zip-records.js';

interface Measure {
  readonly sizeBytes: number;
  readonly crc32: number;
  readonly digest: Digest;
}

/**
 * Writes a member that is too big to be held: once through to measure (and to see whether deflate pays), once through to
 * write, so that sizes and CRC stand in the local header and no data descriptor is needed.
 *
 * @throws SplitError `ERR_CONTENT_READ` where the two passes saw different bytes.
 * @internal
 */
export async function writeBigMember(
  output: ArchiveOutput,
  name: string,
  options: {
    readonly content: MemberContent;
    readonly mayDeflate: boolean;
    readonly signal: AbortSignal | undefined;
  },
): Promise<{ record: MemberRecord; digest: Digest }> {
  const { content, mayDeflate, signal } = options;
  const plain = startMeasure();
  const deflated = startMeasure();
  const source = tapped(content.chunks(), plain, signal);
  if (mayDeflate) await drain(tapped(deflateChunks(source), deflated, signal));
  else await drain(source);
  const raw = plain.finish();
  const packed = deflated.finish();
  const isSmaller = mayDeflate && isWorthDeflating(raw.sizeBytes, packed.sizeBytes);
  const stored = isSmaller ? packed : raw;
  const record: MemberRecord = {
    name: Buffer.from(name),
    method: isSmaller ? 8 : 0,
    crc32: raw.crc32,
    storedSizeBytes: stored.sizeBytes,
    sizeBytes: raw.sizeBytes,
  };
  const room = await output.reserve(MAX_LOCAL_HEADER_BYTES + record.name.length);
  output.advance(writeLocalHeader(room.buffer, room.at, record));
  const again = startMeasure();
  const body = isSmaller ? deflateChunks(content.chunks()) : content.chunks();
  for await (const chunk of tapped(body, again, signal)) await output.write(chunk);
  if (again.finish().digest !== stored.digest) {
    throw new SplitError('ERR_CONTENT_READ', `${printable(name)} changed while it was read`, {
      details: { member: printable(name) },
    });
  }
  return { record, digest: stored.digest };
}

interface RunningMeasure {
  update(bytes: Uint8Array): void;
  finish(): Measure;
}

function startMeasure(): RunningMeasure {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  let crc = 0;
  return {
    update: (bytes) => {
      hash.update(bytes);
      crc = crc32(bytes, crc);
      sizeBytes += bytes.length;
    },
    finish: () => ({ sizeBytes, crc32: crc, digest: `sha256:${hash.digest('hex')}` }),
  };
}

/** The chunks again, measured on their way. Each one gives the event loop a turn. */
async function* tapped(
  chunks: AsyncIterable<Uint8Array>,
  measure: RunningMeasure,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    measure.update(chunk);
    yield chunk;
  }
}

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _chunk of chunks);
}
