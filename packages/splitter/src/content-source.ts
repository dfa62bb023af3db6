/** Where the bytes of resources come from: a Live Update zip, a publisher's folder, a base archive, a plain directory. */
export interface ContentSource {
  readonly name: string;
  /**
   * The stored bytes of a resource, whole and verified (size, CRC and digest, as far as the source has them).
   *
   * @throws SplitError `ERR_CONTENT_MISSING` where the source has no such resource.
   */
  read(resource: ContentRequest, options?: { readonly signal?: AbortSignal | undefined }): Promise<Uint8Array>;
  /** The Defold manifest that describes this content, where there is one. */
  readonly manifest?: Uint8Array | undefined;
  close(): Promise<void>;
}

/** Names one resource of a {@link ContentSource}. */
export interface ContentRequest {
  readonly path: string;
  readonly hexDigest?: string | undefined;
}
