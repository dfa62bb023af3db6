/** Resources that one exact set of roots needs. @internal */
export interface ConsumerGroup {
  /** Node ids of roots, ascending. */
  readonly consumers: readonly number[];
  readonly nodes: readonly number[];
  readonly sizeBytes: number;
}

interface Candidate extends ConsumerGroup {
  /** The consumers as bits. */
  readonly bits: Uint32Array;
  /** Size for the cost model: rounded up to a power of two, so that a small edit rarely turns a decision. */
  readonly weight: number;
}

interface Match {
  /** `undefined` where the partner is gone: then no other has a greater gain than this was. */
  readonly partner: Candidate | undefined;
  readonly gain: number;
}

/**
 * Merges sets of consumers that are too small to be worth a request of their own.
 *
 * A request is taken to cost as much as `minBytes` bytes. Merging S and T saves one request for each root that needs both,
 * and makes every root that needs one alone download the other too:
 *
 *     gain(S, T) = minBytes × |S ∩ T| − size(S) × |T \ S| − size(T) × |S \ T|
 *
 * with sizes rounded up to powers of two. Only pairs count of which one is below `minBytes`. The pair with the greatest
 * gain is merged first, and so on while there is a gain above 0; of equal gains the set that comes first wins. Nothing of
 * this depends on the order of the input.
 *
 * @param groups - With different sets of consumers, two roots or more each.
 * @internal
 */
export function mergeSmallSets(groups: readonly ConsumerGroup[], minBytes: number): ConsumerGroup[] {
  const roots = [...new Set(groups.flatMap(({ consumers }) => consumers))];
  const bitOf = new Map(roots.map((root, bit) => [root, bit]));
  const open = new Set([...groups].sort(compareSets).map((group) => candidate(group, bitOf)));
  const matches = new Map<Candidate, Match | undefined>();
  for (const one of open) matches.set(one, bestMatch(one, open, minBytes));
  for (let pair = bestPair(matches, open, minBytes); pair !== undefined; pair = bestPair(matches, open, minBytes)) {
    const merged = candidate(union(...pair), bitOf);
    for (const gone of pair) {
      open.delete(gone);
      matches.delete(gone);
    }
    for (const [other, match] of matches) {
      const isGone = match?.partner !== undefined && pair.includes(match.partner);
      const known = isGone ? { partner: undefined, gain: match.gain } : match;
      matches.set(other, better(known, matchOf(other, merged, minBytes)));
    }
    open.add(merged);
    matches.set(merged, bestMatch(merged, open, minBytes));
  }
  return [...open].map(({ consumers, nodes, sizeBytes }) => ({ consumers, nodes, sizeBytes })).sort(compareSets);
}

function candidate(group: ConsumerGroup, bitOf: ReadonlyMap<number, number>): Candidate {
  const weight = group.sizeBytes <= 0 ? 0 : 2 ** Math.ceil(Math.log2(group.sizeBytes));
  const bits = new Uint32Array(Math.ceil(bitOf.size / 32));
  for (const root of group.consumers) {
    const bit = bitOf.get(root) ?? 0;
    bits[bit >>> 5] = (bits[bit >>> 5] ?? 0) | (1 << (bit & 31));
  }
  return { ...group, bits, weight };
}

function bestMatch(one: Candidate, open: Iterable<Candidate>, minBytes: number): Match | undefined {
  let best: Match | undefined;
  for (const other of open) if (other !== one) best = better(best, matchOf(one, other, minBytes));
  return best;
}

/** The pair with the greatest gain. Matches whose partner is gone are looked up again only when they come first. */
function bestPair(
  matches: Map<Candidate, Match | undefined>,
  open: ReadonlySet<Candidate>,
  minBytes: number,
): [Candidate, Candidate] | undefined {
  for (;;) {
    let best: Candidate | undefined;
    for (const [one, match] of matches) {
      if (match !== undefined && (best === undefined || comesBefore(one, best, matches))) best = one;
    }
    if (best === undefined) return undefined;
    const partner = matches.get(best)?.partner;
    if (partner !== undefined) return [best, partner];
    matches.set(best, bestMatch(best, open, minBytes));
  }
}

function comesBefore(a: Candidate, b: Candidate, matches: ReadonlyMap<Candidate, Match | undefined>): boolean {
  const [first, second] = [matches.get(a), matches.get(b)];
  if (first?.gain !== second?.gain) return (first?.gain ?? 0) > (second?.gain ?? 0);
  const [isOpen, isOtherOpen] = [first?.partner === undefined, second?.partner === undefined];
  return isOpen === isOtherOpen ? compareSets(a, b) < 0 : isOpen;
}

function matchOf(one: Candidate, partner: Candidate, minBytes: number): Match | undefined {
  const [own, others] = [one.consumers.length, partner.consumers.length];
  const isSmall = Math.min(one.weight, partner.weight) < minBytes;
  if (!isSmall && own !== others) return undefined;
  const both = countCommon(one.bits, partner.bits);
  if (!isSmall && both !== own) return undefined;
  const needless = one.weight * (others - both) + partner.weight * (own - both);
  const gain = minBytes * both - needless;
  return gain > 0 ? { partner, gain } : undefined;
}

function countCommon(a: Uint32Array, b: Uint32Array): number {
  let count = 0;
  for (let word = 0; word < a.length; word++) {
    for (let rest = (a[word] as number) & (b[word] as number); rest !== 0; rest &= rest - 1) count++;
  }
  return count;
}

function better(a: Match | undefined, b: Match | undefined): Match | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  if (a.gain !== b.gain) return a.gain > b.gain ? a : b;
  if (a.partner === undefined || b.partner === undefined) return a.partner === undefined ? a : b;
  return compareSets(a.partner, b.partner) <= 0 ? a : b;
}

function union(a: ConsumerGroup, b: ConsumerGroup): ConsumerGroup {
  return {
    consumers: [...new Set([...a.consumers, ...b.consumers])].sort((x, y) => x - y),
    nodes: [...a.nodes, ...b.nodes],
    sizeBytes: a.sizeBytes + b.sizeBytes,
  };
}

/** Sets of one plan differ, but for a merged one and its equal, which the next step merges: the first node decides there. */
function compareSets(a: ConsumerGroup, b: ConsumerGroup): number {
  for (let i = 0; i < Math.min(a.consumers.length, b.consumers.length); i++) {
    const difference = (a.consumers[i] ?? 0) - (b.consumers[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.consumers.length - b.consumers.length || Math.min(...firstOf(a)) - Math.min(...firstOf(b));
}

function firstOf({ nodes }: ConsumerGroup): number[] {
  return nodes.slice(0, 1);
}
