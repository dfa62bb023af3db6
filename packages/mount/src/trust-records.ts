import { type Digest, isDigest, type JsonObject, type JsonValue } from '@lading/manifest/client';
import { MountError } from './mount-error.js';

/** Names of the records that hold trust. */
export const TRUST_RECORDS = {
  root: 'trust/root',
  floor: (channel: string): string => `trust/floor/${channel}`,
  latest: (channel: string): string => `trust/latest/${channel}`,
  release: (digest: Digest): string => `release/${digest}`,
  /** The release that mounts come from. */
  active: 'mounts/active',
} as const;

/** The newest root, and the digest of the pin that it was reached from. */
export interface RootRecord {
  readonly version: number;
  readonly envelope: string;
  readonly pin: string;
}

/** What was seen of a channel; sequences never fall below it. */
export interface FloorRecord {
  readonly sequence: number;
  readonly digest: Digest | undefined;
  readonly releaseSequence: number;
  /** Newest signed time seen, in milliseconds since 1970: the clock never counts as earlier. */
  readonly seenMs: number;
}

/** Which release the channel points at, as far as it was adopted. */
export interface LatestRecord {
  readonly digest: Digest;
  readonly expiresAt: string;
  readonly revoked: readonly Digest[];
}

/** A verified release as it came, with the facts that its channel stated. */
export interface ReleaseRecord {
  readonly envelope: string;
  readonly sizeBytes: number;
  readonly sequence: number;
  readonly project: string;
}

/** Reads {@link RootRecord}. @throws MountError `ERR_STORE_CORRUPT` where the record has another shape. */
export function readRootRecord(value: JsonValue | undefined): RootRecord | undefined {
  const record = objectOf(value, TRUST_RECORDS.root);
  return (
    record && { version: integer(record, 'version'), envelope: text(record, 'envelope'), pin: text(record, 'pin') }
  );
}

/** Reads {@link FloorRecord}. @throws MountError `ERR_STORE_CORRUPT` where the record has another shape. */
export function readFloorRecord(value: JsonValue | undefined): FloorRecord | undefined {
  const record = objectOf(value, 'trust/floor');
  return (
    record && {
      sequence: integer(record, 'sequence'),
      digest: record.digest === null ? undefined : digest(record, 'digest'),
      releaseSequence: integer(record, 'releaseSequence'),
      seenMs: integer(record, 'seenMs'),
    }
  );
}

/** Writes {@link FloorRecord}. */
export function writeFloorRecord(floor: FloorRecord): JsonObject {
  return { ...floor, digest: floor.digest ?? null };
}

/** Reads {@link LatestRecord}. @throws MountError `ERR_STORE_CORRUPT` where the record has another shape. */
export function readLatestRecord(value: JsonValue | undefined): LatestRecord | undefined {
  const record = objectOf(value, 'trust/latest');
  if (record === undefined) return undefined;
  const revoked = digestList(record.revoked, 'trust/latest');
  return { digest: digest(record, 'digest'), expiresAt: text(record, 'expiresAt'), revoked };
}

/** Reads {@link ReleaseRecord}. @throws MountError `ERR_STORE_CORRUPT` where the record has another shape. */
export function readReleaseRecord(value: JsonValue | undefined): ReleaseRecord | undefined {
  const record = objectOf(value, 'release');
  return (
    record && {
      envelope: text(record, 'envelope'),
      sizeBytes: integer(record, 'sizeBytes'),
      sequence: integer(record, 'sequence'),
      project: text(record, 'project'),
    }
  );
}

/** A record as an object; `undefined` where there is none. */
export function objectOf(value: JsonValue | undefined, key: string): JsonObject | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw corruptRecord(key, 'is no object');
  return value as JsonObject;
}

/** A whole number that is not negative, of a record. */
export function integer(record: JsonObject, field: string): number {
  const value = record[field];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw corruptRecord(field, 'is no whole number');
}

/** A text of a record. */
export function text(record: JsonObject, field: string): string {
  const value = record[field];
  if (typeof value === 'string') return value;
  throw corruptRecord(field, 'is no text');
}

/** A digest of a record. */
export function digest(record: JsonObject, field: string): Digest {
  const value = record[field];
  if (isDigest(value)) return value;
  throw corruptRecord(field, 'is no digest');
}

/** A list of texts of a record. */
export function textList(value: JsonValue | undefined, field: string): readonly string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value as string[];
  throw corruptRecord(field, 'is no list of texts');
}

function digestList(value: JsonValue | undefined, field: string): readonly Digest[] {
  if (Array.isArray(value) && value.every(isDigest)) return value as Digest[];
  throw corruptRecord(field, 'is no list of digests');
}

function corruptRecord(place: string, problem: string): MountError {
  return new MountError('ERR_STORE_CORRUPT', `Record of the store: ${place} ${problem}`, {
    details: { place, problem },
    hint: 'The store was changed from outside. Remove it: content is downloaded again.',
  });
}
