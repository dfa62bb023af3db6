import type { JsonObject } from '@lading/manifest';

/** Names an archive by hand: what its globs match goes there, wherever the graph would have put it. The base stays the base. */
export interface ArchiveRule {
  /** `a-z`, `0-9`, `.`, `_`, `-`, at most 64 characters, unique among the rules. */
  readonly name: string;
  /** Globs over resource paths (`/themes/winter/**`). */
  readonly include: readonly string[];
  readonly exclude?: readonly string[] | undefined;
  /** Mount priority, 0 or more. Default: that of the rules. */
  readonly priority?: number | undefined;
  readonly meta?: JsonObject | undefined;
}

/** What says which resource goes to which archive. */
export interface SplitRules {
  /** Globs of root paths. Default: the roots that the graph itself marks. */
  readonly roots?: readonly string[] | undefined;
  /** Named archives, tried in order; the first that matches takes the resource. Default none. */
  readonly archives?: readonly ArchiveRule[] | undefined;
  /** Globs of resources that are left out of the release. Default none. */
  readonly exclude?: readonly string[] | undefined;
  /**
   * Upper bound of an archive's content in bytes, before compression and without the zip's own records; a single larger
   * resource gets an archive of its own. Default none.
   */
  readonly maxArchiveBytes?: number | undefined;
  /** Mount priority of archives that no rule names. Default 10. */
  readonly priority?: number | undefined;
}

/** What `undefined` means in {@link SplitRules}. */
export const SPLIT_RULES_DEFAULTS = { archives: [], exclude: [], priority: 10 } as const;
