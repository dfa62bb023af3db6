// Longer than most files: one record after the other, field by field, as PKWARE's APPNOTE 6.3.10 lists them.

/** 1980-01-01, the first day that the format knows. */
const DOS_DATE = 0x0021;
/** 00:00:00 */
const DOS_TIME = 0x0000;
/** Unix (3), APPNOTE 6.3: readers take the mode from the external attributes. */
const MADE_BY = 0x033f;
const VERSION_DEFLATE = 20;
const VERSION_ZIP64 = 45;
/** Bit 11: names and comments are UTF-8. */
const FLAGS = 0x0800;
/** A regular file, rw-r--r--, in the upper half. */
const EXTERNAL_ATTRIBUTES = 0o100644 * 0x10000;
const MAX_32 = 0xffffffff;
const MAX_16 = 0xffff;

const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const LOCAL_EXTRA_BYTES = 20;
const CENTRAL_EXTRA_BYTES = 28;

/** What a member's records say. @internal */
export interface MemberRecord {
  readonly name: Uint8Array;
  /** 0 stored, 8 deflated. */
  readonly method: 0 | 8;
  readonly crc32: number;
  /** Of the bytes in the archive. */
  readonly storedSizeBytes: number;
  readonly sizeBytes: number;
}

/** Most bytes that {@link writeLocalHeader} takes beside the name. @internal */
export const MAX_LOCAL_HEADER_BYTES: number = LOCAL_BYTES + LOCAL_EXTRA_BYTES;

/** Writes a local file header at `at` and returns where it ends. @internal */
export function writeLocalHeader(out: Buffer, at: number, member: MemberRecord): number {
  const isBig = hasBigSize(member);
  out.writeUInt32LE(0x04034b50, at); // signature
  out.writeUInt16LE(isBig ? VERSION_ZIP64 : VERSION_DEFLATE, at + 4); // version needed
  out.writeUInt16LE(FLAGS, at + 6); // general purpose flags
  out.writeUInt16LE(member.method, at + 8); // compression method
  out.writeUInt16LE(DOS_TIME, at + 10); // modification time
  out.writeUInt16LE(DOS_DATE, at + 12); // modification date
  out.writeUInt32LE(member.crc32, at + 14); // CRC-32
  out.writeUInt32LE(isBig ? MAX_32 : member.storedSizeBytes, at + 18); // compressed size
  out.writeUInt32LE(isBig ? MAX_32 : member.sizeBytes, at + 22); // uncompressed size
  out.writeUInt16LE(member.name.length, at + 26); // name length
  out.writeUInt16LE(isBig ? LOCAL_EXTRA_BYTES : 0, at + 28); // extra length
  out.set(member.name, at + LOCAL_BYTES);
  const extra = at + LOCAL_BYTES + member.name.length;
  if (!isBig) return extra;
  out.writeUInt16LE(0x0001, extra); // zip64 extended information
  out.writeUInt16LE(16, extra + 2); // its size
  out.writeBigUInt64LE(BigInt(member.sizeBytes), extra + 4);
  out.writeBigUInt64LE(BigInt(member.storedSizeBytes), extra + 12);
  return extra + LOCAL_EXTRA_BYTES;
}

/** Bytes of a central directory header. @internal */
export function centralHeaderBytes(member: MemberRecord, offset: number, comment: string): number {
  return CENTRAL_BYTES + member.name.length + (isZip64(member, offset) ? CENTRAL_EXTRA_BYTES : 0) + comment.length;
}

