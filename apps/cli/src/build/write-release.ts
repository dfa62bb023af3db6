import {
  MAX_RELEASE_BYTES,
  type Release,
  releaseKey,
  rootKey,
  type SignedDocument,
  type TrustedRoot,
  verifyRelease,
} from '@lading/manifest';
import type { ObjectMeta, PublishTarget } from '@lading/publisher';

const JSON_META: ObjectMeta = { contentType: 'application/json', cacheControl: 'public, max-age=31536000, immutable' };

/** A release that was written into a layout. */
export interface WrittenRelease {
  readonly key: string;
  /** False where the same release, rightly signed, was there already: signatures differ from run to run, content does not. */
  readonly isNew: boolean;
}

/** Writes root and release into a layout whose archives are there: a release never names what is missing. */
export async function writeRelease(
  target: PublishTarget,
  signed: SignedDocument,
  { root, release }: { readonly root: TrustedRoot; readonly release: Release },
): Promise<WrittenRelease> {
  await target.put(rootKey(root.root.version), root.bytes, JSON_META);
  const key = releaseKey(signed.digest);
  const pointer = {
    digest: signed.digest,
    sizeBytes: signed.sizeBytes,
    sequence: release.sequence,
    project: release.project,
  };
  const there = await target.get(key, { maxBytes: MAX_RELEASE_BYTES });
  if (there !== undefined && (await isRight(verifyRelease(there.bytes, root, pointer)))) return { key, isNew: false };
  await target.put(key, signed.bytes, JSON_META);
  return { key, isNew: true };
}

/** Whether a document verifies; one that does not is written anew. */
function isRight(verified: Promise<unknown>): Promise<boolean> {
  return verified.then(
    () => true,
    () => false,
  );
}
