import { closureOf, type GraphCut } from '../closure.js';
import { NODE_VIRTUAL, type ResourceGraph } from '../resource-graph.js';

/** One of the two graphs that {@link diffGraphs} compares. */
export interface GraphVersion extends GraphCut {
  readonly graph: ResourceGraph;
  /** A digest of a node's content, or `undefined` where nobody knows it. Default: the graph's hexDigest. */
  readonly digestOf?: ((node: number) => string | undefined) | undefined;
}

/** One resource that only one of two graphs has. Sizes are stored bytes; -1 where the graph does not know them. */
export interface ResourceFact {
  readonly path: string;
  readonly sizeBytes: number;
}

/** A resource whose content is not what it was. */
export interface ResourceChange {
  readonly path: string;
  readonly beforeBytes: number;
  readonly afterBytes: number;
}

/** Content that stands under another path. */
export interface ResourceMove {
  readonly from: string;
  readonly to: string;
  readonly sizeBytes: number;
}

/** What became of one root. Bytes are those of its closure, without the base; unknown sizes count as 0. */
export interface RootChange {
  readonly root: string;
  /** `undefined` where the graph before has no such root. */
  readonly beforeBytes: number | undefined;
  /** `undefined` where the graph after has no such root. */
  readonly afterBytes: number | undefined;
  /** Bytes of its closure whose content no closure of it had before: what an ideal update downloads. */
  readonly newBytes: number;
}

/** How a graph differs from an earlier one. All lists are sorted by path. Plain JSON but for `undefined`. */
export interface GraphDiff {
  readonly added: readonly ResourceFact[];
  readonly removed: readonly ResourceFact[];
  readonly changed: readonly ResourceChange[];
  /** Pairs of a removed and an added path with the same content; these are in neither of the other lists. */
  readonly moved: readonly ResourceMove[];
  readonly edges: { readonly added: number; readonly removed: number };
  readonly roots: readonly RootChange[];
}

/**
 * Compares two graphs by path: what was added, removed, changed and moved, and what that means for each root. Content is
 * the same where digests are equal; where either side knows none, where sizes are equal and known. Pure.
 *
 * @example
 * diffGraphs({ graph: old, roots, base }, { graph: next, roots: nextRoots, base: nextBase }).changed.length;
 */
export function diffGraphs(before: GraphVersion, after: GraphVersion): GraphDiff {
  const gone = factsOf(before, (path) => after.graph.nodeOf(path) < 0);
  const come = factsOf(after, (path) => before.graph.nodeOf(path) < 0);
  const moved = findMoves(before, after, { gone, come });
  const sources = new Set(moved.map(({ from }) => from));
  const targets = new Set(moved.map(({ to }) => to));
  return {
    added: come.filter(({ path }) => !targets.has(path)),
    removed: gone.filter(({ path }) => !sources.has(path)),
    changed: findChanges(before, after),
    moved,
    edges: { added: countNewEdges(before.graph, after.graph), removed: countNewEdges(after.graph, before.graph) },
    roots: compareRoots(before, after, new Map(moved.map(({ from, to }) => [to, from]))),
  };
}

function factsOf({ graph }: GraphVersion, isWanted: (path: string) => boolean): ResourceFact[] {
  const facts: ResourceFact[] = [];
  for (let node = 0; node < graph.nodeCount; node++) {
    const path = graph.pathOf(node);
    if (isContent(graph, node) && isWanted(path)) facts.push({ path, sizeBytes: sizeOf(graph, node) });
  }
  return facts;
}

function findMoves(
  before: GraphVersion,
  after: GraphVersion,
  { gone, come }: { readonly gone: readonly ResourceFact[]; readonly come: readonly ResourceFact[] },
): ResourceMove[] {
  const byDigest = new Map<string, ResourceFact[]>();
  for (const fact of [...gone].reverse()) {
    const digest = digestAt(before, fact.path);
    if (digest === undefined) continue;
    const facts = byDigest.get(digest);
    if (facts === undefined) byDigest.set(digest, [fact]);
    else facts.push(fact);
  }
  return come.flatMap(({ path, sizeBytes }) => {
    const digest = digestAt(after, path);
    const from = digest === undefined ? undefined : byDigest.get(digest)?.pop();
    return from === undefined ? [] : { from: from.path, to: path, sizeBytes };
  });
}

