import type { GraphCut } from '../closure.js';
import { GraphError } from '../graph-error.js';
import type { ResourceGraph } from '../resource-graph.js';
import { findClashes, findSameNames } from './clashes.js';
import { findDuplicates } from './duplicates.js';
import { findHeavyShared } from './heavy-shared.js';
import { findKeptApart } from './kept-apart.js';
import {
  LINT_DEFAULTS,
  type LintFinding,
  type LintRule,
  type LintSeverity,
  type LintThresholds,
} from './lint-finding.js';
import { type LintSubject, lintSubject } from './lint-subject.js';
import { findMostlyBase } from './mostly-base.js';
import { findSimilarRoots } from './similar-roots.js';
import { findUnreachable } from './unreachable.js';

/** Options of {@link lintGraph}. */
export interface LintOptions extends GraphCut, Partial<LintThresholds> {
  /**
   * A digest of a node's content, or `undefined` where nobody knows it; equal digests are equal bytes. Default: the
   * graph's hexDigest.
   */
  readonly digestOf?: ((node: number) => string | undefined) | undefined;
  /** Tells of a path whether a split rule places it or leaves it out, so that `unreachable` is silent. Default: none is. */
  readonly isPlaced?: ((path: string) => boolean) | undefined;
  /** Paths that should be in one archive and are in several, a list for each, as a split plan has it. Default none. */
  readonly keptApart?: readonly (readonly string[])[] | undefined;
  /** Rules to leave out. Default none. */
  readonly ignore?: readonly LintRule[] | undefined;
}

const RULES: readonly {
  readonly names: readonly LintRule[];
  readonly find: (subject: LintSubject) => LintFinding[];
}[] = [
  { names: ['case-clash', 'form-clash'], find: findClashes },
  { names: ['duplicate'], find: findDuplicates },
  { names: ['mostly-base'], find: findMostlyBase },
  { names: ['similar-roots'], find: findSimilarRoots },
  { names: ['heavy-shared'], find: findHeavyShared },
  { names: ['unreachable'], find: findUnreachable },
  { names: ['kept-apart'], find: findKeptApart },
  { names: ['same-name'], find: findSameNames },
];

/** Every rule of {@link lintGraph}. */
export const LINT_RULES: readonly LintRule[] = RULES.flatMap(({ names }) => names);

const SEVERITIES: readonly LintSeverity[] = ['error', 'warning', 'notice'];

/**
 * Looks for what costs players bytes or breaks on their systems: duplicates, roots that are mostly in the base, roots
 * that are alike, shared resources that drag megabytes into every root, resources that nothing needs, names that clash.
 * Pure, and exact: time grows with nodes + edges for each 32 roots, not with pairs of roots.
 *
 * @returns Findings, errors first, then by bytes, the most first, then by rule and path.
 * @throws GraphError `ERR_GRAPH_LIMIT` where a threshold is no number in its range.
 * @example
 * const roots = selectRoots(graph);
 * lintGraph(graph, { roots, base: findBase(graph, roots) }).filter((finding) => finding.severity === 'error');
 */
export function lintGraph(graph: ResourceGraph, options: LintOptions): LintFinding[] {
  const limits = checkedThresholds(options);
  const digestOf = options.digestOf ?? ((node) => graph.hexDigestOf(node));
  const { isPlaced = () => false, keptApart = [] } = options;
  const subject = lintSubject(graph, options, { limits, digestOf, isPlaced, keptApart });
  const ignored = new Set(options.ignore ?? []);
  return RULES.filter(({ names }) => !names.every((name) => ignored.has(name)))
    .flatMap(({ find }) => find(subject))
    .filter(({ rule }) => !ignored.has(rule))
    .sort(compareFindings);
}

function checkedThresholds(options: Partial<LintThresholds>): LintThresholds {
  const limits: { -readonly [Name in keyof LintThresholds]: number } = { ...LINT_DEFAULTS };
  for (const name of Object.keys(LINT_DEFAULTS) as (keyof LintThresholds)[]) {
    const value = options[name];
    if (value === undefined) continue;
    const most = name.endsWith('Share') ? 1 : Number.MAX_SAFE_INTEGER;
    if (!(value >= 0 && value <= most)) {
      throw new GraphError('ERR_GRAPH_LIMIT', `${name} is ${value}; expected a number from 0 to ${most}`, {
        details: { option: name, actual: String(value), expected: `0 to ${most}` },
      });
    }
    limits[name] = value;
  }
  return limits;
}

function compareFindings(a: LintFinding, b: LintFinding): number {
  const bySeverity = SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
  if (bySeverity !== 0 || a.bytes !== b.bytes) return bySeverity || b.bytes - a.bytes;
  const byRule = LINT_RULES.indexOf(a.rule) - LINT_RULES.indexOf(b.rule);
  return byRule || ((a.paths[0] ?? '') < (b.paths[0] ?? '') ? -1 : 1);
}
