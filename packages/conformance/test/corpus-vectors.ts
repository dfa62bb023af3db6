import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { VectorAnswer } from '../src/index.js';

const repository = new URL('../../../', import.meta.url).pathname;

/** The folder of the corpora; it may not be there. */
export const CORPUS: string = process.env.LADING_CORPUS ?? join(repository, '../shared/corpus');

type Verdict = 'accept' | 'reject' | 'either';

/** One vector and what is expected of whoever judges it. */
export interface Vector {
  readonly id: string;
  readonly verdict: Verdict;
  readonly request: Readonly<Record<string, string>>;
  readonly entries?: Readonly<Record<string, string>> | undefined;
}

interface Line extends Omit<Vector, 'request'> {
  readonly zip: string;
  readonly bytes: string;
  readonly text?: string;
  readonly gen?: string;
  readonly file: string;
}

function lines(file: string): Line[] {
  const bytes = readFileSync(join(CORPUS, file));
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

function peerZips(): Vector[] {
  const index = JSON.parse(readFileSync(join(CORPUS, 'zips/index.json'), 'utf8')) as Line[];
  return index.map(({ file, verdict, entries }) => {
    const data = readFileSync(join(CORPUS, 'zips/files', file)).toString('base64');
    return { id: file, verdict, entries, request: { op: 'zip', data } };
  });
}

const ROOT = '/<AnonymousRoot>';
const DIGEST = '0'.repeat(40);
const node = (path: string, children: readonly string[]): object => ({ path, hexDigest: DIGEST, children });

/** Graphs that the corpus names by how they are made, because they are large. */
function generatedGraph(gen: string): string {
  const [, kind, count] = /^(.+)-(\d+)$/.exec(gen) ?? [];
  const n = Number(count);
  const paths = Array.from({ length: n }, (_, i) => `/n${i}`);
  if (kind === 'chain') {
    return JSON.stringify([node(ROOT, ['/n0']), ...paths.map((path, i) => node(path, paths.slice(i + 1, i + 2)))]);
  }
  if (kind === 'dense') {
    return JSON.stringify([
      node(ROOT, ['/n0']),
      ...paths.map((path) =>
        node(
          path,
          paths.filter((other) => other !== path),
        ),
      ),
    ]);
  }
  if (kind === 'diamonds') {
    const nodes = paths.flatMap((path, i) => [
      node(path, [`${path}l`, `${path}r`]),
      node(`${path}l`, [paths[i + 1] ?? '/end']),
      node(`${path}r`, [paths[i + 1] ?? '/end']),
    ]);
    return JSON.stringify([node(ROOT, ['/n0']), ...nodes, node('/end', [])]);
  }
  if (kind === 'deep-nest') return '['.repeat(n) + ']'.repeat(n);
  throw new Error(`unknown generator ${gen}`);
}

function jsonTexts(): Vector[] {
  const folder = join(CORPUS, 'json/jsontestsuite/test_parsing');
  return readdirSync(folder)
    .filter((file) => file.startsWith('n_'))
    .map((file) => ({
      id: file,
      verdict: 'reject',
      request: { op: 'graph', text: readFileSync(join(folder, file), 'utf8') },
    }));
}

/** Manifests that Bob wrote, of every version; an answer to them is `accept`. */
function realManifests(): Vector[] {
  const files = readdirSync(join(CORPUS, 'defold'), { recursive: true }).map(String);
  return files
    .filter((file) => file.endsWith('.dmanifest'))
    .map((file) => {
      const data = readFileSync(join(CORPUS, 'defold', file)).toString('base64');
      return { id: file, verdict: 'accept', request: { op: 'manifest', data } };
    });
}

const ALGORITHMS: ReadonlyMap<string, string> = new Map([
  ['ecdsa_secp256r1_sha256_p1363_test.json', 'ES256'],
  ['ed25519_test.json', 'Ed25519'],
  ['rsa_signature_2048_sha256_test.json', 'RS256'],
  ['rsa_signature_3072_sha256_test.json', 'RS256'],
  ['rsa_signature_4096_sha256_test.json', 'RS256'],
]);

interface WycheproofGroup {
  readonly publicKeyDer: string;
  readonly tests: readonly {
    readonly tcId: number;
    readonly msg: string;
    readonly sig: string;
    readonly result: string;
  }[];
}

function signatures(): Vector[] {
  const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');
  return [...ALGORITHMS].flatMap(([file, algorithm]) => {
    const text = readFileSync(join(CORPUS, 'signatures/wycheproof', file), 'utf8');
    const { testGroups } = JSON.parse(text) as { readonly testGroups: readonly WycheproofGroup[] };
    return testGroups.flatMap(({ publicKeyDer, tests }) =>
      tests.map(({ tcId, msg, sig, result }): Vector => {
        const signed = { key: base64(publicKeyDer), message: base64(msg), signature: base64(sig) };
        const verdict = result === 'valid' ? 'accept' : result === 'invalid' ? 'reject' : 'either';
        return { id: `${file} ${tcId}`, verdict, request: { op: 'signature', algorithm, ...signed } };
      }),
    );
  });
}

/** The corpora, each with its name. */
export const CORPORA: readonly (readonly [name: string, load: () => Vector[]])[] = [
  [
    'zips/hostile.jsonl.gz',
    () => lines('zips/hostile.jsonl.gz').map((l) => ({ ...l, request: { op: 'zip', data: l.zip } })),
  ],
  ['zips/index.json', peerZips],
  [
    'manifests/hostile.jsonl',
    () => lines('manifests/hostile.jsonl').map((l) => ({ ...l, request: { op: 'manifest', data: l.bytes } })),
  ],
  [
    'graphs/hostile.jsonl',
    () =>
      lines('graphs/hostile.jsonl').map((l) => ({
        ...l,
        request: { op: 'graph', text: l.text ?? generatedGraph(l.gen ?? '') },
      })),
  ],
  ['json/jsontestsuite, n_ as graphs', jsonTexts],
  ['defold, manifests', realManifests],
  ['signatures/wycheproof', signatures],
];

/** Tells whether an answer is the expected one. */
export function isExpected(vector: Vector, answer: VectorAnswer): boolean {
  if (answer.verdict === 'reject') return vector.verdict !== 'accept' && answer.code !== 'ERR_INTERNAL';
  if (vector.verdict === 'reject') return false;
  const sorted = (entries: object): string =>
    JSON.stringify(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));
  return vector.entries === undefined || sorted(vector.entries) === sorted(answer.entries ?? {});
}
