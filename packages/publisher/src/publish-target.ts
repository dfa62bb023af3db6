import type { Digest } from '@lading/manifest';

/** What a target says of an object. */
export interface ObjectInfo {
  readonly key: string;
  readonly sizeBytes: number;
  /** Opaque version of the object, for {@link PublishTarget.putIf}. */
  readonly etag: string;
  readonly modifiedAt?: Date | undefined;
  /** Digest of the bytes as they are stored, from targets whose {@link TargetCapabilities.digests} is true. */
  readonly digest?: Digest | undefined;
}

/** What a listing says of an object: an etag only where it costs the target nothing. */
export interface ListedObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly etag?: string | undefined;
  readonly modifiedAt?: Date | undefined;
}

/** How an object is served, and what its bytes must be. */
export interface ObjectMeta {
  readonly contentType: string;
  readonly cacheControl: string;
  /** What the bytes hash to. A target that can check it refuses other bytes and leaves nothing behind. */
  readonly digest?: Digest | undefined;
}

/** Bytes to upload: a buffer, or a stream that can be opened again for each try. */
export type ObjectBody =
  | Uint8Array
  | {
      readonly sizeBytes: number;
      /** Bytes `[start, end)`. */
      open(start: number, end: number): AsyncIterable<Uint8Array>;
    };

/** Options that every call of a target takes. */
export interface TargetCallOptions {
  /** Aborting it makes the call throw the signal's reason; nothing half-written stays behind. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes sent so far. */
  readonly onProgress?: ((sentBytes: number) => void) | undefined;
}

/** When a conditional put may write: nothing there yet, or still the version that was read. */
export type PutCondition = { readonly ifNoneMatch: '*' } | { readonly ifMatch: string };

/** What a target cannot do, said once, up front. */
export interface TargetCapabilities {
  /** `putIf` is atomic: of two racing writers exactly one wins. */
  readonly conditionalPut: boolean;
  /** `head`, `get` and `put` tell the digest of what is stored; a publish then reads back bytes, not only sizes. */
  readonly digests?: boolean | undefined;
}

/**
 * Where a release goes. Keys are relative, `/` separated (see {@link assertTargetKey}). `put` is atomic and repeatable: a
 * reader sees the old object or the new, never a part. Missing, forbidden and broken are three different answers:
 * `undefined`, `ERR_TARGET_FORBIDDEN`, and `ERR_TARGET_UNREACHABLE` or `ERR_TARGET_FAILED`; where the bucket or folder
 * itself is not there, `ERR_TARGET_MISSING`.
 */
export interface PublishTarget {
  /** Names the target for people: never a credential. */
  readonly name: string;
  readonly capabilities: TargetCapabilities;
  /** Facts of an object, or `undefined` where there is none. Throws `ERR_TARGET_FORBIDDEN` on a 403. */
  head(key: string, options?: TargetCallOptions): Promise<ObjectInfo | undefined>;
  /** The whole object and its facts, or `undefined` where there is none; `ERR_TARGET_TOO_LARGE` above `maxBytes`. */
  get(
    key: string,
    options: TargetCallOptions & { readonly maxBytes: number },
  ): Promise<{ readonly info: ObjectInfo; readonly bytes: Uint8Array } | undefined>;
  /** Writes an object whole. */
  put(key: string, body: ObjectBody, meta: ObjectMeta, options?: TargetCallOptions): Promise<ObjectInfo>;
  /** All objects whose key starts with `prefix`, in the order of their keys' UTF-8 bytes (as S3 lists them). */
  list(prefix: string, options?: TargetCallOptions): AsyncIterable<ListedObject>;
  /** Writes only under a condition; throws `ERR_PUBLISH_CONFLICT` where it does not hold. */
  putIf(
    key: string,
    body: Uint8Array,
    meta: ObjectMeta,
    condition: PutCondition,
    options?: TargetCallOptions,
  ): Promise<ObjectInfo>;
  /** Deletes an object; deleting what is not there is fine. */
  remove?(key: string, options?: TargetCallOptions): Promise<void>;
  /** Where browsers read an object, if the target knows. */
  publicUrl?(key: string): string | undefined;
  /** Gives back connections and handles. */
  close?(): Promise<void>;
}
