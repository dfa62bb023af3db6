import { loadGraph, type ResourceGraph } from '@lading/graph';

/** A graph to try strategies on: `path: [size in bytes, what it needs…]`; paths that begin with `!` are roots, `*` entries. */
export type SampleGraph = readonly (readonly [path: string, sizeBytes: number, ...needs: string[]])[];

/** Small graphs with what has gone wrong in packers: each has at least one root. */
export const SAMPLE_GRAPHS: Readonly<Record<string, SampleGraph>> = {
  'two roots that share': [
    ['*/main.js', 50, '/ui.png'],
    ['/ui.png', 20],
    ['!/levels/1.json', 100, '/levels/1.bin', '/sky.png', '/ui.png'],
    ['/levels/1.bin', 300],
    ['!/levels/2.json', 100, '/levels/2.bin', '/sky.png'],
    ['/levels/2.bin', 400],
    ['/sky.png', 1_000],
    ['/unreached.txt', 7],
  ],
  'a diamond of 40 steps': diamond(40),
  'a cycle and an edge to itself': [
    ['!/a', 1, '/b', '/a'],
    ['/b', 0, '/c'],
    ['/c', 2, '/b'],
  ],
  'names that trip objects': [
    ['!/__proto__', 1, '/constructor', '/A'],
    ['/constructor', -1],
    ['!/toString', 1, '/a', '/A'],
    ['/a', 3],
    ['/A', 3],
  ],
  'a root in the base and a root below a root': [
    ['*/index', 1, '/app'],
    ['!/app', 1],
    ['!/world', 1, '/town'],
    ['!/town', 1, '/door'],
    ['/door', 9_000],
  ],
  'nothing to place': [
    ['*/index', 1, '/app'],
    ['!/app', 1],
  ],
};

function diamond(steps: number): SampleGraph {
  return Array.from({ length: steps }, (_, i) => {
    const next = i + 1 < steps ? [`/d${i + 1}/left`, `/d${i + 1}/right`] : [];
    return [
      [`${i === 0 ? '!' : ''}/d${i}/left`, i, ...next] as const,
      [`${i === 0 ? '!' : ''}/d${i}/right`, i, ...next] as const,
    ];
  }).flat();
}

/** Loads a sample; `isReversed` adds its nodes and edges the other way round. */
export function loadSample(sample: SampleGraph, isReversed = false): Promise<ResourceGraph> {
  const rows = isReversed ? [...sample].reverse() : sample;
  return loadGraph({
    name: 'sample',
    async load(builder) {
      for (const [marked, sizeBytes] of rows) {
        builder.addNode({
          path: plain(marked),
          isRoot: marked.startsWith('!'),
          isEntry: marked.startsWith('*'),
          ...(sizeBytes < 0 ? {} : { sizeBytes }),
        });
      }
      for (const [marked, , ...needs] of rows) for (const target of needs) builder.addEdge(plain(marked), target);
    },
  });
}

function plain(marked: string): string {
  return marked.replace(/^[!*]/, '');
}
