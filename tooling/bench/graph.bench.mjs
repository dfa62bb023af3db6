// Loads a game.graph.json of 1,000,000 nodes in five ways, each in a process of its own, round robin, and prints them
// side by side; then finds the consumer set of every node for 1,000 roots.
//
//   pnpm build && node tooling/bench/graph.bench.mjs [--nodes 1000000] [--rounds 3] [--file kept.json] [--module url]
//
// `--module` names another build of @lading/graph than packages/graph/dist/index.js; node.js has to stand beside it.
import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOTS = 1_000;
const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    file: { type: 'string', default: join(tmpdir(), `lading-graph-bench-${process.pid}.json`) },
    module: { type: 'string', default: new URL('../../packages/graph/dist/index.js', import.meta.url).href },
    way: { type: 'string' },
  },
});

const WAYS = {
  'byte scan': scanBytes,
  'JSON.parse': parseOnly,
  'JSON.parse + Map + CSR': parseToGraph,
  'loadGraph, streamed': streamed,
  'loadGraph, one buffer': () => load(readFileSync(values.file)),
  'consumerSets, 1,000 roots': consumers,
};

if (values.way === undefined) runAll();
else await runOne(values.way);

function runAll() {
  const isOwn = !existsSync(values.file);
  if (isOwn) writeGraph(values.file, Number(values.nodes));
  const runs = new Map(Object.keys(WAYS).map((way) => [way, []]));
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const way of runs.keys()) runs.get(way).push(runChild(way));
  }
  printTable(runs);
  if (isOwn && !process.argv.includes('--file')) rmSync(values.file);
}

function runChild(way) {
  const args = [
    '--max-old-space-size=8192',
    fileURLToPath(import.meta.url),
    '--way',
    way,
    '--file',
    values.file,
    '--module',
    values.module,
  ];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

async function runOne(way) {
  const start = performance.now();
  const cpu = process.cpuUsage();
  const { before = 0, ...facts } = await WAYS[way]();
  const { user, system } = process.cpuUsage(cpu);
  const wallMs = performance.now() - start - before;
  const rssMiB = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ wallMs, cpuMs: (user + system) / 1000, rssMiB, facts }));
}

function printTable(runs) {
  const best = (way, key) => Math.min(...runs.get(way).map((run) => run[key]));
  const parse = best('JSON.parse', 'wallMs');
  console.log(
    `${(statSync(values.file).size / 2 ** 20).toFixed(0)} MiB; best of ${values.rounds} rounds, file in the page cache`,
  );
  console.log('| way | wall ms | x JSON.parse | cpu ms | peak RSS MiB | |\n| --- | ---: | ---: | ---: | ---: | --- |');
  for (const way of runs.keys()) {
    const wall = best(way, 'wallMs');
    const facts = Object.entries(runs.get(way)[0].facts)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ');
    console.log(
      `| ${way} | ${wall.toFixed(0)} | ${(wall / parse).toFixed(2)} | ${best(way, 'cpuMs').toFixed(0)} | ${best(way, 'rssMiB').toFixed(0)} | ${facts} |`,
    );
  }
}

/** The least that any reader does: read the file and look at each byte. */
function scanBytes() {
  const buffer = new Uint8Array(1 << 20);
  const fd = openSync(values.file, 'r');
  let quotes = 0;
  for (let length = readSync(fd, buffer); length > 0; length = readSync(fd, buffer)) {
    for (let i = 0; i < length; i++) if (buffer[i] === 0x22) quotes++;
  }
  closeSync(fd);
  return { quotes };
}

function parseOnly() {
  return { nodes: JSON.parse(readFileSync(values.file, 'utf8')).length };
}

