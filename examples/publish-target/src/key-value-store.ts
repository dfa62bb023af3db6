/** A value, and the version that a conditional write must name. */
export interface VersionedValue {
  readonly value: Uint8Array;
  readonly version: string;
}

/** What hosted key-value databases have in common: small values, one atomic "set if still that version", keys in order. */
export interface KeyValueStore {
  /** No value may be larger. */
  readonly maxValueBytes: number;
  get(key: string, options: StoreOptions): Promise<VersionedValue | undefined>;
  /**
   * Writes a value and gives its version; `undefined` where the condition does not hold. `expected` is a version, `'none'`
   * for "nothing there yet", or left out.
   */
  set(
    key: string,
    value: Uint8Array,
    options: StoreOptions & { readonly expected?: string },
  ): Promise<string | undefined>;
  delete(key: string, options: StoreOptions): Promise<void>;
  /** Keys with a prefix and their values, in the order of the keys' UTF-8 bytes. */
  entries(prefix: string, options: StoreOptions): AsyncIterable<readonly [key: string, value: Uint8Array]>;
}

/** Options of every call. */
export interface StoreOptions {
  readonly signal?: AbortSignal | undefined;
}
