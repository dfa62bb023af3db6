import type { JsonObject, RootPolicy, VariantAxis } from '@lading/manifest';

/** Why a resource is where it is. */
export type PlacementRule =
  /** An {@link ArchiveRule} matched its path. */
  | 'named'
  /** One root alone needs it. */
  | 'root'
  /** This exact set of roots needs it. */
  | 'shared'
  /** No root reaches it, and it is not in the base. */
  | 'unreached'
  /** A strategy of a plug-in put it there. */
  | 'strategy';

/** One resource of a planned archive. */
export interface PlannedResource {
  /** Of the file in the graph and in the content. */
  readonly path: string;
  /** The path that apps ask for, where this is a variant of it. Default: `path`. */
  readonly as?: string | undefined;
  /** Size of the stored content in bytes; -1 where nobody knows it. */
  readonly sizeBytes: number;
  /** Defold's hexDigest, where the content is stored under it. */
  readonly hexDigest?: string | undefined;
}

/** One archive to be written. */
export interface PlannedArchive {
  /** Unique in the plan: `[a-z0-9][a-z0-9._-]{0,63}`. */
  readonly name: string;
  /**
   * The name of the group that this archive is cut from. Where the size cap cut nothing it is the archive's own name;
   * else the first part has it too and the others are called `<group>.<hash of the path that they begin with>`. Archives of a
   * variant have the variant behind the group's name.
   */
  readonly group: string;
  readonly rule: PlacementRule;
  /** Why a strategy put these together, in its own words. */
  readonly reason?: string | undefined;
  /** Which variant its resources are, as the release says it: `locale=de,resolution=low`. Default: none. */
  readonly variant?: string | undefined;
  /** Roots whose own content is in this archive, sorted. A root above one of them needs it as well: see `roots`. */
  readonly consumers: readonly string[];
  readonly priority: number;
  readonly meta?: JsonObject | undefined;
  /** Sum of the known sizes of its resources. */
  readonly sizeBytes: number;
  /** In load order: what was recorded first, then what a resource needs before it. */
  readonly resources: readonly PlannedResource[];
}

/** What a release says of a root beside its archives. */
export interface RootFacts {
  readonly policy?: RootPolicy | undefined;
  readonly meta?: JsonObject | undefined;
}

/** Which resource goes to which archive, and why. Plain JSON: it can be printed, compared and given back. */
export interface SplitPlan {
  readonly format: 'lading.plan/1';
  /** Root path -> names of all archives that it needs, those of roots that it cannot load without included, in mount order. */
  readonly roots: Readonly<Record<string, readonly string[]>>;
  /** Root path -> what the rules say of it; roots of which they say nothing are left out, and so is the field. */
  readonly rootFacts?: Readonly<Record<string, RootFacts>> | undefined;
  /** What stays with the app. */
  readonly base: { readonly resources: number; readonly sizeBytes: number };
  /** What the rules leave out of the release. */
  readonly excluded: { readonly resources: number; readonly sizeBytes: number };
  /** In which ways content of one path differs, as the rules say it; left out where they say nothing. */
  readonly variants?: readonly VariantAxis[] | undefined;
  /** Named ones in rule order, then per root, then shared, then what no root reaches. */
  readonly archives: readonly PlannedArchive[];
  /** What a reader should know: a resource over the cap, a root that needs nothing. */
  readonly warnings: readonly string[];
}
