import type { Digest } from '../digest.js';
import type { JsonObject } from '../lading-error.js';
import { canonicalJson } from './canonical-json.js';
import { parseReleaseJson, readRelease } from './release-shape.js';
import type { VariantAxis } from './release-variants.js';
import { semverRangeProblem } from './semver-range.js';

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
  /** Which variant it holds: `axis=value`, with commas between, of the release's {@link Release.variants}. */
  readonly variant?: string | undefined;
  readonly meta?: JsonObject | undefined;
}

/**
 * When an app gets a root: `essential` before it starts, `prefetch` when nothing else is to be done, `on-demand` when the
 * player asks for it.
 */
export type RootPolicy = 'essential' | 'prefetch' | 'on-demand';

/** What one root needs: names of archives, in mount order. */
export interface ReleaseRoot {
  readonly archives: readonly string[];
  /** Default: the app decides. */
  readonly policy?: RootPolicy | undefined;
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
  /**
   * In which ways content of one path differs, the axis that weighs most first. Default: in none, and what archives say of
   * their `variant` is a label.
   */
  readonly variants?: readonly VariantAxis[] | undefined;
}

/**
 * Parses the payload of a release envelope. It says what the document is, not that it may be trusted: `verifyRelease`
 * does that. Fields it does not know are left out, so that later versions of format 1 can add some; another `format` is
 * refused.
 *
 * @returns A release whose archives have unique names and the keys of the bucket layout, so that no key leaves the prefix.
 * @throws ManifestError `ERR_DOCUMENT` with all problems as JSON pointers; `ERR_JSON`, `ERR_TOO_LARGE`.
 */
export function parseRelease(payload: Uint8Array): Release {
  return readRelease(parseReleaseJson(payload), semverRangeProblem);
}

/**
 * Writes a release document as canonical JSON, checked as {@link parseRelease} checks it.
 *
 * @throws ManifestError `ERR_DOCUMENT` with all problems.
 */
export function serializeRelease(release: Release): Uint8Array {
  return new TextEncoder().encode(canonicalJson(readRelease(release, semverRangeProblem)));
}