/** Writes a central directory header at `at`; the comment is ASCII. @internal */
export function writeCentralHeader(
  out: Buffer,
  at: number,
  member: MemberRecord,
  { offset, comment }: { readonly offset: number; readonly comment: string },
): void {
  const isBig = isZip64(member, offset);
  out.writeUInt32LE(0x02014b50, at); // signature
  out.writeUInt16LE(MADE_BY, at + 4); // version made by
  out.writeUInt16LE(isBig ? VERSION_ZIP64 : VERSION_DEFLATE, at + 6); // version needed
  out.writeUInt16LE(FLAGS, at + 8); // general purpose flags
  out.writeUInt16LE(member.method, at + 10); // compression method
  out.writeUInt16LE(DOS_TIME, at + 12); // modification time
  out.writeUInt16LE(DOS_DATE, at + 14); // modification date
  out.writeUInt32LE(member.crc32, at + 16); // CRC-32
  out.writeUInt32LE(isBig ? MAX_32 : member.storedSizeBytes, at + 20); // compressed size
  out.writeUInt32LE(isBig ? MAX_32 : member.sizeBytes, at + 24); // uncompressed size
  out.writeUInt16LE(member.name.length, at + 28); // name length
  out.writeUInt16LE(isBig ? CENTRAL_EXTRA_BYTES : 0, at + 30); // extra length
  out.writeUInt16LE(comment.length, at + 32); // comment length
  out.writeUInt16LE(0, at + 34); // disk number
  out.writeUInt16LE(0, at + 36); // internal attributes
  out.writeUInt32LE(EXTERNAL_ATTRIBUTES, at + 38); // external attributes
  out.writeUInt32LE(isBig ? MAX_32 : offset, at + 42); // offset of the local header
  out.set(member.name, at + CENTRAL_BYTES);
  const extra = at + CENTRAL_BYTES + member.name.length;
  if (isBig) {
    out.writeUInt16LE(0x0001, extra); // zip64 extended information
    out.writeUInt16LE(24, extra + 2); // its size: all three fields, as all three above are all-ones
    out.writeBigUInt64LE(BigInt(member.sizeBytes), extra + 4);
    out.writeBigUInt64LE(BigInt(member.storedSizeBytes), extra + 12);
    out.writeBigUInt64LE(BigInt(offset), extra + 20);
  }
  out.write(comment, extra + (isBig ? CENTRAL_EXTRA_BYTES : 0), 'latin1');
}

/** Where the central directory stands. @internal */
export interface DirectoryPlace {
  readonly entries: number;
  readonly offset: number;
  readonly sizeBytes: number;
}

/** The end of central directory record, with the zip64 records before it where a field needs them. @internal */
export function endRecords({ entries, offset, sizeBytes }: DirectoryPlace): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0); // signature; disk numbers at 4 and 6 are 0
  end.writeUInt16LE(Math.min(entries, MAX_16), 8); // entries on this disk
  end.writeUInt16LE(Math.min(entries, MAX_16), 10); // entries
  end.writeUInt32LE(Math.min(sizeBytes, MAX_32), 12); // size of the directory
  end.writeUInt32LE(Math.min(offset, MAX_32), 16); // offset of the directory; comment length at 20 is 0
  if (entries < MAX_16 && sizeBytes < MAX_32 && offset < MAX_32) return end;
  const end64 = Buffer.alloc(56);
  end64.writeUInt32LE(0x06064b50, 0); // signature
  end64.writeBigUInt64LE(44n, 4); // size of the rest of this record
  end64.writeUInt16LE(MADE_BY, 12); // version made by
  end64.writeUInt16LE(VERSION_ZIP64, 14); // version needed; disk numbers at 16 and 20 are 0
  end64.writeBigUInt64LE(BigInt(entries), 24); // entries on this disk
  end64.writeBigUInt64LE(BigInt(entries), 32); // entries
  end64.writeBigUInt64LE(BigInt(sizeBytes), 40); // size of the directory
  end64.writeBigUInt64LE(BigInt(offset), 48); // offset of the directory
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0); // signature; disk number at 4 is 0
  locator.writeBigUInt64LE(BigInt(offset + sizeBytes), 8); // offset of the zip64 end record
  locator.writeUInt32LE(1, 16); // number of disks
  return Buffer.concat([end64, locator, end]);
}

function hasBigSize({ sizeBytes, storedSizeBytes }: MemberRecord): boolean {
  return sizeBytes >= MAX_32 || storedSizeBytes >= MAX_32;
}

function isZip64(member: MemberRecord, offset: number): boolean {
  return hasBigSize(member) || offset >= MAX_32;
}
