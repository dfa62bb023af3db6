import type { Digest } from '@lading/manifest';
import type { ReadOptions } from '../byte-source.js';

/** What the directory says of one entry. */
export interface ArchiveEntry {
  /** As it stands in the archive; a folder's name ends in `/`. */
  readonly name: string;
  readonly isFolder: boolean;
  readonly method: 'stored' | 'deflated';
  readonly crc32: number;
  /** Size of the content, in bytes. */
  readonly sizeBytes: number;
  /** Size of the bytes in the archive. */
  readonly storedSizeBytes: number;
  /** Digest of the stored bytes, where the entry's comment states one. */
  readonly digest?: Digest | undefined;
  /** Where the entry begins in the archive: header and data, and its descriptor where it has one. */
  readonly localOffset: number;
  /** All bytes of the entry from there: the next one begins behind them. */
  readonly spanBytes: number;
}

/** One entry's content out of {@link Archive.readMany}. */
export interface ArchiveContent {
  readonly entry: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * An open archive. Entries are numbers, 0 … `entries` - 1 in directory order; the index is a few typed arrays.
 *
 * Every read returns verified bytes or throws: header and descriptor agree with the directory, the stored bytes have
 * the stated digest, the data inflates to exactly the stated size, and the CRC is right. With a signed directory the
 * digest alone decides; everywhere else the CRC is checked too.
 *
 * Reads throw `ERR_VERIFY_DIGEST`, `ERR_ARCHIVE_CRC`, `ERR_ARCHIVE_DATA`, `ERR_ARCHIVE_FORMAT` for bad archives,
 * `ERR_SOURCE_*` for their sources and `ERR_RESOURCE_NOT_FOUND` for a number that is no entry.
 */
export interface Archive {
  /** What messages call it: the name of its byte source. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Number of entries, folders included. */
  readonly entries: number;
  /** From the first directory header to the last byte, as releases state it. */
  readonly directory: { readonly offset: number; readonly sizeBytes: number };
  /** The entry with exactly this name, or -1. */
  find(name: string): number;
  nameOf(entry: number): string;
  infoOf(entry: number): ArchiveEntry;
  /** The content of an entry. */
  read(entry: number, options?: ReadOptions): Promise<Uint8Array<ArrayBuffer>>;
  /** The bytes of an entry as they are stored; verified like its content. */
  readStored(entry: number, options?: ReadOptions): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * The contents of many entries, by their place in the archive; neighbours come with one read of the source. At most
   * one such read (1 MiB, or one bigger entry) is in memory at a time.
   */
  readMany(entries: readonly number[], options?: ReadOptions): AsyncIterable<ArchiveContent>;
  /** Closes the byte source. */
  close(): Promise<void>;
}
