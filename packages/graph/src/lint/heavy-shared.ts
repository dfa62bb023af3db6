import { findDominators } from './dominators.js';
import type { LintFinding } from './lint-finding.js';
import { bytesOf, findingOf, type LintSubject } from './lint-subject.js';

/**
 * Finds resources that bring many bytes into (nearly) every root: themselves and what is only reached through them.
 * `bytes` is that sum. Where one such resource hangs on another, only the upper one is told.
 */
export function findHeavyShared(subject: LintSubject): LintFinding[] {
  const { graph, cut, limits, consumers } = subject;
  const leastRoots = Math.max(2, Math.ceil(limits.heavyShare * consumers.roots.length));
  if (consumers.roots.length < leastRoots) return [];
  const { order, parentOf } = findDominators(graph, cut);
  const bytes = retainedBytes(subject, order, parentOf);
  const isHeavy = (node: number): boolean =>
    (bytes[node] as number) >= limits.heavyBytes && consumerCount(subject, node) >= leastRoots;
  const hasFinding = new Uint8Array(graph.nodeCount);
  const findings: LintFinding[] = [];
  for (const node of order) {
    const above = parentOf[node] as number;
    const isTold = above >= 0 && hasFinding[above] === 1;
    if (isTold || isHeavy(node)) hasFinding[node] = 1;
    if (isTold || !isHeavy(node)) continue;
    findings.push(
      findingOf(subject, [node], {
        rule: 'heavy-shared',
        severity: 'warning',
        message: `${consumerCount(subject, node)} of ${consumers.roots.length} roots need this, and ${bytes[node]} bytes only because of it`,
        bytes: bytes[node] as number,
        hint: 'Load it on demand, make it a root of its own, or let it ship with the app: every first root pays for it.',
      }),
    );
  }
  return findings.sort((a, b) => ((a.paths[0] ?? '') < (b.paths[0] ?? '') ? -1 : 1));
}

function consumerCount({ consumers }: LintSubject, node: number): number {
  return consumers.membersOf(Math.max(0, consumers.setOf[node] ?? 0)).length;
}

/** By node: its own size and that of everything it dominates. */
function retainedBytes({ graph }: LintSubject, order: Int32Array, parentOf: Int32Array): Float64Array {
  const bytes = new Float64Array(graph.nodeCount);
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i] as number;
    const above = parentOf[node] as number;
    bytes[node]! += bytesOf(graph, node);
    if (above >= 0) bytes[above]! += bytes[node] as number;
  }
  return bytes;
}
