import type { LintFinding } from './lint-finding.js';
import { bytesOf, findingOf, isContent, type LintSubject } from './lint-subject.js';

/**
 * Finds paths that some file system takes for one: they differ in case only (Windows, macOS) or in their Unicode normal
 * form only (macOS). `bytes` is the sum of their sizes. `loadGraph` and `directoryGraph` refuse the second kind
 * themselves; graphs from elsewhere may have it.
 */
export function findClashes(subject: LintSubject): LintFinding[] {
  const { graph } = subject;
  const groups = groupBy(contentNodes(subject), (node) => foldCase(graph.pathOf(node)));
  return groups.map((nodes) => {
    const forms = new Set(nodes.map((node) => graph.pathOf(node).normalize('NFC')));
    const isForm = forms.size < nodes.length;
    return findingOf(subject, nodes, {
      rule: isForm ? 'form-clash' : 'case-clash',
      severity: 'error',
      message: `${nodes.length} paths differ in ${isForm ? 'their Unicode normal form' : 'case'} only`,
      bytes: nodes.reduce((sum, node) => sum + bytesOf(graph, node), 0),
      hint: 'Rename all but one: where Windows or macOS unpacks them, one overwrites the other.',
    });
  });
}

/** Finds roots that have the same file name. `bytes` is 0: this costs clear names, not bytes. */
export function findSameNames(subject: LintSubject): LintFinding[] {
  const { graph, cut } = subject;
  const groups = groupBy([...cut.roots], (root) => foldCase(baseName(graph.pathOf(root))));
  return groups.map((nodes) =>
    findingOf(subject, nodes, {
      rule: 'same-name',
      severity: 'notice',
      message: `${nodes.length} roots have the same file name, so their archives are named by folder or hash`,
      bytes: 0,
      hint: 'Rename them, or give them named archives, so that archive names say which is which.',
    }),
  );
}

function contentNodes({ graph }: LintSubject): number[] {
  return Array.from({ length: graph.nodeCount }, (_, node) => node).filter((node) => isContent(graph, node));
}

/** Groups of two and more, in the order of their first nodes. */
function groupBy(nodes: readonly number[], keyOf: (node: number) => string): number[][] {
  const groups = new Map<string, number[]>();
  for (const node of nodes) {
    const key = keyOf(node);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [node]);
    else group.push(node);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** Upper case first: it writes ß as SS, as the full case folding of macOS does. */
function foldCase(text: string): string {
  return text.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
