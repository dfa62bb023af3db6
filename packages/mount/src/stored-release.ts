import { type Digest, ManifestError, type TrustedRoot, verifyRelease } from '@lading/manifest/client';
import { readReleaseRecord, TRUST_RECORDS } from './trust-records.js';
import type { KnownRelease, TrustContext } from './trust-state.js';

/**
 * Reads a release that was verified and stored earlier, and verifies it again. `undefined` where it is not there, or
 * where the keys that signed it are not trusted any more.
 */
export async function loadRelease(
  digest: Digest,
  root: TrustedRoot,
  { store, signal }: TrustContext,
): Promise<KnownRelease | undefined> {
  const record = readReleaseRecord(await store.record(TRUST_RECORDS.release(digest), { signal }));
  if (record === undefined) return undefined;
  try {
    const release = await verifyRelease(new TextEncoder().encode(record.envelope), root, { ...record, digest });
    return { digest, release };
  } catch (error) {
    // Keys were rotated away since: not trusted, so not there. The next refresh brings one that is.
    if (error instanceof ManifestError && error.code.startsWith('ERR_TRUST')) return undefined;
    throw error;
  }
}
