import { DIGEST_BYTES, type GraphAssembly } from '../build/graph-assembly.js';
import { grown } from '../build/growable.js';
import { NODE_BUNDLED, NODE_ENTRY, NODE_VIRTUAL } from '../resource-graph.js';
import type { JsonWindow } from './json-window.js';
import { PathBatch } from './path-batch.js';

/** The node that Bob puts above everything that the app loads itself. */
export const DEFOLD_ROOT_PATH = '/<AnonymousRoot>';

/** What a scanned node is told to: its path's number, its flags, and its digest, at `digestAt` in `digests`. */
export type NodeSink = (number: number, flags: number, digests: Uint8Array | undefined, digestAt: number) => void;

/** One element of the file as the scanner read it. */
export interface ScannedNode {
  /** Place of its path in the batch; -1 where it has none. */
  pathPlace: number;
  flags: number;
  hasDigest: boolean;
  /** Place of its first child in the batch; the others follow. */
  firstChild: number;
  childCount: number;
}

const QUOTE = 0x22;
/** So many paths are looked up together: few enough for what they touch to stay in the processor's cache. */
const BATCH_PATHS = 1 << 9;
const BATCH_NODES = 1 << 10;
/** Of a waiting node: place of its path, flags, place of its first child, number of children, index in the file. */
const NODE_FIELDS = 5;
const HAS_DIGEST = 1 << 8;

/** The nodes that are scanned but not in the graph yet, because their paths wait to be looked up together. */
export class ScannedNodes {
  readonly batch: PathBatch;
  /** How often the root node came. */
  rootCount = 0;
  /** How many elements of the file are complete. */
  index = 0;
  readonly #assembly: GraphAssembly;
  readonly #sink: NodeSink;
  readonly #rootNumber: number;
  readonly #nodes: Int32Array = new Int32Array(NODE_FIELDS * BATCH_NODES);
  readonly #digests: Uint8Array = new Uint8Array(DIGEST_BYTES * BATCH_NODES);
  #nodeCount = 0;
  /** Paths of the batch that belong to complete nodes. */
  #batchEnd = 0;
  /** Elements of the file by the order of the assembly's nodes. */
  #indexes: Int32Array = new Int32Array(1 << 10);

  constructor(assembly: GraphAssembly, sink: NodeSink) {
    this.#assembly = assembly;
    this.#sink = sink;
    this.batch = new PathBatch(assembly.paths);
    this.#rootNumber = assembly.paths.internText(DEFOLD_ROOT_PATH);
    assembly.placeOfEdge = (from, nth) => `/${this.#indexes[assembly.nodeAt(from)] ?? 0}/children/${nth}`;
  }

  /** Reads the digest of the node being scanned, 40 hex digits and a quote; false where there is something else. */
  readDigest(bytes: Uint8Array, at: number): boolean {
    const start = this.#nodeCount * DIGEST_BYTES;
    for (let i = 0; i < DIGEST_BYTES; i++) {
      const value = ((HEX[bytes[at + 2 * i] ?? 0] as number) << 4) | (HEX[bytes[at + 2 * i + 1] ?? 0] as number);
      if (value < 0) return false;
      this.#digests[start + i] = value;
    }
    return bytes[at + 2 * DIGEST_BYTES] === QUOTE;
  }

  /** Adds the node being scanned, which is complete. */
  add(node: ScannedNode, window: JsonWindow): void {
    const start = this.#nodeCount++ * NODE_FIELDS;
    const nodes = this.#nodes;
    nodes[start] = node.pathPlace;
    nodes[start + 1] = node.flags | (node.hasDigest ? HAS_DIGEST : 0);
    nodes[start + 2] = node.firstChild;
    nodes[start + 3] = node.childCount;
    nodes[start + 4] = this.index++;
    this.#batchEnd = this.batch.count;
    if (this.#batchEnd >= BATCH_PATHS || this.#nodeCount === BATCH_NODES) this.flush(window);
  }

  /** Turns the paths of the complete nodes into numbers, hands these nodes on, and forgets an incomplete one. */
  flush(window: JsonWindow): void {
    this.batch.count = this.#batchEnd;
    this.batch.resolve(window);
    for (let node = 0; node < this.#nodeCount; node++) this.#defineNode(node);
    this.#nodeCount = 0;
    this.batch.count = 0;
    this.#batchEnd = 0;
  }

  #defineNode(node: number): void {
    const start = node * NODE_FIELDS;
    const nodes = this.#nodes;
    const assembly = this.#assembly;
    const { numbers } = this.batch;
    const place = nodes[start] as number;
    const number = place < 0 ? -1 : (numbers[place] as number);
    if (number < 0) return;
    const index = nodes[start + 4] as number;
    const known = assembly.nodeAt(number);
    if (known >= 0) {
      this.#reportTwice(known, index);
      return;
    }
    if (assembly.nodeCount === this.#indexes.length) this.#indexes = grown(this.#indexes, assembly.nodeCount + 1);
    this.#indexes[assembly.nodeCount] = index;
    const flags = this.#rootFlags(number, (nodes[start + 1] as number) & ~HAS_DIGEST);
    const hasDigest = ((nodes[start + 1] as number) & HAS_DIGEST) !== 0;
    this.#sink(number, flags, hasDigest ? this.#digests : undefined, node * DIGEST_BYTES);
    this.#connectChildren(number, index, nodes[start + 2] as number, nodes[start + 3] as number);
  }

  #connectChildren(number: number, index: number, firstChild: number, count: number): void {
    const assembly = this.#assembly;
    const { numbers } = this.batch;
    const firstEdge = assembly.edgeCount;
    if (assembly.connectAll(number, numbers, firstChild, count) === 0) return;
    // Among children that are no paths, an edge's place in the list cannot be counted from the edges.
    let edge = firstEdge;
    for (let nth = 0; nth < count; nth++) {
      if ((numbers[firstChild + nth] as number) >= 0) assembly.edgePlaces.set(edge++, `/${index}/children/${nth}`);
    }
  }

  #rootFlags(number: number, flags: number): number {
    if (number !== this.#rootNumber) return flags;
    this.rootCount++;
    return (flags & ~NODE_BUNDLED) | NODE_ENTRY | NODE_VIRTUAL;
  }

  #reportTwice(known: number, index: number): void {
    const first = this.#indexes[known] as number;
    this.#assembly.addProblem(`/${index}/path`, `names the same resource as /${first}`, 'ERR_GRAPH_NODE');
  }
}

/** Value of a hex digit by byte; -256 for all other bytes, so that a sum with one is negative. */
const HEX = Int16Array.from({ length: 256 }, (_, byte) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(byte));
  return digit < 0 ? -256 : digit;
});
