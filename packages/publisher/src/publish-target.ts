/** What a target says of an object. */
export interface ObjectInfo {
  readonly key: string;
  readonly sizeBytes: number;
  /** Opaque version of the object, for {@link PublishTarget.putIf}. */
  readonly etag: string;
  readonly modifiedAt?: Date | undefined;
}

/** How an object is served. */
export interface ObjectMeta {
  readonly contentType: string;
  readonly cacheControl: string;
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
}

/**
 * Where a release goes. Keys are relative, `/` separated. `put` is atomic and repeatable: a reader sees the old object
 * or the new, never a part. Missing, forbidden and broken are three different answers.
 */
export interface PublishTarget {
  readonly name: string;
  readonly capabilities: TargetCapabilities;
  /** Facts of an object, or `undefined` where there is none. Throws `ERR_TARGET_FORBIDDEN` on a 403. */
  head(key: string, options?: TargetCallOptions): Promise<ObjectInfo | undefined>;
  /** The whole object and its facts, or `undefined` where there is none; never more than `maxBytes`. */
  get(
    key: string,
    options: TargetCallOptions & { readonly maxBytes: number },
  ): Promise<{ readonly info: ObjectInfo; readonly bytes: Uint8Array } | undefined>;
  /** Writes an object whole. */
  put(key: string, body: ObjectBody, meta: ObjectMeta, options?: TargetCallOptions): Promise<ObjectInfo>;
  /** All objects whose key starts with `prefix`, in code unit order of their keys. */
  list(prefix: string, options?: TargetCallOptions): AsyncIterable<ObjectInfo>;
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
