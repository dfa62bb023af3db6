/** Options of one read. */
export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Random access to bytes that do not change: memory, a file, a Blob, HTTP ranges.
 *
 * `read(offset, length)` gives exactly `length` bytes or throws: `ERR_SOURCE_RANGE` for a range outside
 * `[0, sizeBytes]`, `ERR_SOURCE_TRUNCATED` where the bytes end early, `ERR_SOURCE_CHANGED` where the content is another
 * one by now, `ERR_SOURCE_*` for transports. An aborted signal rejects with its reason.
 */
export interface ByteSource {
  /** What messages call it: a file name, a URL without credentials. */
  readonly name: string;
  readonly sizeBytes: number;
  read(offset: number, length: number, options?: ReadOptions): Promise<Uint8Array<ArrayBuffer>>;
  close?(): Promise<void>;
}
