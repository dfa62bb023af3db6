import { archivesOfRoot, type Release, type VariantChoice } from '@lading/manifest';
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
 * @param options.variants - Which variants the player has and gets. Default: the first value of each axis.
 * @example
 * diffReleases(current, next).roots.filter((root) => root.downloadBytes > 2_000_000);
 */
export function diffReleases(
  before: Release,
  after: Release,
  { variants }: { readonly variants?: VariantChoice | undefined } = {},
): ReleaseDiff {
  const [a, b] = [contentOf(before, variants), contentOf(after, variants)];
  return { archives: compareArchives(a, b), roots: rootUpdates(a, b), everything: wholeUpdate(a, b) };
}

function contentOf(release: Release, choice: VariantChoice | undefined): ComparedContent {
  const namesOf = (root: string): string[] => (archivesOfRoot(release, root, choice) ?? []).map(({ name }) => name);
  return {
    archives: release.archives.map(({ name, digest, sizeBytes }) => ({ name, id: digest, sizeBytes })),
    roots: new Map(Object.keys(release.roots).map((root) => [root, namesOf(root)])),
  };
}
