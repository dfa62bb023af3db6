import { archivePredicates } from './archive-predicates.js';
import { globOfPath } from './globs.js';
import type { ArchiveRule, SplitRules } from './split-rules.js';

/** What {@link fixRules} sets right. */
export interface RuleFaults {
  /** Resources that nothing needs. */
  readonly unreachable: readonly string[];
  /** Resources that should be in one archive and are in several, a list for each. */
  readonly keptApart: readonly (readonly string[])[];
}

/** One change of the rules. */
export interface RuleFix {
  readonly rule: 'unreachable' | 'kept-apart';
  /** Where in the rules: `/exclude`, `/archives/0/include`. */
  readonly place: string;
  /** The globs that are added there. */
  readonly added: readonly string[];
}

/** Rules that are set right. */
export interface FixedRules {
  readonly exclude: readonly string[];
  readonly archives: readonly ArchiveRule[];
  /** What was changed. Empty where nothing can be. */
  readonly fixes: readonly RuleFix[];
}

/**
 * Changes split rules so that what nothing needs is left out, and so that the first named archive that takes one of several
 * resources that are kept together takes all of them. Only what the rules decide can be set right here: equal content, roots
 * that are alike and names that clash are a matter of the content. Pure; run on its own result it changes nothing.
 *
 * @example
 * fixRules({ exclude: [] }, { unreachable: ['/notes.txt'], keptApart: [] }).exclude; // → ['/notes.txt']
 */
export function fixRules(rules: Pick<SplitRules, 'exclude' | 'archives'>, faults: RuleFaults): FixedRules {
  const exclude = faults.unreachable.map(globOfPath);
  const archives = [...(rules.archives ?? [])];
  const fixes: RuleFix[] = exclude.length === 0 ? [] : [{ rule: 'unreachable', place: '/exclude', added: exclude }];
  for (const paths of faults.keptApart) {
    const takes = archivePredicates(archives);
    const index = takes.findIndex((predicate) => paths.some(predicate));
    const archive = archives[index];
    if (archive === undefined) continue; // A strategy parts them, or `exclude` does.
    const added = paths.filter((path) => takes[index]?.(path) !== true).map(globOfPath);
    const fixed = { ...archive, include: [...archive.include, ...added] };
    const isTaken = archivePredicates(archives.with(index, fixed))[index];
    if (added.length === 0 || !paths.every((path) => isTaken?.(path) === true)) continue; // Its own `exclude` has them.
    archives[index] = fixed;
    fixes.push({ rule: 'kept-apart', place: `/archives/${index}/include`, added });
  }
  return { exclude: [...(rules.exclude ?? []), ...exclude], archives, fixes };
}
