import type { LintFinding } from './lint-finding.js';
import { findingOf, type LintSubject, rootWeights, setWeights } from './lint-subject.js';

/** Finds roots that need little beside the base. `bytes` is what the base holds of their closure. */
export function findMostlyBase(subject: LintSubject): LintFinding[] {
  const { graph, cut, limits, reach } = subject;
  const allBytes = rootWeights(reach, setWeights(graph, reach));
  const baseBytes = rootWeights(
    reach,
    setWeights(graph, reach, (node) => cut.base[node] === 1),
  );
  return [...reach.roots].flatMap((root, index) => {
    const [all, base] = [allBytes[index] ?? 0, baseBytes[index] ?? 0];
    if (base === 0 || base < limits.baseShare * all) return [];
    return findingOf(subject, [root], {
      rule: 'mostly-base',
      severity: 'warning',
      message: `${percent(base, all)} of what this root needs ships with the app; ${all - base} bytes are left to download`,
      bytes: base,
      hint: 'Drop the root, or find with `lading explain` what holds its content in the base and load that on demand.',
    });
  });
}

/** A part in whole percent, rounded down, so that 99.9 % is not told as all. */
export function percent(part: number, whole: number): string {
  return `${Math.floor((part / whole) * 100)} %`;
}
