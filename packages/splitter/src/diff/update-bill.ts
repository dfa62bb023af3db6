import type { Release, VariantChoice } from '@lading/manifest';
import { diffReleases, type ReleaseDiff } from './diff-releases.js';
import type { RootUpdate } from './root-updates.js';

/** What players of one earlier release download for a new one. */
export interface ReleaseBill extends Pick<ReleaseDiff, 'roots' | 'everything'> {
  readonly version: string;
  readonly sequence: number;
}

/** The update of one root from one earlier release. */
export interface BilledUpdate extends RootUpdate {
  /** Version of the earlier release. */
  readonly from: string;
}

/** What a release costs the players of earlier ones, and those who have nothing yet. */
export interface UpdateBill {
  /** In the order of the earlier releases. */
  readonly from: readonly ReleaseBill[];
  /** For a player who has nothing: a root is new, and everything is all of it. */
  readonly fromNothing: ReleaseBill;
  /** Updates of roots that an earlier release has, too: the largest first. */
  readonly updates: readonly BilledUpdate[];
}

/** Options of {@link updateBill}. */
export interface UpdateBillOptions {
  /** Which variants the player has and gets. Default: the first value of each axis. */
  readonly variants?: VariantChoice | undefined;
}

/**
 * Works out what a release costs players: for each earlier release and each root the bytes, requests and archives that
 * `missing(root)` of a client will name, which has that root of that release. The channel and the release document come on
 * top, once. Pure.
 *
 * @param before - Releases that players may have, the newest first.
 * @example
 * updateBill([live], next).updates[0]; // → { root: '/levels/1.json', from: '1.0.0', downloadBytes: 2_000_000, requests: 1, … }
 */
export function updateBill(before: readonly Release[], after: Release, options: UpdateBillOptions = {}): UpdateBill {
  const from = before.map((release) => billFrom(release, after, options));
  const nothing: Release = { ...after, version: '', sequence: 0, roots: {}, archives: [] };
  const updates = from.flatMap(({ roots, version }) =>
    roots.filter(isUpdate).map((root) => ({ ...root, from: version })),
  );
  return { from, fromNothing: billFrom(nothing, after, options), updates: updates.sort(byBytes) };
}

function billFrom(before: Release, after: Release, options: UpdateBillOptions): ReleaseBill {
  const { roots, everything } = diffReleases(before, after, options);
  return { version: before.version, sequence: before.sequence, roots, everything };
}

/** Both have the root, so there is something to update. */
function isUpdate({ beforeBytes, afterBytes }: RootUpdate): boolean {
  return beforeBytes !== undefined && afterBytes !== undefined;
}

function byBytes(a: BilledUpdate, b: BilledUpdate): number {
  return b.downloadBytes - a.downloadBytes || (a.root < b.root ? -1 : a.root > b.root ? 1 : 0);
}

/** What traffic costs. */
export interface EgressPrice {
  /** Per gigabyte (10^9 bytes), in any currency. */
  readonly perGigabyte: number;
  /** How many installs update. */
  readonly installs: number;
}

/**
 * Works out what it costs when so many installs download so much each. Pure.
 *
 * @example
 * egressCost(2_000_000, { perGigabyte: 0.09, installs: 100_000 }); // → 18
 */
export function egressCost(bytes: number, { perGigabyte, installs }: EgressPrice): number {
  return (bytes / 1e9) * installs * perGigabyte;
}
