import { bytesToHex } from '@lading/manifest';
import type { ResourceGraph } from '../resource-graph.js';
import { DIGEST_BYTES, FACT_DIGEST, type GraphAssembly } from './graph-assembly.js';
import { sortPaths } from './path-order.js';
import type { PathTable } from './path-table.js';

const PUBLIC_FLAGS = 31;

/** Makes the frozen graph of an assembly in which every edge ends at a defined node. The assembly is used up. */
export function packGraph(assembly: GraphAssembly): ResourceGraph {
  if (assembly.nodeCount !== assembly.paths.count)
    throw new Error('unreachable: a path without node passed the checks');
  const order = sortPaths(assembly.paths);
  const rank = new Int32Array(order.length);
  for (let node = 0; node < order.length; node++) rank[order[node] as number] = node;
  return new PackedGraph(assembly.paths, { order, rank }, packEdges(assembly, rank), packFacts(assembly, rank));
}

/** Between node ids and the numbers of the path table. */
interface Numbering {
  /** Number by node. */
  readonly order: Int32Array;
  /** Node by number. */
  readonly rank: Int32Array;
}

interface PackedEdges {
  readonly edgeStarts: Uint32Array;
  readonly edgeTargets: Uint32Array;
}

interface PackedFacts {
  readonly flags: Uint8Array;
  readonly sizesBytes: Float64Array;
  /** Digests in the order of the assembly; they are asked for rarely, so they are not moved. */
  readonly digests: Uint8Array;
  /** Where a node's digest begins in {@link digests}; -1 where it has none. */
  readonly digestStarts: Int32Array;
}

function packFacts(assembly: GraphAssembly, rank: Int32Array): PackedFacts {
  const flags = new Uint8Array(rank.length);
  const sizesBytes = new Float64Array(rank.length);
  const digestStarts = new Int32Array(rank.length);
  for (let place = 0; place < rank.length; place++) {
    const node = rank[assembly.nodeNumbers[place] as number] as number;
    const facts = assembly.facts[place] as number;
    flags[node] = facts & PUBLIC_FLAGS;
    sizesBytes[node] = assembly.sizesBytes[place] as number;
    digestStarts[node] = (facts & FACT_DIGEST) === 0 ? -1 : place * DIGEST_BYTES;
  }
  return { flags, sizesBytes, digests: assembly.digests, digestStarts };
}

function packEdges(assembly: GraphAssembly, rank: Int32Array): PackedEdges {
  const starts = new Uint32Array(rank.length + 1);
  const { edgeFrom, edgeTo, edgeCount } = assembly;
  for (let edge = 0; edge < edgeCount; edge++) starts[(rank[edgeFrom[edge] as number] as number) + 1]!++;
  for (let node = 0; node < rank.length; node++) starts[node + 1]! += starts[node] as number;
  const next = starts.slice(0, rank.length);
  const targets = new Uint32Array(edgeCount);
  for (let edge = 0; edge < edgeCount; edge++) {
    targets[next[rank[edgeFrom[edge] as number] as number]!++] = rank[edgeTo[edge] as number] as number;
  }
  return dedupeRows(starts, targets);
}

function dedupeRows(starts: Uint32Array, targets: Uint32Array): PackedEdges {
  let end = 0;
  for (let node = 0; node + 1 < starts.length; node++) {
    const from = starts[node] as number;
    const to = starts[node + 1] as number;
    sortRow(targets, from, to);
    starts[node] = end;
    for (let edge = from; edge < to; edge++) {
      if (edge === from || targets[edge] !== targets[edge - 1]) targets[end++] = targets[edge] as number;
    }
  }
  starts[starts.length - 1] = end;
  return { edgeStarts: starts, edgeTargets: end === targets.length ? targets : targets.slice(0, end) };
}

function sortRow(targets: Uint32Array, from: number, to: number): void {
  if (to - from > 24) {
    targets.subarray(from, to).sort();
    return;
  }
  for (let i = from + 1; i < to; i++) {
    const target = targets[i] as number;
    let hole = i;
    while (hole > from && (targets[hole - 1] as number) > target) {
      targets[hole] = targets[hole - 1] as number;
      hole--;
    }
    targets[hole] = target;
  }
}

class PackedGraph implements ResourceGraph {
  readonly nodeCount: number;
  readonly edgeCount: number;
  readonly edgeStarts: Uint32Array;
  readonly edgeTargets: Uint32Array;
  readonly flags: Uint8Array;
  readonly sizesBytes: Float64Array;
  readonly #paths: PathTable;
  readonly #numbering: Numbering;
  readonly #digestStarts: Int32Array;
  readonly #digests: Uint8Array;

  constructor(paths: PathTable, numbering: Numbering, edges: PackedEdges, facts: PackedFacts) {
    this.nodeCount = numbering.order.length;
    this.edgeCount = edges.edgeTargets.length;
    this.edgeStarts = edges.edgeStarts;
    this.edgeTargets = edges.edgeTargets;
    this.flags = facts.flags;
    this.sizesBytes = facts.sizesBytes;
    this.#paths = paths;
    this.#numbering = numbering;
    this.#digestStarts = facts.digestStarts;
    this.#digests = facts.digests;
  }

  pathOf(node: number): string {
    const number = this.#numbering.order[node];
    if (number === undefined) throw new RangeError(`The graph has no node ${node}; it has ${this.nodeCount}`);
    return this.#paths.textOf(number);
  }

  nodeOf(path: string): number {
    const number = this.#paths.find(path);
    return number < 0 ? -1 : (this.#numbering.rank[number] as number);
  }

  hexDigestOf(node: number): string | undefined {
    const start = this.#digestStarts[node] ?? -1;
    return start < 0 ? undefined : bytesToHex(this.#digests.subarray(start, start + DIGEST_BYTES));
  }
}
