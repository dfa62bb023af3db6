import { DIGEST_BYTES, type GraphAssembly } from '../build/graph-assembly.js';
import { GraphError, type GraphErrorCode } from '../graph-error.js';
import { NODE_BUNDLED, NODE_PROXY, NODE_ROOT } from '../resource-graph.js';
import {
  KEY_BUNDLED,
  KEY_CHILDREN,
  KEY_DIGEST,
  KEY_LENGTHS,
  KEY_PATH,
  KEY_TYPE,
  keyBit,
  keyName,
  plainKeyBit,
} from './graph-keys.js';
import { skipScalar, skipSpace, skipString, skipValue, skipWord } from './json-grammar.js';
import { JsonWindow, NEED_MORE } from './json-window.js';
import { textOfString } from './path-batch.js';
import { DEFOLD_ROOT_PATH, type NodeSink, type ScannedNode, ScannedNodes } from './scanned-nodes.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const LIST_START = 0x5b;
const LIST_END = 0x5d;
const OBJECT_START = 0x7b;
const OBJECT_END = 0x7d;

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
  readonly #nodes: ScannedNodes;
  #step: Step = 'mark';
  /** Where the current step begins: what is before is done with. */
  #checkpoint = 0;
  /** Waits for this much text before a node that did not fit is scanned again. */
  #enough = 0;
  /** Bits of the keys that the node being scanned has shown. */
  #seen = 0;
  readonly #node: ScannedNode = { pathPlace: -1, flags: 0, hasDigest: false, firstChild: 0, childCount: 0 };
  readonly #pending: PendingProblem[] = [];

  constructor(assembly: GraphAssembly, sink: NodeSink) {
    this.#assembly = assembly;
    this.#nodes = new ScannedNodes(assembly, sink);
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
    if (this.#nodes.rootCount === 0)
      this.#assembly.addProblem('', `has no root node ${DEFOLD_ROOT_PATH}`, 'ERR_GRAPH_ROOT');
  }

  #run(): void {
    this.#enough = 0;
    try {
      while (this.#advance());
    } catch (error) {
      if (error !== NEED_MORE) throw error;
      this.#enough = 2 * (this.#window.end - this.#checkpoint);
    }
    this.#nodes.flush(this.#window);
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
    const node = this.#node;
    this.#seen = 0;
    node.pathPlace = -1;
    node.flags = 0;
    node.hasDigest = false;
    node.childCount = 0;
    this.#pending.length = 0;
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
    const known = plainKeyBit(this.#window, at);
    if (known !== 0) {
      this.#key = known;
      return at + (KEY_LENGTHS[known] as number);
    }
    const end = skipString(this.#window, at);
    // A known key may be written with escapes; no spelling of one is longer than 6 bytes a character.
    this.#key = end - at > 100 ? 0 : keyBit(textOfString(this.#window, at, end));
    return end;
  }

  #scanMember(key: number, at: number): number {
    if (key !== 0 && (this.#seen & key) !== 0) this.#report('', `has the key ${keyName(key)} twice`);
    this.#seen |= key;
    switch (key) {
      case KEY_PATH:
        return this.#scanPath(at);
      case KEY_DIGEST:
        return this.#scanDigest(at);
      case KEY_TYPE:
        return this.#scanType(at);
      case KEY_BUNDLED:
        return this.#scanBundled(at);
      case KEY_CHILDREN:
        return this.#scanChildren(at);
      default:
        return skipValue(this.#window, at);
    }
  }

  #scanPath(at: number): number {
    if (this.#window.bytes[at] !== QUOTE) return this.#refuse(at, '/path', 'a string');
    const end = this.#nodes.batch.read(this.#window, at + 1);
    this.#node.pathPlace = this.#nodes.batch.count - 1;
    if (this.#nodes.batch.isLastRefused) this.#report('/path', 'is too long, or has a lone surrogate');
    return end;
  }

  #scanChildren(at: number): number {
    const window = this.#window;
    const node = this.#node;
    const { batch } = this.#nodes;
    node.firstChild = batch.count;
    node.childCount = 0;
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
      node.childCount = nth + 1;
      i = skipSpace(window.bytes, i);
      if (window.bytes[i] === LIST_END) return i + 1;
      if (window.bytes[i] !== COMMA) window.fail(i, 'a comma or ] is missing');
      i = skipSpace(window.bytes, i + 1);
    }
  }

  #scanDigest(at: number): number {
    const { bytes } = this.#window;
    if (bytes[at] === 0x6e) return skipWord(this.#window, at, 'null');
    if (bytes[at] === QUOTE && this.#nodes.readDigest(bytes, at + 1)) {
      this.#node.hasDigest = true;
      return at + 2 * DIGEST_BYTES + 2;
    }
    return this.#refuse(at, '/hexDigest', '40 lower-case hex digits, or null');
  }

  #scanType(at: number): number {
    const { bytes } = this.#window;
    if (bytes[at] === 0x6e) return skipWord(this.#window, at, 'null');
    if (bytes[at] !== QUOTE) return this.#refuse(at, '/nodeType', 'a string');
    const end = skipString(this.#window, at + 1);
    const type = end - at > 200 ? '' : textOfString(this.#window, at + 1, end);
    // Other words are for newer versions of Bob; only these change what is a root.
    if (type === 'CollectionProxy') this.#node.flags |= NODE_PROXY;
    else if (type === 'ExcludedCollectionProxy') this.#node.flags |= NODE_PROXY | NODE_ROOT;
    return end;
  }

  #scanBundled(at: number): number {
    const byte = this.#window.bytes[at];
    if (byte !== 0x74 && byte !== 0x66) return this.#refuse(at, '/isInMainBundle', 'true or false');
    if (byte === 0x74) this.#node.flags |= NODE_BUNDLED;
    return skipScalar(this.#window, at);
  }

  #endNode(): void {
    if ((this.#seen & KEY_PATH) === 0 && this.#pending.length === 0) this.#report('', 'has no path');
    if ((this.#seen & KEY_CHILDREN) === 0 && this.#pending.length === 0) this.#report('', 'has no children');
    for (const { place, problem, code } of this.#pending) this.#assembly.addProblem(place, problem, code);
    this.#nodes.add(this.#node, this.#window);
  }

  /** Skips a value that has the wrong shape, and says so. */
  #refuse(at: number, place: string, expected: string): number {
    const end = skipValue(this.#window, at);
    this.#report(place, `is not ${expected}`);
    return end;
  }

  #report(place: string, problem: string): void {
    this.#pending.push({ place: `/${this.#nodes.index}${place}`, problem, code: 'ERR_GRAPH_NODE' });
  }
}
