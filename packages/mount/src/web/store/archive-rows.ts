import type { Digest } from '@lading/manifest';
import { resultOf, type Tables } from './database.js';

/** An archive that is whole: its bytes are the chunks of a part, in order. */
export interface ArchiveRow {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly part: string;
  readonly usedAtMs: number;
  /** The removal that asks whether somebody needs it. Whoever opens it takes the note away. */
  readonly asking?: string | undefined;
}

/** A download that is not whole. */
export interface PartialRow {
  readonly digest: Digest;
  readonly part: string;
  readonly receivedBytes: number;
  readonly chunks: number;
  readonly usedAtMs: number;
}

/** The chunks of a part, in order. */
export function chunksOf(part: string): IDBKeyRange {
  return IDBKeyRange.bound([part, 0], [part, Number.MAX_SAFE_INTEGER]);
}

/** Reads the row of an archive. */
export function archiveRow({ table }: Tables, digest: Digest): Promise<ArchiveRow | undefined> {
  return resultOf<ArchiveRow | undefined>(table('archives').get(digest));
}

/** Reads the row of a download. */
export function partialRow({ table }: Tables, digest: Digest): Promise<PartialRow | undefined> {
  return resultOf<PartialRow | undefined>(table('partials').get(digest));
}

/** Takes an archive away, chunks and all. */
export function deleteArchive({ table }: Tables, { digest, part }: ArchiveRow): void {
  table('archives').delete(digest);
  table('chunks').delete(chunksOf(part));
}

/** Takes away what a download has left. */
export function deletePartial({ table }: Tables, { digest, part }: PartialRow): void {
  table('partials').delete(digest);
  table('chunks').delete(chunksOf(part));
}

/** A name that nothing else has. */
export function freshName(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
