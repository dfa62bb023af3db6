import type { Release } from '@lading/manifest';
import {
  type ArchivesDiff,
  type ComparedContent,
  compareArchives,
  type RootUpdate,
  rootUpdates,
  wholeUpdate,
} from './root-updates.js';

/** How a release differs from an earlier one, and what that costs players. Bytes are those of archive files. */
export interface ReleaseDiff {
  readonly archives: ArchivesDiff;
  /** Per root of either release, sorted. */
  readonly roots: readonly RootUpdate[];
  /** For a player who has everything. */
  readonly everything: { readonly downloadBytes: number; readonly requests: number };
}

/**
 * Compares two releases by the digests of their archives. Pure. An archive counts as a whole: what a client saves by
 * composing it from the members that it has is not in the bill, so this is the most that a player downloads.
 *
 * @example
 * diffReleases(current, next).roots.filter((root) => root.downloadBytes > 2_000_000);
 */
export function diffReleases(before: Release, after: Release): ReleaseDiff {
  const [a, b] = [contentOf(before), contentOf(after)];
  return { archives: compareArchives(a, b), roots: rootUpdates(a, b), everything: wholeUpdate(a, b) };
}

function contentOf(release: Release): ComparedContent {
  return {
    archives: release.archives.map(({ name, digest, sizeBytes }) => ({ name, id: digest, sizeBytes })),
    roots: new Map(Object.entries(release.roots).map(([root, { archives }]) => [root, archives])),
  };
}
