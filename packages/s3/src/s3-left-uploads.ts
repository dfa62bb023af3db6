import type { TargetCallOptions } from '@lading/publisher';
import { failureOf } from './s3-error.js';
import { abortOptions, type S3Session } from './s3-session.js';

/** An upload in parts that was begun and neither completed nor aborted: whoever did it was killed, or is still at it. */
export interface UploadLeft {
  readonly uploadId: string;
  /** What the server has of it, by part number. */
  readonly parts: ReadonlyMap<number, { readonly etag: string; readonly sizeBytes: number }>;
}

/** The most uploads that are looked through: more than anybody leaves behind. */
const MAX_UPLOADS = 10_000;
/** Part numbers of S3 go to 10,000, a page has up to 1,000. */
const MAX_PAGES = 10_000;

/**
 * Finds the upload of a key that was left with the most parts. All uploads below the target's prefix are listed once for
 * each session. Where the server cannot list them, or we may not, there is none.
 */
export async function findUpload(
  session: S3Session,
  key: string,
  options: TargetCallOptions,
): Promise<UploadLeft | undefined> {
  session.learned.uploadsLeft ??= listUploads(session, options);
  let best: UploadLeft | undefined;
  for (const uploadId of (await session.learned.uploadsLeft).get(key) ?? []) {
    const parts = await listParts(session, key, uploadId, options);
    if (parts.size > (best?.parts.size ?? 0)) best = { uploadId, parts };
  }
  return best;
}

async function listUploads(
  session: S3Session,
  options: TargetCallOptions,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  const { sdk, client, bucket: Bucket, base: Prefix } = session;
  let markers: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {};
  for (let count = 0; count < MAX_UPLOADS; ) {
    const command = new sdk.ListMultipartUploadsCommand({ Bucket, Prefix, ...markers });
    const page = await client.send(command, abortOptions(options.signal)).catch((error: unknown) => {
      if (mayLackListing(error)) return { Uploads: [], IsTruncated: false };
      session.learned.uploadsLeft = undefined;
      throw error;
    });
    for (const { Key, UploadId } of page.Uploads ?? []) {
      count += 1;
      if (Key !== undefined && UploadId !== undefined) found.set(Key, [...(found.get(Key) ?? []), UploadId]);
    }
    if (page.IsTruncated !== true || !('NextKeyMarker' in page) || page.NextKeyMarker === markers.KeyMarker) break;
    markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
  }
  return found;
}

async function listParts(
  { sdk, client, bucket: Bucket }: S3Session,
  Key: string,
  UploadId: string,
  options: TargetCallOptions,
): Promise<UploadLeft['parts']> {
  const parts = new Map<number, { etag: string; sizeBytes: number }>();
  let marker: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const command = new sdk.ListPartsCommand({ Bucket, Key, UploadId, ...(marker && { PartNumberMarker: marker }) });
    const page = await client.send(command, abortOptions(options.signal)).catch((error: unknown) => {
      if (failureOf(error).code === 'NoSuchUpload' || mayLackListing(error)) return undefined; // ended meanwhile
      throw error;
    });
    for (const { PartNumber, ETag, Size } of page?.Parts ?? []) {
      if (PartNumber !== undefined && ETag !== undefined) parts.set(PartNumber, { etag: ETag, sizeBytes: Size ?? -1 });
    }
    const next = page?.IsTruncated === true ? page.NextPartNumberMarker : undefined;
    if (next === undefined || next === marker) break;
    marker = next;
  }
  return parts;
}

/** Listing uploads takes a permission of its own, and not every server can: then nothing is resumed. */
function mayLackListing(error: unknown): boolean {
  const { status } = failureOf(error);
  return status === 403 || status === 501 || status === 405;
}
