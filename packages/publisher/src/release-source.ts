import type { Digest, Release, ReleaseArchive, TrustedRoot } from '@lading/manifest';
import type { ObjectBody } from './publish-target.js';

/** A release that was checked and can be published: `openReleaseFolder` makes one of what `split` wrote. */
export interface ReleaseSource {
  /** Where it comes from, for people. */
  readonly name: string;
  /** The chain of roots, oldest first and never empty, each reached from the one before. The last one is trusted. */
  readonly roots: readonly [TrustedRoot, ...TrustedRoot[]];
  readonly release: Release;
  /** The release's envelope, verified against the last root. */
  readonly bytes: Uint8Array;
  /** Digest and size of the payload, as a channel names them. */
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** False where the archives are on the target already and cannot be opened here. Default true. */
  readonly hasArchives?: boolean | undefined;
  /** The sequence that the release had before {@link numberRelease} gave it a higher one. */
  readonly renumberedFrom?: number | undefined;
  /**
   * Opens an archive of the release. The body has exactly the bytes that the release names: they were hashed.
   *
   * @throws PublishError `ERR_PUBLISH_SOURCE` where the archive is missing or is another one.
   */
  openArchive(archive: ReleaseArchive, options: { readonly signal?: AbortSignal | undefined }): Promise<ObjectBody>;
}

/** The newest root of a chain. */
export function newestRoot(roots: ReleaseSource['roots']): TrustedRoot {
  return roots.at(-1) ?? roots[0];
}
