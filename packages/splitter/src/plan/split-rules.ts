import type { JsonObject, RootPolicy } from '@lading/manifest';
import type { VariantRules } from './variant-rules.js';

/** Names an archive by hand: what its globs match goes there, wherever the graph would have put it. The base stays the base. */
export interface ArchiveRule {
  /** `a-z`, `0-9`, `.`, `_`, `-`, at most 64 characters, unique among the rules. */
  readonly name: string;
  /** Globs over resource paths (`/themes/winter/**`). */
  readonly include: readonly string[];
  /** Globs of what it does not take; `archive:NAME` stands for what the patterns of another named archive take. */
  readonly exclude?: readonly string[] | undefined;
  /** Mount priority, 0 or more. Default: that of the rules. */
  readonly priority?: number | undefined;
  readonly meta?: JsonObject | undefined;
}

/** How resources that several roots need are put together. */
export interface SharedRule {
  /** By the exact set of roots that need them: the only way there is. Default `consumers`. */
  readonly by?: 'consumers' | undefined;
  /**
   * What a request is worth in bytes, 1 or more. Sets S and T with less than this in one of them are merged where
   * `minBytes × |S ∩ T|`, for the requests saved, is more than `size(S) × |T \ S| + size(T) × |S \ T|`, for what roots then
   * download without need (sizes rounded up to powers of two); the best pair first. Default: nothing is merged.
   */
  readonly minBytes?: number | undefined;
}

/** What a release says of roots beside their archives. */
export interface RootRule {
  /** Glob of root paths. */
  readonly roots: string;
  /** When an app gets these roots. Default: the app decides. */
  readonly policy?: RootPolicy | undefined;
  readonly meta?: JsonObject | undefined;
}

/** What says which resource goes to which archive. */
export interface SplitRules {
  /** Globs of root paths. Default: the roots that the graph itself marks. */
  readonly roots?: readonly string[] | undefined;
  /** What the release says of roots: for each root the first that matches. It makes nothing a root. Default none. */
  readonly rootRules?: readonly RootRule[] | undefined;
  /** Named archives, tried in order; the first that matches takes the resource. Default none. */
  readonly archives?: readonly ArchiveRule[] | undefined;
  /** Globs of resources that are left out of the release. Default none. */
  readonly exclude?: readonly string[] | undefined;
  /**
   * Upper bound of an archive's content in bytes, before compression and without the zip's own records; a single larger
   * resource gets an archive of its own. Default none.
   */
  readonly maxArchiveBytes?: number | undefined;
  /**
   * Lists of globs. Two resources that match one list, and of which one needs the other directly, stay in one archive, also
   * where another root needs only one of them and under the size cap. Named archives and `exclude` win over it. Default none.
   */
  readonly keepTogether?: readonly (readonly string[])[] | undefined;
  /** How resources that several roots need are put together. Default: one archive per exact set of roots. */
  readonly shared?: SharedRule | undefined;
  /**
   * Resource paths in the order in which a game was seen to load them. In each archive these come first, in this order, so that a
   * reader of ranges reads ahead; the others follow, what a resource needs before it. It moves nothing from archive to archive.
   * Default none.
   */
  readonly loadOrder?: readonly string[] | undefined;
  /**
   * Files that are variants of one path. Each variant of a group gets archives of its own, and an app those of the variants that
   * it chose. The base keeps its files under their own names. Default none.
   */
  readonly variants?: VariantRules | undefined;
  /** Mount priority of archives that no rule names. Default 10. */
  readonly priority?: number | undefined;
}

/** What `undefined` means in {@link SplitRules}. */
export const SPLIT_RULES_DEFAULTS = { archives: [], exclude: [], priority: 10 } as const;
