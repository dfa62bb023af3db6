// Over 300 lines: the scanner and JSON.parse answer the same texts, which stand here once.
import { readdirSync, readFileSync } from 'node:fs';
import { isLadingError } from '@lading/manifest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HASH_START, mixWord } from '../build/path-table.js';
import type { GraphError } from '../graph-error.js';
import { loadGraph } from '../load-graph.js';
import {
  NODE_BUNDLED,
  NODE_ENTRY,
  NODE_PROXY,
  NODE_ROOT,
  NODE_VIRTUAL,
  type ResourceGraph,
} from '../resource-graph.js';
import { CORPUS, hasCorpus } from '../testing/corpus.js';
import { defoldGraph, parseDefoldGraph } from './defold-graph.js';

const ENCODER = new TextEncoder();
const IS_LONG = process.env.LADING_LONG !== undefined;

async function* pieces(bytes: Uint8Array, sizes: () => number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const size = sizes();
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function verdict(bytes: Uint8Array): Promise<string> {
  try {
    await parseDefoldGraph(bytes);
    return 'accept';
  } catch (error) {
    if (isLadingError(error)) return error.code;
    throw error;
  }
}

async function problemsOf(text: string): Promise<string[]> {
  try {
    await parseDefoldGraph(text);
    return [];
  } catch (error) {
    if (!isLadingError(error)) throw error;
    const problems = (error as GraphError).details.problems as { path: string; problem: string }[] | undefined;
    return problems?.map((p) => `${p.path}: ${p.problem}`) ?? [`${error.code}: ${error.message}`];
  }
}

function plain(graph: ResourceGraph): unknown {
  return Array.from({ length: graph.nodeCount }, (_, node) => ({
    path: graph.pathOf(node),
    digest: graph.hexDigestOf(node) ?? null,
    flags: graph.flags[node],
    children: [...graph.edgeTargets.subarray(graph.edgeStarts[node], graph.edgeStarts[node + 1])],
  }));
}

/** What the text means by JSON.parse. */
function model(text: string): unknown {
  interface Node {
    path: string;
    hexDigest?: string | null;
    nodeType?: string;
    isInMainBundle?: boolean;
    children: string[];
  }
  const nodes = (JSON.parse(text) as Node[]).sort((a, b) => (a.path < b.path ? -1 : 1));
  const ids = new Map(nodes.map((node, id) => [node.path, id]));
  const typeFlags: Record<string, number> = {
    CollectionProxy: NODE_PROXY,
    ExcludedCollectionProxy: NODE_PROXY | NODE_ROOT,
  };
  return nodes.map((node) => ({
    path: node.path,
    digest: node.hexDigest ?? null,
    flags:
      (typeFlags[node.nodeType ?? ''] ?? 0) |
      (node.path === '/<AnonymousRoot>' ? NODE_ENTRY | NODE_VIRTUAL : node.isInMainBundle === true ? NODE_BUNDLED : 0),
    children: [...new Set(node.children.map((child) => ids.get(child) as number))].sort((a, b) => a - b),
  }));
}

/** The text of a JSON string in another spelling: some characters as escapes. */
function respelled(text: string, choose: () => number): string {
  const spelled = Array.from({ length: text.length }, (_, i) => {
    const unit = text.charCodeAt(i);
    const isSurrogate = unit >= 0xd800 && unit < 0xe000;
    if (choose() % 5 !== 0 && !isSurrogate) return JSON.stringify(text.charAt(i)).slice(1, -1);
    const hex = unit.toString(16).padStart(4, '0');
    return `\\u${choose() % 2 === 0 ? hex : hex.toUpperCase()}`;
  });
  return `"${choose() % 2 === 0 ? JSON.stringify(text).slice(1, -1) : spelled.join('')}"`;
}

const SPACES = ['', '', ' ', '\n  ', '\t', '\r\n'];

/** A graph's text with random white space, key order, spellings and unknown keys. */
const graphText = fc
  .record({
    names: fc.uniqueArray(fc.string({ unit: fc.constantFrom(...'ab"cé一\u{1f600}z0 /'), minLength: 1, maxLength: 9 }), {
      maxLength: 8,
    }),
    junk: fc.array(fc.jsonValue({ maxDepth: 3 }), { minLength: 1, maxLength: 4 }),
    numbers: fc.infiniteStream(fc.nat(10_000)),
  })
  .map(({ names, junk, numbers }) => {
    const choose = (): number => numbers.next().value;
    const paths = [
      ...new Set(['/<AnonymousRoot>', ...names.map((name) => `/x${name.replaceAll('/', '_')}`.normalize('NFC'))]),
    ];
    const space = (): string => SPACES[choose() % SPACES.length] as string;
    const pick = (): string => paths[choose() % paths.length] as string;
    const types = ['CollectionProxy', 'ExcludedCollection', 'ExcludedCollectionProxy', 'Newer'];
    const nodeText = (path: string): string => {
      const children = Array.from({ length: choose() % 5 }, pick);
      const members = [
        [respelled('path', choose), respelled(path, choose)],
        [
          respelled('children', choose),
          `[${space()}${children.map((c) => respelled(c, choose)).join(`${space()},${space()}`)}${space()}]`,
        ],
      ];
      if (choose() % 2 === 0)
        members.push([
          respelled('hexDigest', choose),
          choose() % 3 === 0 ? 'null' : `"${choose().toString(16).padStart(40, '0')}"`,
        ]);
      if (choose() % 3 === 0)
        members.push([respelled('nodeType', choose), respelled(types[choose() % 4] as string, choose)]);
      if (choose() % 2 === 0) members.push([respelled('isInMainBundle', choose), String(choose() % 2 === 0)]);
      if (choose() % 2 === 0)
        members.push([`"junk ${choose()}"`, JSON.stringify(junk[choose() % junk.length] ?? null, null, choose() % 3)]);
      members.sort(() => (choose() % 2) - 0.5);
      return `{${space()}${members.map(([key, value]) => `${key}${space()}:${space()}${value}`).join(`${space()},${space()}`)}${space()}}`;
    };
    return `${space()}[${space()}${paths.map(nodeText).join(`${space()},${space()}`)}${space()}]${space()}`;
  });

describe('GraphScanner', () => {
  it('reads what JSON.parse reads, in any spelling and cut into any pieces', async () => {
    await fc.assert(
      fc.asyncProperty(graphText, fc.infiniteStream(fc.integer({ min: 0, max: 40 })), async (text, sizes) => {
        const expected = model(text);
        const bytes = ENCODER.encode(text);
        expect(plain(await parseDefoldGraph(bytes))).toEqual(expected);
        const graph = pieces(bytes, () => sizes.next().value);
        expect(plain(await loadGraph(defoldGraph({ graph })))).toEqual(expected);
      }),
      { numRuns: IS_LONG ? 5_000 : 400 },
    );
  });

  it('agrees with JSON.parse on whether a text with a few bytes changed is JSON at all', async () => {
    await fc.assert(
      fc.asyncProperty(
        graphText,
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }), fc.nat(2)), { minLength: 1, maxLength: 3 }),
        async (text, edits) => {
          let bytes = ENCODER.encode(text);
          for (const [at, byte, kind] of edits) {
            const place = at % (bytes.length + 1);
            bytes = Uint8Array.of(
              ...bytes.subarray(0, place),
              ...(kind === 1 ? [] : [byte]),
              ...bytes.subarray(kind === 0 ? place : place + 1),
            );
          }
          let isJson = true;
          try {
            JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
          } catch {
            isJson = false;
          }
          expect((await verdict(bytes)) === 'ERR_GRAPH_JSON').toBe(!isJson);
        },
      ),
      { numRuns: IS_LONG ? 50_000 : 2_000 },
    );
  });

  it('agrees with JSON.parse on every cut of a text', async () => {
    const text =
      '[{"path":"/<AnonymousRoot>","hexDigest":null,"children":["/é"],"x":[1.5e-3,{"a":true}]},{"path":"/\\u00e9","children":[]}]';
    const bytes = ENCODER.encode(text);
    for (let length = 0; length < bytes.length; length++)
      expect(await verdict(bytes.subarray(0, length))).toBe('ERR_GRAPH_JSON');
    expect(await verdict(bytes)).toBe('accept');
  });

  it('names the place of everything that is wrong with the nodes', async () => {
    expect(
      await problemsOf(`[
        {"path":"/<AnonymousRoot>","children":["/a",7,"/b"]},
        {"path":"/a","hexDigest":"zz","children":null},
        {"path":"/a","children":[]},
        null, [], {}, {"path":5,"children":[]},
        {"path":"/c","path":"/c","nodeType":1,"isInMainBundle":"yes","children":["/a","/missing"]},
        {"path":"relative","children":[]}]`),
    ).toEqual([
      '/0/children/1: is not a path',
      '/1/hexDigest: is not 40 lower-case hex digits, or null',
      '/1/children: is not a list of paths',
      '/3: is not an object',
      '/4: is not an object',
      '/5: has no path',
      '/6/path: is not a string',
      '/7: has the key path twice',
      '/7/nodeType: is not a string',
      '/7/isInMainBundle: is not true or false',
      '/2/path: names the same resource as /1',
      'relative: does not start with /',
      '/0/children/2: "/<AnonymousRoot>" needs "/b", which the graph does not contain',
      '/7/children/1: "/c" needs "/missing", which the graph does not contain',
    ]);
  });

  it('says where a text stops being JSON', async () => {
    expect(await problemsOf('[{"path":"/<AnonymousRoot>","children":[],}]')).toEqual([
      'ERR_GRAPH_JSON: The graph is not JSON: at byte 42, a key is missing',
    ]);
    expect(await problemsOf('[')).toEqual([
      'ERR_GRAPH_JSON: The graph is not JSON: at byte 1, the text ends too early',
    ]);
  });

  it('needs the root node once, anywhere in the list', async () => {
    const root = '{"path":"/<AnonymousRoot>","children":["/a"]}';
    const node = '{"path":"/a","children":[]}';
    expect(await verdict(ENCODER.encode(`[${root},${node}]`))).toBe('accept');
    expect(await verdict(ENCODER.encode(`[${node},${root}]`))).toBe('accept');
    expect(await verdict(ENCODER.encode(`[${node}]`))).toBe('ERR_GRAPH_ROOT');
    expect(await verdict(ENCODER.encode('[]'))).toBe('ERR_GRAPH_ROOT');
    expect(await verdict(ENCODER.encode(`[${root},${node},${root}]`))).toBe('ERR_GRAPH_NODE');
  });

  it('allows one byte order mark first, and none later', async () => {
    const text = '[{"path":"/<AnonymousRoot>","children":[]}]';
    expect(await verdict(ENCODER.encode(`\ufeff${text}`))).toBe('accept');
    expect(await verdict(ENCODER.encode(`\ufeff\ufeff${text}`))).toBe('ERR_GRAPH_JSON');
    expect(await verdict(ENCODER.encode(`${text}\ufeff`))).toBe('ERR_GRAPH_JSON');
    expect(await verdict(ENCODER.encode('\ufeff'))).toBe('ERR_GRAPH_JSON');
  });

  it('bounds how deep unknown values nest, without recursion', async () => {
    const nested = (depth: number): Uint8Array =>
      ENCODER.encode(
        `[{"path":"/<AnonymousRoot>","children":[],"x":${'[{"a":'.repeat(depth / 2)}0${'}]'.repeat(depth / 2)}}]`,
      );
    expect(await verdict(nested(512))).toBe('accept');
    expect(await verdict(nested(514))).toBe('ERR_GRAPH_LIMIT');
    expect(await verdict(ENCODER.encode('['.repeat(5_000_000)))).toBe('ERR_GRAPH_LIMIT');
  });

  it('reads a node much larger than a piece, and a string that no path can be, in linear time', async () => {
    const children = Array.from({ length: 200_000 }, (_, i) => `/child-${i}`);
    const long = `/${'x'.repeat(3_000_000)}`;
    const text = JSON.stringify([
      { path: '/<AnonymousRoot>', children },
      ...children.map((path) => ({ path, children: [] })),
    ]);
    const graph = await loadGraph(defoldGraph({ graph: pieces(ENCODER.encode(text), () => 4_096) }));
    expect([graph.nodeCount, graph.edgeCount]).toEqual([200_001, 200_000]);
    expect(await problemsOf(JSON.stringify([{ path: '/<AnonymousRoot>', children: [long] }]))).toEqual([
      '/0/children/0: is too long for a path, or has a lone surrogate',
    ]);
  });

  it('leaves prototypes alone', async () => {
    const before = [Object.prototype, Array.prototype].map((p) => Object.getOwnPropertyNames(p).join());
    const text =
      '[{"path":"/<AnonymousRoot>","children":["/__proto__"],"__proto__":{"polluted":1}},{"path":"/__proto__","children":[]}]';
    expect((await parseDefoldGraph(text)).nodeOf('/__proto__')).toBe(1);
    expect([Object.prototype, Array.prototype].map((p) => Object.getOwnPropertyNames(p).join())).toEqual(before);
    expect(Object.hasOwn({}, 'polluted')).toBe(false);
  });

  it('refuses paths that were made to collide instead of working for hours', async () => {
    const paths = collidingPaths(1_100);
    const text = JSON.stringify([
      { path: '/<AnonymousRoot>', children: paths },
      ...paths.map((path) => ({ path, children: [] })),
    ]);
    expect(await verdict(ENCODER.encode(text))).toBe('ERR_GRAPH_LIMIT');
  });

  it('tells another builder the same as its own', async () => {
    const text =
      '[{"path":"/<AnonymousRoot>","children":["/a","/a"]},{"path":"/a","hexDigest":"0123456789012345678901234567890123456789","nodeType":"ExcludedCollectionProxy","isInMainBundle":true,"children":[]}]';
    const source = defoldGraph({ graph: ENCODER.encode(text) });
    const graph = await loadGraph({
      name: 'a recorder',
      load: (builder, options) =>
        source.load(
          {
            addNode: (node) => builder.addNode(node),
            addEdge: (from, to, at) => builder.addEdge(from, to, at),
            addProblem: (path, problem, code) => builder.addProblem(path, problem, code),
          },
          options,
        ),
    });
    expect(plain(graph)).toEqual(plain(await parseDefoldGraph(text)));
  });
});

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-';

