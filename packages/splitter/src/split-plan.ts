import type { JsonObject } from '@lading/manifest';

/** Why a resource is where it is. */
export type PlacementRule =
  /** An {@link ArchiveRule} matched its path. */
  | 'named'
  /** One root alone needs it. */
  | 'root'
  /** This exact set of roots needs it. */
  | 'shared'
  /** No root reaches it, and it is not in the base. */
  | 'unreached';

/** One resource of a planned archive. */
export interface PlannedResource {
  readonly path: string;
  /** Size of the stored content in bytes; -1 where the graph does not know it. */
  readonly sizeBytes: number;
  /** Defold's hexDigest, where the content is stored under it. */
  readonly hexDigest?: string | undefined;
}

/** One archive to be written. */
export interface PlannedArchive {
  readonly name: string;
  readonly rule: PlacementRule;
  /** Roots that need this archive, sorted. */
  readonly consumers: readonly string[];
  readonly priority: number;
  readonly meta?: JsonObject | undefined;
  /** Sum of the known sizes of its resources. */
  readonly sizeBytes: number;
  /** In load order. */
  readonly resources: readonly PlannedResource[];
}

/** Which resource goes to which archive, and why. Plain JSON: it can be printed, compared and given back. */
export interface SplitPlan {
  readonly format: 'lading.plan/1';
  /** Root path -> names of the archives that it needs, in mount order. */
  readonly roots: Readonly<Record<string, readonly string[]>>;
  /** What stays with the app. */
  readonly base: { readonly resources: number; readonly sizeBytes: number };
  readonly archives: readonly PlannedArchive[];
  /** What a reader should know: a resource over the cap, a root that needs nothing. */
  readonly warnings: readonly string[];
}
