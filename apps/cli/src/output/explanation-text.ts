import type { Explanation } from '@lading/graph';
import type { Placement } from '../commands/explain.js';
import { formatBytes } from './byte-size.js';
import { textFacts, textTable } from './text-table.js';

const MAX_CONSUMERS_SHOWN = 20;
const MAX_EDGES_SHOWN = 16;

/** An explanation for a terminal. */
export function explanationText(explanation: Explanation, placement: Placement | undefined): string {
  const parts = [
    textFacts([
      ['resource', explanation.path],
      ['size', formatBytes(explanation.sizeBytes)],
      ['where', whereText(explanation, placement)],
      ['why', whyText(explanation, placement)],
    ]),
  ];
  if (explanation.fromBase !== undefined) parts.push(`From the app:\n${chainText(explanation.fromBase)}`);
  if (explanation.freedBy !== undefined && explanation.freedBy.length > 0) parts.push(freedText(explanation.freedBy));
  if (explanation.consumers.length > 0) parts.push(consumersText(explanation));
  return parts.join('\n\n');
}

function whereText({ isInBase }: Explanation, placement: Placement | undefined): string {
  if (isInBase) return 'in the base: it ships with the app';
  return placement === undefined ? 'in no archive: a rule leaves it out' : `archive ${placement.name}`;
}

function whyText({ isInBase, consumers, isRoot }: Explanation, placement: Placement | undefined): string {
  if (isInBase) return 'the app reaches it without passing through a root';
  switch (placement?.rule) {
    case 'named':
      return 'a named archive matches its path';
    case 'root':
      return isRoot ? 'it is a root, and no other root needs it' : `only ${consumers[0]?.root ?? 'one root'} needs it`;
    case 'shared':
      return `exactly these ${consumers.length} roots need it`;
    case 'unreached':
      return 'no root reaches it, and the app does not either';
    default:
      return '';
  }
}

function chainText(path: readonly string[]): string {
  return path.map((step, i) => `${'  '.repeat(Math.min(i, 12))}${i === 0 ? '' : '└ '}${step}`).join('\n');
}

function freedText(edges: readonly { readonly from: string; readonly to: string }[]): string {
  return `Would leave the base without:\n${edges.map(({ from, to }) => `  ${from} → ${to}`).join('\n')}`;
}

function consumersText({ consumers }: Explanation): string {
  const shown = consumers.slice(0, MAX_CONSUMERS_SHOWN);
  const table = textTable(
    ['root', 'cost to it', 'of its', 'shortest path'],
    shown.map((c) => [c.root, formatBytes(c.costBytes), formatBytes(c.closureBytes), c.path.slice(1).join(' → ')]),
  );
  const more = consumers.length > shown.length ? `\n… and ${consumers.length - shown.length} more (see --json)` : '';
  return `Needed by:\n${table}${more}${sharedText(consumers)}`;
}

/** What would leave a shared resource to one root: the others without it. Shown for the root that this is cheapest for. */
function sharedText(consumers: Explanation['consumers']): string {
  if (consumers.length < 2) return '';
  const edgesOf = ({ freedBy }: Explanation['consumers'][number]): number =>
    freedBy?.length ?? Number.POSITIVE_INFINITY;
  const keeper = consumers.reduce((best, consumer) => (edgesOf(consumer) > edgesOf(best) ? consumer : best));
  const edges = consumers.filter((consumer) => consumer !== keeper).map(({ freedBy }) => freedBy);
  if (!edges.every((list) => list !== undefined)) return '';
  // Roots may share edges: each has to go once.
  const lines = new Set(edges.flat().map(({ from, to }) => `  ${from} → ${to}`));
  if (lines.size > MAX_EDGES_SHOWN) return '';
  return `\n\nWould be ${keeper.root}'s alone without:\n${[...lines].join('\n')}`;
}
