import type { GraphDiff, RootChange } from '@lading/graph';
import { formatBytes } from './byte-size.js';
import { textFacts, textTable } from './text-table.js';

const MAX_ROOTS_SHOWN = 60;
const MAX_PATHS_SHOWN = 10;

/** How two graphs differ, for a terminal: the roots, the counts, and the first paths of each kind. */
export function graphDiffText(
  diff: GraphDiff,
  {
    before,
    after,
    tooLarge,
  }: { readonly before: string; readonly after: string; readonly tooLarge: readonly string[] },
): string {
  const { added, removed, changed, moved, edges } = diff;
  return [
    rootsText(diff.roots),
    textFacts([
      ['from', before],
      ['to', after],
      [
        'resources',
        `${added.length} added, ${removed.length} removed, ${changed.length} changed, ${moved.length} moved`,
      ],
      ['edges', `${edges.added} added, ${edges.removed} removed`],
      ...tooLarge.map((root): [string, string] => ['too large', root]),
    ]),
    ...pathsText(
      'added',
      added.map(({ path, sizeBytes }) => `${path} (${formatBytes(sizeBytes)})`),
    ),
    ...pathsText(
      'removed',
      removed.map(({ path }) => path),
    ),
    ...pathsText(
      'changed',
      changed.map((one) => `${one.path} (${formatBytes(one.beforeBytes)} → ${formatBytes(one.afterBytes)})`),
    ),
    ...pathsText(
      'moved',
      moved.map(({ from, to }) => `${from} → ${to}`),
    ),
  ].join('\n\n');
}

function rootsText(roots: readonly RootChange[]): string {
  const rows = roots
    .slice(0, MAX_ROOTS_SHOWN)
    .map((one) => [
      one.root,
      sizeOr(one.beforeBytes, 'new'),
      sizeOr(one.afterBytes, 'gone'),
      formatBytes(one.newBytes),
    ]);
  const more = roots.length > rows.length ? `\n… and ${roots.length - rows.length} more roots (see --json)` : '';
  return textTable(['root', 'before', 'after', 'new to it'], rows) + more;
}

function sizeOr(bytes: number | undefined, word: string): string {
  return bytes === undefined ? word : formatBytes(bytes);
}

function pathsText(what: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const shown = lines.slice(0, MAX_PATHS_SHOWN).map((line) => `  ${line}`);
  if (lines.length > shown.length) shown.push(`  … and ${lines.length - shown.length} more (see --json)`);
  return [`${what}:\n${shown.join('\n')}`];
}
