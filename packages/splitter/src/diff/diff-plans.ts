import { type VariantChoice, variantLayers } from '@lading/manifest';
import type { PlannedResource, SplitPlan } from '../plan/split-plan.js';
import {
  type ArchivesDiff,
  type ComparedContent,
  compareArchives,
  type RootUpdate,
  rootUpdates,
  wholeUpdate,
} from './root-updates.js';

/** A resource that is in another archive than before. */
export interface MovedResource {
  readonly path: string;
  readonly from: string;
  readonly to: string;
}

/** How a plan differs from an earlier one. Lists are sorted by path; bytes are those of contents, before compression. */
export interface PlanDiff {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Another hexDigest or another size. */
  readonly changed: readonly string[];
  /** In another archive; the content may have changed as well. */
  readonly moved: readonly MovedResource[];
  readonly archives: ArchivesDiff;
  /** Per root of either plan, sorted. */
  readonly roots: readonly RootUpdate[];
  /** For a player who has everything. */
  readonly everything: { readonly downloadBytes: number; readonly requests: number };
}

/**
 * Compares two split plans: which resources come, go, change and move, and what each root's update costs. Pure.
 *
 * A plan knows content by hexDigest and size. Where it has no hexDigest (plain folders), an edit that keeps the size of a
 * file is not seen: compare releases then.
 *
 * @param options.variants - Which variants the player has and gets. Default: the first value of each axis.
 * @example
 * diffPlans(planSplit(old, rules), planSplit(next, rules)).moved;
 */
export function diffPlans(
  before: SplitPlan,
  after: SplitPlan,
  { variants }: { readonly variants?: VariantChoice | undefined } = {},
): PlanDiff {
  const [was, is] = [placesOf(before), placesOf(after)];
  const both = [...is.keys()].filter((path) => was.has(path)).sort();
  const [a, b] = [contentOf(before, variants), contentOf(after, variants)];
  return {
    added: [...is.keys()].filter((path) => !was.has(path)).sort(),
    removed: [...was.keys()].filter((path) => !is.has(path)).sort(),
    changed: both.filter((path) => contentId(was.get(path)) !== contentId(is.get(path))),
    moved: both.flatMap((path) => {
      const [from, to] = [was.get(path)?.archive ?? '', is.get(path)?.archive ?? ''];
      return from === to ? [] : { path, from, to };
    }),
    archives: compareArchives(a, b),
    roots: rootUpdates(a, b),
    everything: wholeUpdate(a, b),
  };
}

type Place = PlannedResource & { readonly archive: string };

function placesOf(plan: SplitPlan): Map<string, Place> {
  return new Map(
    plan.archives.flatMap(({ name, resources }) => resources.map((r) => [r.path, { ...r, archive: name }])),
  );
}

function contentId(resource: PlannedResource | undefined): string {
  return `${resource?.hexDigest ?? ''} ${resource?.sizeBytes ?? -1}`;
}

/** An archive's bytes follow from its resources, their order, and its metadata. */
function contentOf(plan: SplitPlan, choice: VariantChoice | undefined): ComparedContent {
  const layerOf = variantLayers(plan.variants, choice);
  const unwanted = new Set(plan.archives.flatMap(({ name, variant }) => (layerOf(variant) < 0 ? [name] : [])));
  return {
    archives: plan.archives.map(({ name, resources, sizeBytes, meta }) => ({
      name,
      id: JSON.stringify([
        name,
        meta ?? null,
        ...resources.map((resource) => [resource.as ?? resource.path, contentId(resource)]),
      ]),
      sizeBytes,
    })),
    roots: new Map(
      Object.entries(plan.roots).map(([root, names]) => [root, names.filter((name) => !unwanted.has(name))]),
    ),
  };
}