function parseToGraph() {
  const list = JSON.parse(readFileSync(values.file, 'utf8'));
  const ids = new Map(list.map((node, id) => [node.path, id]));
  const starts = new Uint32Array(list.length + 1);
  list.forEach((node, id) => {
    starts[id + 1] = starts[id] + node.children.length;
  });
  const targets = new Uint32Array(starts[list.length]);
  list.forEach((node, id) => {
    node.children.forEach((child, nth) => {
      targets[starts[id] + nth] = ids.get(child);
    });
  });
  return { nodes: ids.size, edges: targets.length };
}

async function pieces() {
  const { readPieces } = await import(values.module.replace(/index(\.m?js)$/, 'node$1'));
  return readPieces(values.file);
}

async function streamed() {
  return load(await pieces());
}

async function load(graph) {
  const { loadGraph, defoldGraph } = await import(values.module);
  const { nodeCount, edgeCount } = await loadGraph(defoldGraph({ graph, graphBytes: statSync(values.file).size }));
  return { nodes: nodeCount, edges: edgeCount };
}

async function consumers() {
  const start = performance.now();
  const { consumerSets, defoldGraph, findBase, loadGraph, selectRoots } = await import(values.module);
  const graph = await loadGraph(defoldGraph({ graph: await pieces() }));
  const before = performance.now() - start;
  const roots = selectRoots(graph);
  const { setCount } = consumerSets(graph, { roots, base: findBase(graph, roots) });
  return { before, roots: roots.length, sets: setCount };
}

/** A game in the manner of Bob: 1,000 excluded proxies, each with a world of its own, and content that worlds share. */
function writeGraph(file, count) {
  const random = xorshift(12_345);
  const paths = Array.from({ length: count }, (_, i) => pathOf(i, random));
  const fd = openSync(file, 'w');
  let text = '[ ';
  for (let i = 0; i < count; i++) {
    text += `${i === 0 ? '' : ', '}${nodeText(i, paths, childrenOf(i, count, random), random)}`;
    if (text.length > 1 << 22) {
      writeSync(fd, text);
      text = '';
    }
  }
  writeSync(fd, `${text} ]`);
  closeSync(fd);
}

function pathOf(i, random) {
  if (i === 0) return '/<AnonymousRoot>';
  const number = String(i).padStart(7, '0');
  if (i <= ROOTS) return `/levels/level_${number}/level.collectionproxyc`;
  const kind = ['goc', 'texturec', 'a.texturesetc', 'scriptc', 'luac', 'materialc', 'spritec', 'meshc'][i % 8];
  if (random() < 0.3) return `/_generated_${hex(16, random)}.${kind}`;
  const [world, area] = [Math.floor(random() * 40), Math.floor(random() * 500)].map((n) => String(n).padStart(3, '0'));
  return `/assets/world_${world}/area_${area}/object_${number}.${kind}`;
}

/** Mostly near successors, some far ones, so that there are no cycles and depths and sharing are as in real games. */
function childrenOf(i, count, random) {
  if (i === 0) return Array.from({ length: Math.min(ROOTS, count - 1) }, (_, k) => k + 1);
  const after = count - i - 1;
  if (after < 50) return [];
  const size = Math.floor(random() * 11.7);
  const near = Math.min(after, 20_000);
  return Array.from({ length: size }, () => {
    if (i <= ROOTS) return ROOTS + 1 + Math.floor(random() * (count - ROOTS - 1));
    return i + 1 + Math.floor(random() * (random() < 0.2 ? after : near));
  });
}

function nodeText(i, paths, children, random) {
  const digest = i === 0 ? 'null' : `"${hex(40, random)}"`;
  const type = i > 0 && i <= ROOTS ? '  "nodeType" : "ExcludedCollectionProxy",\n' : '';
  const list = children.map((child) => `"${paths[child]}"`).join(', ');
  return `{\n  "path" : "${paths[i]}",\n  "hexDigest" : ${digest},\n${type}  "isInMainBundle" : ${i > 0 && i <= ROOTS},\n  "children" : [ ${list} ]\n}`;
}

function hex(digits, random) {
  let text = '';
  while (text.length < digits)
    text += Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return text.slice(0, digits);
}

function xorshift(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
