import type { ByteSource, ReadOptions } from '../byte-source.js';
import { archiveFault } from './archive-fault.js';
import { checkedPlace, type DirectoryPlace, LOCATOR64_BYTES, type PlainEnd, requireNoDisks } from './end-record.js';
import { u32, u64 } from './little-endian.js';

const END64 = 0x06064b50;
const END64_BYTES = 56;

/** The zip64 record: 8 bytes of size behind the signature, then the plain record's fields, wider. */
export async function readEnd64(
  source: ByteSource,
  locator: Uint8Array,
  endAt: number,
  plain: PlainEnd,
  options: ReadOptions,
): Promise<DirectoryPlace> {
  const fail = (what: string, offset: number): never => {
    throw archiveFault('ERR_ARCHIVE_FORMAT', source.name, what, { offset });
  };
  const locatorAt = endAt - LOCATOR64_BYTES;
  const at = u64(locator, 8);
  if (u32(locator, 4) !== 0 || u32(locator, 16) > 1) fail('the archive is split over several disks', locatorAt);
  if (!(at + END64_BYTES <= locatorAt)) fail('the zip64 locator points past its own start', locatorAt);
  const record = await source.read(at, END64_BYTES, options);
  if (u32(record, 0) !== END64) fail('no zip64 end record', at);
  if (at + 12 + u64(record, 4) !== locatorAt) fail('the zip64 end record does not end at its locator', at);
  requireNoDisks(source.name, [u32(record, 16), u32(record, 20)]);
  requireNoDisks(
    source.name,
    plain.disks.filter((disk) => disk !== 0xffff),
  );
  const wide = { entries: [u64(record, 24), u64(record, 32)], sizeBytes: u64(record, 40), offset: u64(record, 48) };
  const agrees =
    plain.entries.every((count, i) => count === 0xffff || count === wide.entries[i]) &&
    (plain.sizeBytes === 0xffffffff || plain.sizeBytes === wide.sizeBytes) &&
    (plain.offset === 0xffffffff || plain.offset === wide.offset);
  if (!agrees) fail('the zip64 end record disagrees with the plain one', at);
  return checkedPlace(source.name, { ...wide, endsAt: at });
}