/** Paths of three words that all hash alike: two words are free, the third takes the hash to where all shall end. */
function collidingPaths(count: number): string[] {
  const isLetter = (byte: number): boolean => LETTERS.includes(String.fromCharCode(byte));
  const wordOf = (text: string): number => new DataView(ENCODER.encode(text).buffer).getInt32(0, true);
  const before = beforeLastStep(0x12345678);
  const paths: string[] = [];
  for (let n = 0; paths.length < count; n++) {
    const letter = (shift: number): string => LETTERS.charAt((n >> shift) & 63);
    const [first, second] = [`/${letter(0)}${letter(6)}${letter(12)}`, `${letter(18)}xyz`];
    const hash = mixWord(mixWord(HASH_START, wordOf(first)), wordOf(second));
    const bytes = [0, 8, 16, 24].map((shift) => ((hash ^ before) >>> shift) & 0xff);
    if (bytes.every(isLetter)) paths.push(`${first}${second}${String.fromCharCode(...bytes)}`);
  }
  return paths;
}

/** What hash ^ word must be for `mixWord` to give a hash: its steps turned back. */
function beforeLastStep(hash: number): number {
  const product = hash ^ (hash >>> 15) ^ (hash >>> 30);
  const modulus = 1n << 32n;
  let inverse = 1n;
  for (let i = 0; i < 5; i++) inverse = (inverse * (2n - 0x9e3779b1n * inverse)) % modulus;
  const before = Number(BigInt.asIntN(32, BigInt(product) * inverse));
  expect(mixWord(before, 0)).toBe(hash);
  return before;
}