function findChanges(before: GraphVersion, after: GraphVersion): ResourceChange[] {
  const changes: ResourceChange[] = [];
  for (let node = 0; node < after.graph.nodeCount; node++) {
    const path = after.graph.pathOf(node);
    const old = before.graph.nodeOf(path);
    if (old < 0 || isSame(before, after, old, node)) continue;
    changes.push({ path, beforeBytes: sizeOf(before.graph, old), afterBytes: sizeOf(after.graph, node) });
  }
  return changes;
}

function isSame(before: GraphVersion, after: GraphVersion, old: number, node: number): boolean {
  const [a, b] = [digestOfNode(before, old), digestOfNode(after, node)];
  if (a !== undefined && b !== undefined) return a === b;
  return sizeOf(before.graph, old) === sizeOf(after.graph, node);
}

/** How many edges the second graph has that the first has not, between the same two paths. */
function countNewEdges(first: ResourceGraph, second: ResourceGraph): number {
  const oldIds = Int32Array.from({ length: second.nodeCount }, (_, node) => first.nodeOf(second.pathOf(node)));
  let count = 0;
  for (let node = 0; node < second.nodeCount; node++) {
    const old = oldIds[node] as number;
    const had = new Set(old < 0 ? [] : first.edgeTargets.subarray(first.edgeStarts[old], first.edgeStarts[old + 1]));
    for (const target of second.edgeTargets.subarray(second.edgeStarts[node], second.edgeStarts[node + 1])) {
      if (!had.has(oldIds[target] as number)) count++;
    }
  }
  return count;
}

function compareRoots(before: GraphVersion, after: GraphVersion, origins: ReadonlyMap<string, string>): RootChange[] {
  const oldRoots = new Set(Array.from(before.roots, (root) => before.graph.pathOf(root)));
  const newRoots = new Set(Array.from(after.roots, (root) => after.graph.pathOf(root)));
  return [...new Set([...oldRoots, ...newRoots])].sort(byCodeUnit).map((root) => {
    const old = oldRoots.has(root) ? closureOf(before.graph, before.graph.nodeOf(root), before) : undefined;
    const now = newRoots.has(root) ? closureOf(after.graph, after.graph.nodeOf(root), after) : undefined;
    const had = new Set(old);
    const isNew = (node: number): boolean => {
      const path = after.graph.pathOf(node);
      const earlier = before.graph.nodeOf(origins.get(path) ?? path);
      return !had.has(earlier) || !isSame(before, after, earlier, node);
    };
    return {
      root,
      beforeBytes: old && bytesOf(before.graph, old),
      afterBytes: now && bytesOf(after.graph, now),
      newBytes: bytesOf(after.graph, now?.filter(isNew) ?? new Uint32Array(0)),
    };
  });
}

function digestAt(version: GraphVersion, path: string): string | undefined {
  return digestOfNode(version, version.graph.nodeOf(path));
}

function digestOfNode({ graph, digestOf }: GraphVersion, node: number): string | undefined {
  return digestOf === undefined ? graph.hexDigestOf(node) : digestOf(node);
}

function isContent(graph: ResourceGraph, node: number): boolean {
  return ((graph.flags[node] ?? 0) & NODE_VIRTUAL) === 0;
}

function sizeOf(graph: ResourceGraph, node: number): number {
  return graph.sizesBytes[node] ?? -1;
}

function bytesOf(graph: ResourceGraph, nodes: Uint32Array): number {
  return nodes.reduce((sum, node) => sum + Math.max(0, sizeOf(graph, node)), 0);
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : 1;
}
