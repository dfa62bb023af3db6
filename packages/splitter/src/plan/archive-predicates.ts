import type { Problem } from '@lading/manifest';
import { printable, splitProblems } from '../split-error.js';
import { anyGlob, type PathPredicate } from './globs.js';
import type { ArchiveRule } from './split-rules.js';

const REFERENCE = 'archive:';

/** Tells whether an entry of `exclude` names another archive. @internal */
export function isArchiveReference(text: string): boolean {
  return text.startsWith(REFERENCE);
}

/**
 * Makes for each archive rule the predicate of the paths that its patterns take. `archive:NAME` in `exclude` stands for
 * what the patterns of that archive take, wherever it is in the order of the rules.
 *
 * @throws SplitError `ERR_SPLIT_RULES` where a named archive is not there, or archives exclude one another in a circle.
 * @internal
 */
export function archivePredicates(rules: readonly ArchiveRule[]): readonly PathPredicate[] {
  const problems = referenceProblems(rules);
  if (problems.length > 0) throw splitProblems('ERR_SPLIT_RULES', 'The split rules are not right', problems);
  const byName = new Map<string, PathPredicate>();
  return rules.map((rule) => {
    const isIncluded = anyGlob(rule.include);
    const isExcluded = anyGlob((rule.exclude ?? []).filter((glob) => !isArchiveReference(glob)));
    const others = namesIn(rule);
    const predicate: PathPredicate = (path) =>
      isIncluded(path) && !isExcluded(path) && !others.some((name) => byName.get(name)?.(path));
    byName.set(rule.name, predicate);
    return predicate;
  });
}

/** Finds references to archives that are not there, and circles of them. @internal */
export function referenceProblems(rules: readonly ArchiveRule[]): Problem[] {
  const names = new Set(rules.map(({ name }) => name));
  const unknown = rules.flatMap((rule, index) =>
    (rule.exclude ?? []).flatMap((entry, at) => {
      if (!isArchiveReference(entry) || names.has(entry.slice(REFERENCE.length))) return [];
      return [
        { path: `/archives/${index}/exclude/${at}`, problem: `${printable(entry)} names no archive of the rules` },
      ];
    }),
  );
  const left = namesInCircles(rules);
  const circles = rules.flatMap(({ name }, index) =>
    left.has(name)
      ? [{ path: `/archives/${index}/exclude`, problem: 'leads to archives that exclude one another in a circle' }]
      : [],
  );
  return [...unknown, ...circles];
}

/** What stays when archives whose references are all settled are taken away, again and again. */
function namesInCircles(rules: readonly ArchiveRule[]): ReadonlySet<string> {
  const left = new Map(rules.map((rule) => [rule.name, namesIn(rule)]));
  for (let size = -1; size !== left.size; ) {
    size = left.size;
    for (const [name, others] of left) if (!others.some((other) => left.has(other))) left.delete(name);
  }
  return new Set(left.keys());
}

function namesIn({ exclude = [] }: ArchiveRule): string[] {
  return exclude.filter(isArchiveReference).map((entry) => entry.slice(REFERENCE.length));
}
