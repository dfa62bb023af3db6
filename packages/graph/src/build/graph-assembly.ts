import { hexToBytes } from '@lading/manifest';
import { GraphError, type GraphErrorCode, type GraphProblem, MAX_LISTED_PROBLEMS } from '../graph-error.js';
import type { GraphBuilder, GraphNodeInput } from '../graph-source.js';
import { quoted } from '../quoted.js';
import { NODE_BUNDLED, NODE_ENTRY, NODE_PROXY, NODE_ROOT, NODE_VIRTUAL } from '../resource-graph.js';
import { grown, reserved } from './growable.js';
import { PathTable } from './path-table.js';

/** The node has a hexDigest. */
export const FACT_DIGEST = 64;
/** Bytes of a hexDigest. */
export const DIGEST_BYTES = 20;

/** How many nodes and edges a graph may have. */
export interface GraphLimits {
  readonly maxNodes: number;
  readonly maxEdges: number;
}

/**
 * The builder behind `loadGraph`: paths in a {@link PathTable}, facts and edges in typed arrays by path number. Sources
 * of this package that read bytes use the methods by number; all others use the {@link GraphBuilder} ones.
 */
export class GraphAssembly implements GraphBuilder {
  readonly paths: PathTable;
  readonly problems: GraphProblem[] = [];
  problemCount = 0;
  /** How many nodes were added. */
  nodeCount = 0;
  /** Path numbers and facts of the nodes, in the order in which they were added. */
  nodeNumbers: Int32Array = new Int32Array(1 << 10);
  facts: Uint8Array = new Uint8Array(1 << 10);
  sizesBytes: Float64Array = new Float64Array(1 << 10);
  digests: Uint8Array = new Uint8Array(DIGEST_BYTES << 10);
  /** By path number: 1 + the place of its node in that order; 0 where an edge alone names the path. */
  #places: Int32Array = new Int32Array(1 << 10);
  edgeCount = 0;
  edgeFrom: Int32Array = new Int32Array(1 << 12);
  edgeTo: Int32Array = new Int32Array(1 << 12);
  /** Where edges stand, by edge, for sources that say so one by one. */
  readonly edgePlaces: Map<number, string> = new Map();
  /** Where the `nth` edge of a node stands, for sources that can compute it. */
  placeOfEdge: ((from: number, nth: number) => string | undefined) | undefined;
  readonly #maxEdges: number;

  constructor(limits: GraphLimits) {
    this.paths = new PathTable(limits.maxNodes);
    this.#maxEdges = limits.maxEdges;
  }

  addNode(node: GraphNodeInput): void {
    const number = this.#number(node.path);
    if (number < 0) return;
    const size = this.#size(node);
    const digest = this.#digest(node);
    this.defineNode(number, nodeFlags(node), size, digest, 0);
  }

