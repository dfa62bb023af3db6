import { pathHash } from './path-hash.js';

/** What {@link cutByContent} cuts: something with a path and a weight. */
export interface CutItem {
  readonly path: string;
  readonly sizeBytes: number;
}

/** One run of neighbours. */
export interface CutPart<Item extends CutItem> {
  /** In path order. */
  readonly items: readonly Item[];
  readonly sizeBytes: number;
  /** The run begins where the group begins; every other one begins at a cut, or is one item over the limit. */
  readonly isHead: boolean;
}

/** Least share of the limit that a cut leaves on either side, where any cut can. It keeps out slivers. */
const LEAST_SHARE = 0.25;

/**
 * Cuts a group into runs of at most `maxBytes` at places that its own paths choose, so that an edit moves few cuts and
 * no state has to be kept. A group that fits stays whole. One that does not is cut before the item whose path hash is
 * the greatest, among those that leave a quarter of the limit on both sides; then each side is cut in the same way.
 * Items above the limit stand alone and take no part.
 *
 * Because a cut depends on path hashes and not on what was filled before, an added or removed item matters only to the
 * runs around it, unless it becomes a cut itself. (Greedy filling, in contrast, shifts every run behind the edit.)
 *
 * @param items - In path order, every path once; a size that is not known counts as 0.
 */
export function cutByContent<Item extends CutItem>(items: readonly Item[], maxBytes: number): CutPart<Item>[] {
  const weightOf = (item: Item): number => Math.max(0, item.sizeBytes);
  const totalBytes = items.reduce((sum, item) => sum + weightOf(item), 0);
  if (totalBytes <= maxBytes) return [{ items, sizeBytes: totalBytes, isHead: true }];
  const oversize = items.filter((item) => weightOf(item) > maxBytes);
  const rest = items.filter((item) => weightOf(item) <= maxBytes);
  const parts = cutRuns(rest, weightOf, maxBytes);
  for (const item of oversize) parts.push({ items: [item], sizeBytes: weightOf(item), isHead: false });
  return parts.sort((a, b) => ((a.items[0]?.path ?? '') < (b.items[0]?.path ?? '') ? -1 : 1));
}

function cutRuns<Item extends CutItem>(
  items: readonly Item[],
  weightOf: (item: Item) => number,
  maxBytes: number,
): CutPart<Item>[] {
  const parts: CutPart<Item>[] = [];
  const starts = new Float64Array(items.length + 1);
  items.forEach((item, i) => {
    starts[i + 1] = (starts[i] ?? 0) + weightOf(item);
  });
  const hashes = Float64Array.from(items, (item) => pathHash(item.path));
  const pending: [from: number, to: number][] = items.length === 0 ? [] : [[0, items.length]];
  for (let run = pending.pop(); run !== undefined; run = pending.pop()) {
    const [from, to] = run;
    const sizeBytes = (starts[to] ?? 0) - (starts[from] ?? 0);
    if (sizeBytes <= maxBytes) {
      parts.push({ items: items.slice(from, to), sizeBytes, isHead: from === 0 });
      continue;
    }
    const cut = chooseCut(starts, hashes, from, to, maxBytes);
    pending.push([from, cut], [cut, to]);
  }
  return parts;
}

/** The index that the second half begins with; between `from` and `to`, both exclusive, so halves are never empty. */
function chooseCut(starts: Float64Array, hashes: Float64Array, from: number, to: number, maxBytes: number): number {
  const begin = starts[from] ?? 0;
  const end = starts[to] ?? 0;
  const margin = LEAST_SHARE * maxBytes;
  let best = -1;
  let middle = from + 1;
  for (let i = from + 1; i < to; i++) {
    const at = starts[i] ?? 0;
    if (Math.abs(2 * at - begin - end) < Math.abs(2 * (starts[middle] ?? 0) - begin - end)) middle = i;
    if (at - begin < margin || end - at < margin) continue;
    if (best < 0 || (hashes[i] ?? 0) > (hashes[best] ?? 0)) best = i;
  }
  // Two or three big items may leave no cut inside the margins: then the most even one.
  return best < 0 ? middle : best;
}
