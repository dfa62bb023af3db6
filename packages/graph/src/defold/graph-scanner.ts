import { DIGEST_BYTES, type GraphAssembly } from '../build/graph-assembly.js';
import { grown } from '../build/growable.js';
import { GraphError, type GraphErrorCode } from '../graph-error.js';
import { NODE_BUNDLED, NODE_ENTRY, NODE_PROXY, NODE_ROOT, NODE_VIRTUAL } from '../resource-graph.js';
import { skipScalar, skipSpace, skipString, skipValue, skipWord } from './json-grammar.js';
import { JsonWindow, NEED_MORE } from './json-window.js';
import { PathBatch, textOfString } from './path-batch.js';

/** The node that Bob puts above everything that the app loads itself. */
export const DEFOLD_ROOT_PATH = '/<AnonymousRoot>';

/** What a scanned node is told to: its path's number, its flags, and its digest, at `digestAt` in `digests`. */
export type NodeSink = (number: number, flags: number, digests: Uint8Array | undefined, digestAt: number) => void;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const LIST_START = 0x5b;
const LIST_END = 0x5d;
const OBJECT_START = 0x7b;
const OBJECT_END = 0x7d;
const SEEN_PATH = 1;
const SEEN_DIGEST = 2;
const SEEN_TYPE = 4;
const SEEN_BUNDLED = 8;
const SEEN_CHILDREN = 16;
/** So many paths are looked up together: few enough for what they touch to stay in the processor's cache. */
const BATCH_PATHS = 1 << 9;
const BATCH_NODES = 1 << 10;
/** Of a scanned node: place of its path, flags, place of its first child, number of children, index in the file. */
const NODE_FIELDS = 5;
const HAS_DIGEST = 1 << 8;
const KEYS: ReadonlyMap<string, number> = new Map([
  ['path', SEEN_PATH],
  ['hexDigest', SEEN_DIGEST],
  ['nodeType', SEEN_TYPE],
  ['isInMainBundle', SEEN_BUNDLED],
  ['children', SEEN_CHILDREN],
]);

/** What may come next between two nodes; scanning resumes here after more text has come. */
type Step = 'mark' | 'start' | 'first' | 'node' | 'after-node' | 'after-list';

interface PendingProblem {
  readonly place: string;
  readonly problem: string;
  readonly code: GraphErrorCode;
}

/**
 * Scans the text of a `game.graph.json` into a {@link GraphAssembly}, piece by piece: {@link push} for each piece in
 * order, then {@link finish}. Accepts what `JSON.parse` accepts (one byte order mark first is allowed, as for a
 * `TextDecoder`) but for values that nest too deep, and for a node that has one of Bob's keys twice.
 */
export class GraphScanner {
  readonly #window = new JsonWindow();
  readonly #assembly: GraphAssembly;
  readonly #sink: NodeSink;
  readonly #batch: PathBatch;
  /** Nodes whose paths are in the batch, {@link NODE_FIELDS} numbers each; and their digests. */
  #nodes: Int32Array = new Int32Array(NODE_FIELDS << 10);
  #digests: Uint8Array = new Uint8Array(DIGEST_BYTES << 10);
  #nodeCount = 0;
  /** Paths of the batch that belong to complete nodes. */
  #batchEnd = 0;
  readonly #rootNumber: number;
  #step: Step = 'mark';
  /** Where the current step begins: what is before is done with. */
  #checkpoint = 0;
  /** Waits for this much text before a node that did not fit is scanned again. */
  #enough = 0;
  #index = 0;
  #rootCount = 0;
  /** Elements of the file by the order of the assembly's nodes. */
  #indexes: Int32Array = new Int32Array(1 << 10);
  // The node being scanned:
  #seen = 0;
  #flags = 0;
  /** Places in the batch; -1 where there is no path. */
  #pathPlace = -1;
  #firstChild = 0;
  #childCount = 0;
  #hasDigest = false;
  readonly #pending: PendingProblem[] = [];

  constructor(assembly: GraphAssembly, sink: NodeSink) {
    this.#assembly = assembly;
    this.#sink = sink;
    this.#batch = new PathBatch(assembly.paths);
    this.#rootNumber = assembly.paths.internText(DEFOLD_ROOT_PATH);
    assembly.placeOfEdge = (from, nth) => `/${this.#indexes[assembly.nodeAt(from)] ?? 0}/children/${nth}`;
  }