  addEdge(from: string, to: string, at?: string): void {
    const [source, target] = [this.#number(from), this.#number(to)];
    if (source < 0 || target < 0) return;
    if (at !== undefined) this.edgePlaces.set(this.edgeCount, at);
    this.connect(source, target);
  }

  addProblem(path: string, problem: string, code: GraphErrorCode = 'ERR_GRAPH'): void {
    this.problemCount++;
    if (this.problems.length < MAX_LISTED_PROBLEMS) this.problems.push({ path, problem, code });
  }

  /** The place of a number's node in the order of adding, or -1 where it was not added. */
  nodeAt(number: number): number {
    return number < this.#places.length ? (this.#places[number] as number) - 1 : -1;
  }

  /**
   * Adds a node by number. `digests` holds the {@link DIGEST_BYTES} bytes of its hexDigest at `digestAt`, or is
   * undefined. A second time the facts must be the same.
   */
  defineNode(
    number: number,
    flags: number,
    sizeBytes: number,
    digests: Uint8Array | undefined,
    digestAt: number,
  ): void {
    const facts = flags | (digests === undefined ? 0 : FACT_DIGEST);
    const known = this.nodeAt(number);
    if (known >= 0) {
      this.#compareNode(known, facts, sizeBytes, digests, digestAt);
      return;
    }
    const node = this.nodeCount++;
    if (node === this.facts.length) this.#growNodes(node + 1);
    if (number >= this.#places.length) this.#places = grown(this.#places, number + 1);
    this.#places[number] = node + 1;
    this.nodeNumbers[node] = number;
    this.facts[node] = facts;
    this.sizesBytes[node] = sizeBytes;
    if (digests === undefined) return;
    const start = node * DIGEST_BYTES;
    for (let i = 0; i < DIGEST_BYTES; i++) this.digests[start + i] = digests[digestAt + i] as number;
  }

  /**
   * Makes room for about so many nodes, edges and bytes of paths. Room that is not used costs address space only; room
   * that is missing is made later, by copying.
   */
  reserve(nodes: number, edges: number, pathBytes: number): void {
    this.paths.reserve(nodes, pathBytes);
    this.#places = reserved(this.#places, nodes);
    this.nodeNumbers = reserved(this.nodeNumbers, nodes);
    this.facts = reserved(this.facts, nodes);
    this.sizesBytes = reserved(this.sizesBytes, nodes);
    this.digests = reserved(this.digests, nodes * DIGEST_BYTES);
    this.edgeFrom = reserved(this.edgeFrom, edges);
    this.edgeTo = reserved(this.edgeTo, edges);
  }

  /** Adds an edge by numbers. */
  connect(from: number, to: number): void {
    const edge = this.edgeCount;
    this.#reserveEdges(edge + 1);
    this.edgeFrom[edge] = from;
    this.edgeTo[edge] = to;
    this.edgeCount = edge + 1;
  }

  /** Adds edges to `count` numbers from `first` on in a list; returns how many of these are none (negative). */
  connectAll(from: number, numbers: Int32Array, first: number, count: number): number {
    this.#reserveEdges(this.edgeCount + count);
    const { edgeFrom, edgeTo } = this;
    let edge = this.edgeCount;
    for (let i = first; i < first + count; i++) {
      const to = numbers[i] as number;
      edgeFrom[edge] = from;
      edgeTo[edge] = to;
      if (to >= 0) edge++;
    }
    const missing = this.edgeCount + count - edge;
    this.edgeCount = edge;
    return missing;
  }

  /** The path of a number. */
  textOf(number: number): string {
    return this.paths.textOf(number);
  }

  #reserveEdges(count: number): void {
    if (count > this.#maxEdges)
      throw new GraphError('ERR_GRAPH_LIMIT', `The graph has more than ${this.#maxEdges} edges`);
    if (count <= this.edgeFrom.length) return;
    this.edgeFrom = grown(this.edgeFrom, count);
    this.edgeTo = grown(this.edgeTo, count);
  }

  #growNodes(count: number): void {
    this.nodeNumbers = grown(this.nodeNumbers, count);
    this.facts = grown(this.facts, count);
    this.sizesBytes = grown(this.sizesBytes, count);
    this.digests = grown(this.digests, count * DIGEST_BYTES);
  }

  #compareNode(node: number, facts: number, sizeBytes: number, digests: Uint8Array | undefined, at: number): void {
    const start = node * DIGEST_BYTES;
    let isSame = this.facts[node] === facts && this.sizesBytes[node] === sizeBytes;
    for (let i = 0; digests !== undefined && i < DIGEST_BYTES; i++)
      isSame &&= this.digests[start + i] === digests[at + i];
    const path = this.textOf(this.nodeNumbers[node] as number);
    if (!isSame) this.addProblem(path, 'is there twice, with different facts', 'ERR_GRAPH_NODE');
  }

  #number(path: string): number {
    const number = this.paths.internText(path);
    if (number < 0)
      this.addProblem(path.slice(0, 200), 'is too long for a path, or has a lone surrogate', 'ERR_GRAPH_NODE');
    return number;
  }

  #size(node: GraphNodeInput): number {
    if (node.sizeBytes === undefined) return -1;
    if (Number.isSafeInteger(node.sizeBytes) && node.sizeBytes >= 0) return node.sizeBytes;
    this.addProblem(node.path, `has a size of ${node.sizeBytes} bytes; expected an integer from 0`, 'ERR_GRAPH_NODE');
    return -1;
  }

  #digest(node: GraphNodeInput): Uint8Array | undefined {
    if (node.hexDigest === undefined) return undefined;
    if (HEX_DIGEST.test(node.hexDigest)) return hexToBytes(node.hexDigest);
    this.addProblem(
      node.path,
      `has the hexDigest ${quoted(node.hexDigest)}; expected 40 lower-case hex digits`,
      'ERR_GRAPH_NODE',
    );
    return undefined;
  }
}

const HEX_DIGEST = /^[0-9a-f]{40}$/;

function nodeFlags(node: GraphNodeInput): number {
  return (
    (node.isEntry === true ? NODE_ENTRY : 0) |
    (node.isProxy === true ? NODE_PROXY : 0) |
    (node.isRoot === true ? NODE_ROOT : 0) |
    (node.isVirtual === true ? NODE_VIRTUAL : 0) |
    (node.isBundled === true ? NODE_BUNDLED : 0)
  );
}
