import type { LintFinding } from './lint-finding.js';
import { bytesOf, findingOf, type LintSubject } from './lint-subject.js';

/** Tells of resources that should stay in one archive and are in several. `bytes` is the sum of their sizes. */
export function findKeptApart(subject: LintSubject): LintFinding[] {
  const { graph, keptApart } = subject;
  return keptApart.map((paths) => {
    const nodes = paths.map((path) => graph.nodeOf(path)).filter((node) => node >= 0);
    return findingOf(subject, nodes, {
      rule: 'kept-apart',
      severity: 'warning',
      message: `${nodes.length} resources that are kept together are in several archives`,
      bytes: nodes.reduce((sum, node) => sum + bytesOf(graph, node), 0),
      hint: 'A named archive or a strategy parts them, and wins over `keepTogether`: let its globs take all of them, or none.',
    });
  });
}