  /** Takes the next piece of the text. */
  push(piece: Uint8Array): void {
    this.#window.append(piece, this.#checkpoint);
    this.#checkpoint = 0;
    if (this.#window.end >= this.#enough) this.#run();
  }

  /** Says that the text is complete. */
  finish(): void {
    this.#window.isLast = true;
    this.#run();
    if (this.#step !== 'after-list') this.#window.fail(this.#window.end, '');
    if (this.#rootCount === 0) this.#assembly.addProblem('', `has no root node ${DEFOLD_ROOT_PATH}`, 'ERR_GRAPH_ROOT');
  }

  #run(): void {
    this.#enough = 0;
    try {
      while (this.#advance());
    } catch (error) {
      if (error !== NEED_MORE) throw error;
      this.#enough = 2 * (this.#window.end - this.#checkpoint);
    }
    this.#flush();
  }

  /** One step; false where the text is used up. */
  #advance(): boolean {
    const window = this.#window;
    let at = this.#step === 'mark' ? this.#skipMark() : skipSpace(window.bytes, this.#checkpoint);
    this.#checkpoint = at;
    if (at >= window.end && (this.#step === 'after-list' || !window.isLast)) return false;
    const byte = window.bytes[at];
    switch (this.#step) {
      case 'mark':
        this.#step = 'start';
        break;
      case 'start':
        if (byte !== LIST_START) this.#failList(at);
        this.#step = 'first';
        at++;
        break;
      case 'first':
        if (byte === LIST_END) at++;
        else at = this.#scanNode(at);
        this.#step = byte === LIST_END ? 'after-list' : 'after-node';
        break;
      case 'node':
        at = this.#scanNode(at);
        this.#step = 'after-node';
        break;
      case 'after-node':
        if (byte !== COMMA && byte !== LIST_END) window.fail(at, 'a comma or ] is missing');
        this.#step = byte === COMMA ? 'node' : 'after-list';
        at++;
        break;
      case 'after-list':
        window.fail(at, 'there is more text after the graph');
    }
    this.#checkpoint = at;
    return true;
  }

  #skipMark(): number {
    const { bytes } = this.#window;
    if (bytes[0] !== 0xef) return 0;
    if (bytes[1] !== 0xbb) this.#window.fail(1, 'there is something that is no JSON value');
    if (bytes[2] !== 0xbf) this.#window.fail(2, 'there is something that is no JSON value');
    return 3;
  }

  #failList(at: number): never {
    const end = skipSpace(this.#window.bytes, skipValue(this.#window, at));
    if (end < this.#window.end || !this.#window.isLast) this.#window.fail(end, 'there is more text after the value');
    throw new GraphError('ERR_GRAPH_NODE', 'The graph is not a list of nodes', {
      details: { path: '', expected: 'a list of nodes' },
      hint: 'Give the file game.graph.json that Bob writes into the build folder.',
    });
  }

  #scanNode(at: number): number {
    this.#seen = 0;
    this.#flags = 0;
    this.#pathPlace = -1;
    this.#childCount = 0;
    this.#hasDigest = false;
    this.#pending.length = 0;
    this.#batchEnd = this.#batch.count;
    const end = this.#window.bytes[at] === OBJECT_START ? this.#scanObject(at + 1) : this.#refuse(at, '', 'an object');
    this.#endNode();
    return end;
  }

  #scanObject(start: number): number {
    const window = this.#window;
    let at = skipSpace(window.bytes, start);
    if (window.bytes[at] === OBJECT_END) return at + 1;
    for (;;) {
      if (window.bytes[at] !== QUOTE) window.fail(at, 'a key is missing');
      const keyEnd = this.#scanKey(at + 1);
      const key = this.#key;
      const colon = skipSpace(window.bytes, keyEnd);
      if (window.bytes[colon] !== COLON) window.fail(colon, 'a colon is missing');
      at = skipSpace(window.bytes, this.#scanMember(key, skipSpace(window.bytes, colon + 1)));
      if (window.bytes[at] === OBJECT_END) return at + 1;
      if (window.bytes[at] !== COMMA) window.fail(at, 'a comma or } is missing');
      at = skipSpace(window.bytes, at + 1);
    }
  }

  /** The bit of the key just read; 0 for an unknown one. */
  #key = 0;

  #scanKey(at: number): number {
    const known = knownKey(this.#window, at);
    if (known !== 0) {
      this.#key = known;
      return at + (KEY_LENGTHS[known] as number);
    }
    const end = skipString(this.#window, at);
    // A known key may be written with escapes; no spelling of one is longer than 6 bytes a character.
    this.#key = end - at > 100 ? 0 : (KEYS.get(textOfString(this.#window, at, end)) ?? 0);
    return end;
  }

  #scanMember(key: number, at: number): number {
    if (key !== 0 && (this.#seen & key) !== 0) this.#report('', `has the key ${nameOf(key)} twice`);
    this.#seen |= key;
    switch (key) {
      case SEEN_PATH:
        return this.#scanPath(at);
      case SEEN_DIGEST:
        return this.#scanDigest(at);
      case SEEN_TYPE:
        return this.#scanType(at);
      case SEEN_BUNDLED:
        return this.#scanBundled(at);
      case SEEN_CHILDREN:
        return this.#scanChildren(at);
      default:
        return skipValue(this.#window, at);
    }
  }

  #scanPath(at: number): number {
    if (this.#window.bytes[at] !== QUOTE) return this.#refuse(at, '/path', 'a string');
    const end = this.#batch.read(this.#window, at + 1);
    this.#pathPlace = this.#batch.count - 1;
    if (this.#batch.isLastRefused) this.#report('/path', 'is too long, or has a lone surrogate');
    return end;
  }

  #scanChildren(at: number): number {
    const window = this.#window;
    const batch = this.#batch;
    this.#firstChild = batch.count;
    this.#childCount = 0;
    if (window.bytes[at] !== LIST_START) return this.#refuse(at, '/children', 'a list of paths');
    let i = skipSpace(window.bytes, at + 1);
    if (window.bytes[i] === LIST_END) return i + 1;
    for (let nth = 0; ; nth++) {
      if (window.bytes[i] === QUOTE) {
        i = batch.read(window, i + 1);
        if (batch.isLastRefused) this.#report(`/children/${nth}`, 'is too long for a path, or has a lone surrogate');
      } else {
        batch.pushNone();
        i = this.#refuse(i, `/children/${nth}`, 'a path');
      }
      this.#childCount = nth + 1;
      i = skipSpace(window.bytes, i);
      if (window.bytes[i] === LIST_END) return i + 1;
      if (window.bytes[i] !== COMMA) window.fail(i, 'a comma or ] is missing');
      i = skipSpace(window.bytes, i + 1);
    }
  }

  #scanDigest(at: number): number {
    const { bytes } = this.#window;
    if (bytes[at] === 0x6e) return skipWord(this.#window, at, 'null');
    if (bytes[at] === QUOTE && this.#readDigest(at + 1)) {
      this.#hasDigest = true;
      return at + 2 * DIGEST_BYTES + 2;
    }
    return this.#refuse(at, '/hexDigest', '40 lower-case hex digits, or null');
  }

  #readDigest(at: number): boolean {
    const { bytes } = this.#window;
    const digests = this.#digests;
    const start = this.#nodeCount * DIGEST_BYTES;
    for (let i = 0; i < DIGEST_BYTES; i++) {
      const value = ((HEX[bytes[at + 2 * i] ?? 0] as number) << 4) | (HEX[bytes[at + 2 * i + 1] ?? 0] as number);
      if (value < 0) return false;
      digests[start + i] = value;
    }
    return bytes[at + 2 * DIGEST_BYTES] === QUOTE;
  }

  #scanType(at: number): number {
    const { bytes } = this.#window;
    if (bytes[at] === 0x6e) return skipWord(this.#window, at, 'null');
    if (bytes[at] !== QUOTE) return this.#refuse(at, '/nodeType', 'a string');
    const end = skipString(this.#window, at + 1);
    const type = end - at > 200 ? '' : textOfString(this.#window, at + 1, end);
    // Other words are for newer versions of Bob; only these change what is a root.
    if (type === 'CollectionProxy') this.#flags |= NODE_PROXY;
    else if (type === 'ExcludedCollectionProxy') this.#flags |= NODE_PROXY | NODE_ROOT;
    return end;
  }

  #scanBundled(at: number): number {
    const byte = this.#window.bytes[at];
    if (byte !== 0x74 && byte !== 0x66) return this.#refuse(at, '/isInMainBundle', 'true or false');
    if (byte === 0x74) this.#flags |= NODE_BUNDLED;
    return skipScalar(this.#window, at);
  }

  #endNode(): void {
    if ((this.#seen & SEEN_PATH) === 0 && this.#pending.length === 0) this.#report('', 'has no path');
    if ((this.#seen & SEEN_CHILDREN) === 0 && this.#pending.length === 0) this.#report('', 'has no children');
    for (const { place, problem, code } of this.#pending) this.#assembly.addProblem(place, problem, code);
    const start = this.#nodeCount++ * NODE_FIELDS;
    const nodes = this.#nodes;
    nodes[start] = this.#pathPlace;
    nodes[start + 1] = this.#flags | (this.#hasDigest ? HAS_DIGEST : 0);
    nodes[start + 2] = this.#firstChild;
    nodes[start + 3] = this.#childCount;
    nodes[start + 4] = this.#index++;
    this.#batchEnd = this.#batch.count;
    if (this.#batchEnd >= BATCH_PATHS || this.#nodeCount === BATCH_NODES) this.#flush();
  }

  /** Turns the paths of the scanned nodes into numbers, and hands the nodes on. */
  #flush(): void {
    this.#batch.count = this.#batchEnd;
    this.#batch.resolve(this.#window);
    for (let node = 0; node < this.#nodeCount; node++) this.#defineNode(node);
    this.#nodeCount = 0;
    this.#batch.count = 0;
    this.#batchEnd = 0;
  }

  #defineNode(node: number): void {
    const start = node * NODE_FIELDS;
    const nodes = this.#nodes;
    const assembly = this.#assembly;
    const { numbers } = this.#batch;
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
    const { numbers } = this.#batch;
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
    this.#rootCount++;
    return (flags & ~NODE_BUNDLED) | NODE_ENTRY | NODE_VIRTUAL;
  }

  #reportTwice(known: number, index: number): void {
    const first = this.#indexes[known] as number;
    this.#assembly.addProblem(`/${index}/path`, `names the same resource as /${first}`, 'ERR_GRAPH_NODE');
  }

  /** Skips a value that has the wrong shape, and says so. */
  #refuse(at: number, place: string, expected: string): number {
    const end = skipValue(this.#window, at);
    this.#report(place, `is not ${expected}`);
    return end;
  }

  #report(place: string, problem: string): void {
    this.#pending.push({ place: `/${this.#index}${place}`, problem, code: 'ERR_GRAPH_NODE' });
  }
}

/** Value of a hex digit by byte; -256 for all other bytes, so that a sum with one is negative. */
const HEX = Int16Array.from({ length: 256 }, (_, byte) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(byte));
  return digit < 0 ? -256 : digit;
});

/** Bytes of a key and its closing quote, by bit. */
const KEY_LENGTHS: readonly number[] = Array.from({ length: 17 }, (_, bit) => nameOf(bit).length + 1);

function nameOf(bit: number): string {
  for (const [name, itsBit] of KEYS) if (itsBit === bit) return name;
  return '';
}

const PATH = 0x68746170;
const HEXD = 0x44786568;
const IGES = 0x73656769;
const CHIL = 0x6c696863;
const DREN = 0x6e657264;
const IS_I = 0x6e497369;
const N_MA = 0x6e69614d;
const IN_B = 0x646e7542;
const NODE = 0x65646f6e;
const TYPE = 0x65707954;

/** The bit of a key in its plain spelling, compared four bytes at a time; 0 for all others. */
function knownKey(window: JsonWindow, at: number): number {
  const { view, bytes } = window;
  switch (view.getInt32(at, true)) {
    case PATH:
      return bytes[at + 4] === QUOTE ? SEEN_PATH : 0;
    case HEXD:
      return at + 12 <= window.end &&
        view.getInt32(at + 4, true) === IGES &&
        bytes[at + 8] === 0x74 &&
        bytes[at + 9] === QUOTE
        ? SEEN_DIGEST
        : 0;
    case CHIL:
      return at + 12 <= window.end && view.getInt32(at + 4, true) === DREN && bytes[at + 8] === QUOTE
        ? SEEN_CHILDREN
        : 0;
    case IS_I:
      return isMainBundleKey(window, at) ? SEEN_BUNDLED : 0;
    case NODE:
      return at + 12 <= window.end && view.getInt32(at + 4, true) === TYPE && bytes[at + 8] === QUOTE ? SEEN_TYPE : 0;
    default:
      return 0;
  }
}

function isMainBundleKey({ view, bytes, end }: JsonWindow, at: number): boolean {
  if (at + 16 > end) return false;
  return (
    view.getInt32(at + 4, true) === N_MA &&
    view.getInt32(at + 8, true) === IN_B &&
    bytes[at + 12] === 0x6c &&
    bytes[at + 13] === 0x65 &&
    bytes[at + 14] === QUOTE
  );
}
