import { isLadingError, maxEnvelopeBytes, type ReleaseArchive, releaseKey, verifyRelease } from '@lading/manifest';
import { eachLimited } from './each-limited.js';
import type { PublishTarget, TargetCallOptions } from './publish-target.js';
import { newestRoot, type ReleaseSource } from './release-source.js';
import type { TargetState } from './target-state.js';

const CHECKS_AT_ONCE = 8;

/**
 * Looks closer at what a release needs and the target has: archives by size and digest, the release document by its signature.
 *
 * @returns Keys of what is wrong, and of archives whose digest the target does not tell: uploading them again is harmless.
 */
export async function findDamaged(
  source: ReleaseSource,
  state: TargetState,
  target: PublishTarget,
  options: TargetCallOptions,
): Promise<ReadonlySet<string>> {
  const damaged = new Set<string>();
  const present = source.release.archives.filter(({ key }) => state.objects.has(key));
  await eachLimited(present, { concurrency: CHECKS_AT_ONCE, signal: options.signal }, async (archive, signal) => {
    if (!(await isWhole(target, archive, { signal }))) damaged.add(archive.key);
  });
  const key = releaseKey(source.digest);
  if (state.objects.has(key) && !(await isRelease(source, target, key, options))) damaged.add(key);
  return damaged;
}

async function isWhole(target: PublishTarget, archive: ReleaseArchive, options: TargetCallOptions): Promise<boolean> {
  const info = await target.head(archive.key, options);
  return info?.sizeBytes === archive.sizeBytes && info.digest === archive.digest;
}

async function isRelease(
  source: ReleaseSource,
  target: PublishTarget,
  key: string,
  { signal }: TargetCallOptions,
): Promise<boolean> {
  const { digest, sizeBytes, release } = source;
  try {
    const got = await target.get(key, { signal, maxBytes: maxEnvelopeBytes(sizeBytes) });
    if (got === undefined) return false;
    const { project, sequence } = release;
    await verifyRelease(got.bytes, newestRoot(source.roots), { digest, sizeBytes, project, sequence });
    return true;
  } catch (error) {
    if (isLadingError(error) && /^ERR_(TARGET_TOO_LARGE|TOO_LARGE|ENVELOPE|TRUST_|DOCUMENT|JSON)/.test(error.code))
      return false;
    throw error;
  }
}
