import { NO_CONSUMERS } from '../consumer-sets.js';
import type { LintFinding } from './lint-finding.js';
import { bytesOf, findingOf, isContent, type LintSubject } from './lint-subject.js';

/** Finds what neither the app nor a root reaches, as one finding. `bytes` is the sum of their sizes. */
export function findUnreachable(subject: LintSubject): LintFinding[] {
  const { graph, consumers, isPlaced } = subject;
  const nodes: number[] = [];
  for (let node = 0; node < graph.nodeCount; node++) {
    if (consumers.setOf[node] !== NO_CONSUMERS || !isContent(graph, node)) continue;
    if (!isPlaced(graph.pathOf(node))) nodes.push(node);
  }
  if (nodes.length === 0) return [];
  return [
    findingOf(subject, nodes, {
      rule: 'unreachable',
      severity: 'warning',
      message: `${nodes.length} resources are needed by nothing`,
      bytes: nodes.reduce((sum, node) => sum + bytesOf(graph, node), 0),
      hint: 'Leave them out with `exclude`, place them with a named archive, or add the edge that is missing.',
    }),
  ];
}
