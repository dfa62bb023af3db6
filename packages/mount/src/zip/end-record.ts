import { loadPart } from '@lading/manifest/client';
import type { ByteSource, ReadOptions } from '../byte-source.js';
import { archiveFault } from './archive-fault.js';
import { u16, u32 } from './little-endian.js';

/** Where the central directory stands, as the end records say. */
export interface DirectoryPlace {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly entries: number;
}

const END = 0x06054b50;
const LOCATOR64 = 0x07064b50;
const END_BYTES = 22;
/** Bytes of the locator of the zip64 record, which stands right before the plain one. */
export const LOCATOR64_BYTES = 20;
const MAX_COMMENT_BYTES = 0xffff;

/**
 * Finds the one end record: the last one in the file, whose comment ends at the last byte. The directory must end where
 * it, or the zip64 record before it, begins.
 *
 * @param options.notBefore - Where a caller knows that the directory begins; nothing before it is read.
 */
export async function readEndRecord(
  source: ByteSource,
  options: ReadOptions & { readonly notBefore?: number | undefined },
): Promise<DirectoryPlace> {
  const length = Math.min(source.sizeBytes - (options.notBefore ?? 0), END_BYTES + MAX_COMMENT_BYTES + LOCATOR64_BYTES);
  const tailAt = source.sizeBytes - length;
  const tail = await source.read(tailAt, length, options);
  const at = findEndRecord(source.name, tail, tailAt);
  const plain = {
    disks: [u16(tail, at + 4), u16(tail, at + 6)],
    entries: [u16(tail, at + 8), u16(tail, at + 10)],
    sizeBytes: u32(tail, at + 12),
    offset: u32(tail, at + 16),
  };
  const hasLocator = at >= LOCATOR64_BYTES && u32(tail, at - LOCATOR64_BYTES) === LOCATOR64;
  if (hasLocator) {
    const { readEnd64 } = await loadPart(() => import('./end-record64.js'));
    return readEnd64(source, tail.subarray(at - LOCATOR64_BYTES, at), tailAt + at, plain, options);
  }
  requireNoDisks(source.name, plain.disks);
  return checkedPlace(source.name, { ...plain, endsAt: tailAt + at });
}

/** What the plain end record says. */
export interface PlainEnd {
  readonly disks: readonly number[];
  readonly entries: readonly number[];
  readonly sizeBytes: number;
  readonly offset: number;
}

function findEndRecord(archive: string, tail: Uint8Array, tailAt: number): number {
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    if (u32(tail, at) !== END) continue;
    const endsAt = at + END_BYTES + u16(tail, at + 20);
    if (endsAt === tail.length) return at;
    throw archiveFault('ERR_ARCHIVE_FORMAT', archive, 'the end record does not end at the last byte', {
      offset: tailAt + at,
      expected: tailAt + tail.length,
      actual: tailAt + endsAt,
    });
  }
  throw archiveFault('ERR_ARCHIVE_FORMAT', archive, 'no end record: not a whole zip archive');
}

/** Throws unless an archive is one file. */
export function requireNoDisks(archive: string, disks: readonly number[]): void {
  if (disks.some((disk) => disk !== 0)) {
    throw archiveFault('ERR_ARCHIVE_FORMAT', archive, 'the archive is split over several disks');
  }
}

/** The directory's place, which must end where its end record begins. */
export function checkedPlace(
  archive: string,
  end: { readonly entries: readonly number[]; sizeBytes: number; offset: number; endsAt: number },
): DirectoryPlace {
  const [here, total] = end.entries as [number, number];
  const fail = (what: string, expected: number, actual: number): never => {
    throw archiveFault('ERR_ARCHIVE_FORMAT', archive, what, { expected, actual });
  };
  if (here !== total) fail('the end record counts two numbers of entries', total, here);
  const directoryEnd = end.offset + end.sizeBytes;
  if (directoryEnd !== end.endsAt)
    fail('the directory does not end where the end record begins', end.endsAt, directoryEnd);
  return { offset: end.offset, sizeBytes: end.sizeBytes, entries: total };
}