describe.skipIf(!hasCorpus('graphs'))('the corpus of hostile graphs', () => {
  interface Case {
    id: string;
    verdict: 'accept' | 'reject' | 'either';
    text?: string;
    gen?: string;
  }

  it('gets the verdicts that it says', async () => {
    const cases = readFileSync(`${CORPUS}/graphs/hostile.jsonl`, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Case);
    const wrong: string[] = [];
    for (const { id, verdict: expected, text, gen } of cases) {
      const got = await verdict(ENCODER.encode(text ?? generate(gen ?? '')));
      if (expected !== 'either' && (got === 'accept') !== (expected === 'accept')) wrong.push(`${id}: ${got}`);
    }
    console.info(`hostile graphs: ${cases.length - wrong.length} of ${cases.length} as expected`);
    expect(wrong).toEqual([]);
  });
});

function generate(name: string): string {
  const [, kind = '', size = ''] = /^(.*)-(\d+)$/.exec(name) ?? [];
  const count = Number(size);
  const node = (path: string, children: string[]): string => JSON.stringify({ path, hexDigest: null, children });
  const root = (children: string[]): string => node('/<AnonymousRoot>', children);
  const names = Array.from({ length: count }, (_, i) => `/n${i}`);
  switch (kind) {
    case 'chain':
      return `[${root(['/n0'])},${names.map((path, i) => node(path, i + 1 < count ? [`/n${i + 1}`] : [])).join()}]`;
    case 'dense':
      return `[${root(['/n0'])},${names
        .map((path) =>
          node(
            path,
            names.filter((other) => other !== path),
          ),
        )
        .join()}]`;
    case 'diamonds':
      return `[${root(['/n0'])},${names.map((path, i) => `${node(path, [`/l${i}`, `/r${i}`])},${node(`/l${i}`, [`/n${i + 1}`])},${node(`/r${i}`, [`/n${i + 1}`])}`).join()},${node(`/n${count}`, [])}]`;
    case 'deep-nest':
      return '['.repeat(count) + ']'.repeat(count);
    default:
      throw new Error(`unknown generator ${name}`);
  }
}

