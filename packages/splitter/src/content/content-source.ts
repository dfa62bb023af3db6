/** Where the bytes of resources come from: a Live Update zip, a publisher's folder, a base archive, a plain directory. */
export interface ContentSource {
  /** What messages call it. */
  readonly name: string;
  /** The Defold manifest that describes this content, where there is one. */
  readonly manifest?: Uint8Array | undefined;
  /**
   * What the source knows of a resource without reading it; `undefined` where it has no such resource, and only then.
   */
  stat(resource: ContentRequest, options?: ContentOptions): Promise<ContentFacts | undefined>;
  /**
   * The stored bytes of a resource, whole and verified (size, CRC and digest, as far as the source has them). Content
   * that is named by a hexDigest comes with Defold's 16-byte resource header.
   *
   * @throws SplitError `ERR_CONTENT_MISSING` where the source has no such resource.
   */
  read(resource: ContentRequest, options?: ContentOptions): Promise<Uint8Array>;
  /**
   * The path of a file whose bytes are the resource, where there is one and nothing has to be verified: a writer then
   * streams what is too big for memory. Optional.
   */
  fileOf?(resource: ContentRequest): string | undefined;
  close(): Promise<void>;
}

/** Names one resource of a {@link ContentSource}. */
export interface ContentRequest {
  readonly path: string;
  readonly hexDigest?: string | undefined;
}

/** Options of {@link ContentSource} calls. */
export interface ContentOptions {
  readonly signal?: AbortSignal | undefined;
}

/** What {@link ContentSource.stat} tells. */
export interface ContentFacts {
  /** How many bytes `read` gives. */
  readonly sizeBytes: number;
}
