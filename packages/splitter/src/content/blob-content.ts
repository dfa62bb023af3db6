import { RESOURCE_HEADER_BYTES } from '@lading/manifest';
import { missingContent } from './content-errors.js';
import type { ContentFacts, ContentOptions, ContentRequest, ContentSource } from './content-source.js';
import { type DefoldIndex, verifyDefoldMember } from './defold-index.js';

/** Where blobs named by hexDigest, and plain files named by path, lie. @internal */
export interface BlobStore {
  readonly name: string;
  readonly manifest: Uint8Array;
  readonly index: DefoldIndex;
  /** Size of a blob with its resource header; `undefined` where there is none. */
  statBlob(hexDigest: string): Promise<number | undefined>;
  /** A blob with its resource header, read but not judged. Only asked for blobs that `statBlob` knows. */
  readBlob(hexDigest: string, options: ContentOptions): Promise<Uint8Array>;
  /** Files beside the blobs, by resource path. Default none. */
  readonly plain?: Pick<ContentSource, 'stat' | 'read'> | undefined;
  close(): Promise<void>;
}

/** Makes a content source of a store of blobs: every blob that it gives is verified. @internal */
export function blobContent(store: BlobStore): ContentSource {
  const { name, index, manifest, plain } = store;
  const stat = async (resource: ContentRequest, options?: ContentOptions): Promise<ContentFacts | undefined> => {
    const blob = index.blobOf(resource);
    const sizeBytes = blob === undefined ? undefined : await store.statBlob(blob);
    return sizeBytes === undefined ? plain?.stat({ path: resource.path }, options) : { sizeBytes };
  };
  const read = async (resource: ContentRequest, options: ContentOptions = {}): Promise<Uint8Array> => {
    options.signal?.throwIfAborted();
    const blob = index.blobOf(resource);
    if (blob !== undefined && (await store.statBlob(blob)) !== undefined) {
      const bytes = await store.readBlob(blob, options);
      verifyDefoldMember(bytes, blob, { source: name, index });
      return bytes;
    }
    if (plain === undefined) throw missingContent(name, resource);
    return plain.read({ path: resource.path }, options);
  };
  return { name, manifest, stat, read, close: () => store.close() };
}

/** Puts the resource header before a payload. @internal */
export function withHeader(header: Uint8Array, payload: Uint8Array): Uint8Array {
  const member = new Uint8Array(RESOURCE_HEADER_BYTES + payload.length);
  member.set(header);
  member.set(payload, RESOURCE_HEADER_BYTES);
  return member;
}
