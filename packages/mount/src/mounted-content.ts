import type { Digest } from '@lading/manifest';
import type { ReadOptions } from './byte-source.js';

/** How a Defold resource stands in its member: sizes and flags of the manifest entry. */
export interface DefoldPayload {
  readonly sizeBytes: number;
  readonly compressedSizeBytes: number | undefined;
  readonly flags: number;
}

/** Decodes the payload of a Defold resource (without its 16-byte header): decryption, then decompression. */
export type DecodeDefoldPayload = (payload: Uint8Array, facts: DefoldPayload) => Uint8Array;

/** What one path of an archive leads to. */
export interface ContentEntry {
  /** Number of the member in its content. */
  readonly index: number;
  /** What the content calls it: a name in an archive, a file in a folder. */
  readonly member: string;
  /** Size of what `read` returns. */
  readonly sizeBytes: number;
  readonly storedSizeBytes: number;
  readonly digest: Digest | undefined;
  /** Absent for plain members, whose bytes are the resource as they are. */
  readonly payload: DefoldPayload | undefined;
}

/** A served path as a key: its Defold hash, and its text where the archive has it. */
export interface ContentKey {
  readonly hash: bigint;
  readonly path: string | undefined;
}

/**
 * Resources by path, from one place: an open archive, a folder, the base of a game. Whoever makes one answers for this: `find`
 * is quick and does no I/O, and `read` gives the bytes that belong to the entry or throws; never other bytes, never fewer.
 */
export interface MountedContent {
  /** Bytes that all of it takes where it stands. */
  readonly sizeBytes: number;
  /** How many resources it serves. */
  readonly entries: number;
  /** What a path leads to; `undefined` where the archive does not have it. Never does I/O. */
  find(path: string): ContentEntry | undefined;
  /** Verified bytes of an entry of this content. */
  read(entry: ContentEntry, options?: ReadOptions): Promise<Uint8Array<ArrayBuffer>>;
  /** Every served path, for the report of conflicts. */
  keys(): Iterable<ContentKey>;
  close(): Promise<void>;
}
