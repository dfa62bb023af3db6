import type { LintFinding } from './lint-finding.js';
import { bytesOf, findingOf, isContent, type LintSubject } from './lint-subject.js';

/** Finds paths with the same bytes, by digest. `bytes` is what all but one of them take. */
export function findDuplicates(subject: LintSubject): LintFinding[] {
  const { graph, limits, digestOf } = subject;
  const byDigest = new Map<string, number[]>();
  for (let node = 0; node < graph.nodeCount; node++) {
    if (!isContent(graph, node) || bytesOf(graph, node) < limits.duplicateBytes) continue;
    const digest = digestOf(node);
    if (digest === undefined) continue;
    const nodes = byDigest.get(digest);
    if (nodes === undefined) byDigest.set(digest, [node]);
    else nodes.push(node);
  }
  return [...byDigest.values()]
    .filter((nodes) => nodes.length > 1)
    .map((nodes) =>
      findingOf(subject, nodes, {
        rule: 'duplicate',
        severity: 'warning',
        message: `${nodes.length} resources have the same content`,
        bytes: (nodes.length - 1) * bytesOf(graph, nodes[0] ?? 0),
        hint: 'Keep one and let the others refer to it: players download and keep each copy.',
      }),
    );
}
