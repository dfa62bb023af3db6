/** What a finding is about. Names are API: `--json` output and baselines hold them. */
export type LintRule =
  /** Several paths with the same bytes. */
  | 'duplicate'
  /** A root whose content ships with the app already, nearly all of it. */
  | 'mostly-base'
  /** Roots that need nearly the same. */
  | 'similar-roots'
  /** One resource that brings much with it into nearly every root. */
  | 'heavy-shared'
  /** Resources that neither the app nor a root reaches. */
  | 'unreachable'
  /** Resources that should be in one archive and are not. */
  | 'kept-apart'
  /** Roots that have the same file name in different folders. */
  | 'same-name'
  /** Paths that differ in case only, or in their Unicode normal form only. */
  | 'case-clash'
  | 'form-clash';

/** How bad a finding is: an error breaks players, a warning costs them bytes, a notice is good to know. */
export type LintSeverity = 'error' | 'warning' | 'notice';

/** One thing that {@link lintGraph} found. Plain JSON. */
export interface LintFinding {
  readonly rule: LintRule;
  readonly severity: LintSeverity;
  /** What is the case, in a sentence without the paths. */
  readonly message: string;
  /** The paths it is about, in order, at most `maxPaths` of them. */
  readonly paths: readonly string[];
  /** How many paths it is about in all. */
  readonly pathCount: number;
  /** Stored bytes that it is about; what each rule counts is said at its option. Unknown sizes count as 0. */
  readonly bytes: number;
  /** What can be done. */
  readonly hint: string;
}

/** How the rules of {@link lintGraph} are set. Shares are 0 … 1; bytes are stored bytes. */
export interface LintThresholds {
  /** Least size of a file that counts as a duplicate. Default 1,024. */
  readonly duplicateBytes: number;
  /** Least part of a root's closure that the base holds for `mostly-base`. Default 0.9. */
  readonly baseShare: number;
  /** Least part of the larger of two roots that both need for `similar-roots`. Default 0.95. */
  readonly similarShare: number;
  /** Least bytes that nobody would need without the resource for `heavy-shared`. Default 1 MiB. */
  readonly heavyBytes: number;
  /** Least part of all roots that need it for `heavy-shared`; two roots at least. Default 0.9. */
  readonly heavyShare: number;
  /** The most paths that one finding lists. Default 1,000. */
  readonly maxPaths: number;
}

/** Defaults of {@link LintThresholds}. */
export const LINT_DEFAULTS: LintThresholds = {
  duplicateBytes: 1_024,
  baseShare: 0.9,
  similarShare: 0.95,
  heavyBytes: 1_048_576,
  heavyShare: 0.9,
  maxPaths: 1_000,
};