describe.skipIf(!hasCorpus('json'))('JSONTestSuite', () => {
  const folder = `${CORPUS}/json/jsontestsuite/test_parsing`;
  const before = ENCODER.encode('[{"path":"/<AnonymousRoot>","children":[],"unknown":');
  const after = ENCODER.encode('}]');

  it('gets the same verdict as from JSON.parse, alone and as the value of an unknown key', async () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
    const wrong: string[] = [];
    for (const name of files) {
      const text = new Uint8Array(readFileSync(`${folder}/${name}`));
      const alone = await verdict(text);
      if (alone === 'accept') wrong.push(`${name}: accepted as a graph`);
      if (name.startsWith('n_') && alone !== 'ERR_GRAPH_JSON' && alone !== 'ERR_GRAPH_LIMIT')
        wrong.push(`${name}: ${alone}`);
      if (name.startsWith('y_') && alone === 'ERR_GRAPH_JSON') wrong.push(`${name}: not JSON`);
      const within = Uint8Array.of(...before, ...text.subarray(0, 120_000), ...after);
      let isJson = true;
      try {
        JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(within));
      } catch {
        isJson = false;
      }
      if (name.startsWith('i_') && name.includes('500_nested')) continue;
      const got = await verdict(within);
      if ((got === 'accept') !== isJson) wrong.push(`${name} inside: ${got}`);
    }
    console.info(`JSONTestSuite: ${files.length} files twice, ${wrong.length} wrong`);
    expect(wrong).toEqual([]);
  });
});
