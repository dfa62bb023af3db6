import type { Digest } from '../digest.js';
import type { JsonObject } from '../lading-error.js';

/** Where an archive's directory stands: from the first central directory header to the last byte of the file. */
export interface ArchiveDirectory {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly digest: Digest;
}

/** One archive of a release. `key` is relative to the prefix that the channel was read from. */
export interface ReleaseArchive {
  readonly name: string;
  readonly key: string;
  readonly sizeBytes: number;
  readonly digest: Digest;
  readonly directory: ArchiveDirectory;
  /** How many members the archive has. */
  readonly entries: number;
  /** Priority of the mount, 0 or more; the higher one wins. */
  readonly priority: number;
  /** Name, version and level of the deflate encoder that made the bytes, or `store`. */
  readonly encoder: string;
  readonly variant?: string | undefined;
  readonly meta?: JsonObject | undefined;
}

/** What one root needs: names of archives, in mount order. */
export interface ReleaseRoot {
  readonly archives: readonly string[];
  readonly meta?: JsonObject | undefined;
}

/** What the app must be for a release to be adopted. */
export interface ReleaseCompat {
  /** A semver range of the app's own version. */
  readonly app?: string | undefined;
  /** Engine versions, for example `1.11.2`. */
  readonly engines?: readonly string[] | undefined;
}

/** All archives of one build and what each root needs. Signed by the release key. */
export interface Release {
  readonly format: 'lading.release/1';
  readonly project: string;
  readonly version: string;
  readonly sequence: number;
  /** RFC 3339 time in UTC. Comes from the caller, never from the clock. */
  readonly createdAt: string;
  readonly compat: ReleaseCompat;
  /** Keys are resource paths; the object has no prototype. */
  readonly roots: Readonly<Record<string, ReleaseRoot>>;
  readonly archives: readonly ReleaseArchive[];
}
