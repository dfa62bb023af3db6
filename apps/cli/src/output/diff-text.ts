import type { PlanDiff, ReleaseDiff, RootUpdate } from '@lading/splitter';
import { formatBytes } from './byte-size.js';
import { textFacts, textTable } from './text-table.js';

const MAX_ROOTS_SHOWN = 60;
const MAX_NAMES_SHOWN = 4;

/** What stands beside the difference itself. */
export interface DiffTextInput {
  readonly before: string;
  readonly after: string;
  readonly maxUpdate: number | undefined;
  readonly tooLarge: readonly RootUpdate[];
}

/** A difference for a terminal: the bill per root, the archives, the verdict. */
export function diffText(diff: PlanDiff | ReleaseDiff, { before, after, maxUpdate, tooLarge }: DiffTextInput): string {
  const { added, removed, changed, kept } = diff.archives;
  const facts: [string, string][] = [
    ['from', before],
    ['to', after],
    ['archives', `${added.length} added, ${removed.length} removed, ${changed.length} changed, ${kept.length} kept`],
    ...resourceFacts(diff),
    ['everything', `${formatBytes(diff.everything.downloadBytes)} in ${diff.everything.requests} requests`],
    ...tooLarge.map(({ root, downloadBytes }): [string, string] => [
      'too large',
      `${root}: ${formatBytes(downloadBytes)}; --max-update is ${formatBytes(maxUpdate ?? 0)}`,
    ]),
  ];
  return `${rootsText(diff.roots)}\n\n${textFacts(facts)}`;
}

function resourceFacts(diff: PlanDiff | ReleaseDiff): [string, string][] {
  if (!('moved' in diff)) return [];
  const { added, removed, changed, moved } = diff;
  const text = `${added.length} added, ${removed.length} removed, ${changed.length} changed, ${moved.length} moved`;
  return [['resources', text]];
}

function rootsText(roots: readonly RootUpdate[]): string {
  const shown = roots.slice(0, MAX_ROOTS_SHOWN);
  const rows = shown.map((r) => [r.root, sizeText(r), formatBytes(r.downloadBytes), r.requests, namesText(r.archives)]);
  const more = roots.length > shown.length ? `\n… and ${roots.length - shown.length} more roots (see --json)` : '';
  return textTable(['root', 'size', 'to download', 'requests', 'archives'], rows) + more;
}

function sizeText({ beforeBytes, afterBytes }: RootUpdate): string {
  if (beforeBytes === undefined) return `new, ${formatBytes(afterBytes ?? 0)}`;
  if (afterBytes === undefined) return `gone, was ${formatBytes(beforeBytes)}`;
  return beforeBytes === afterBytes
    ? formatBytes(afterBytes)
    : `${formatBytes(beforeBytes)} → ${formatBytes(afterBytes)}`;
}

function namesText(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES_SHOWN).join(', ');
  return names.length > MAX_NAMES_SHOWN ? `${shown}, … ${names.length - MAX_NAMES_SHOWN} more` : shown;
}
