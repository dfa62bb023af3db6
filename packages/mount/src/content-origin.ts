import type { ByteSource } from './byte-source.js';

/** Options of {@link ContentOrigin} calls. */
export interface OriginOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * The place that a bucket layout is read from: a prefix over HTTP, a folder, memory. Keys are relative
 * (`archives/level-1.0123456789abcdef.zip`), as they stand in signed documents.
 */
export interface ContentOrigin {
  /** What messages call it. */
  readonly name: string;
  /** A whole small object, at most `maxBytes` of it ever read; `undefined` where there is none (404, ENOENT) and only then. */
  fetch(key: string, options: OriginOptions & { readonly maxBytes: number }): Promise<Uint8Array | undefined>;
  /** Random access to an object whose size a signed document states. */
  open(key: string, options: OriginOptions & { readonly sizeBytes: number }): Promise<ByteSource>;
  /** The bytes from `offset` to the end, in order, for downloads; may be cut short by the transport (`ERR_SOURCE_*`). */
  stream(
    key: string,
    options: OriginOptions & { readonly offset: number; readonly sizeBytes: number },
  ): AsyncIterable<Uint8Array>;
  /**
   * Says that the bytes of an object were wrong for the `times`th time. True where it will come from somewhere else next time, so
   * that another try makes sense. An origin that is one place leaves it out.
   */
  refuse?(times: number): boolean;
  /** Every object of the layout, in code unit order. A transport that cannot list (HTTP) leaves it out. */
  list?(options?: OriginOptions): Promise<readonly OriginObject[]>;
}

/** One object of a content origin. */
export interface OriginObject {
  readonly key: string;
  readonly sizeBytes: number;
}
