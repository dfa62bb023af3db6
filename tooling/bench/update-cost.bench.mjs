// A year of edits: 200 edits of one group of 5,000 resources, and after each a player who has everything updates. Prints what
// this player downloads with our cuts, with greedy filling in the order of the paths, and what has really changed.
//   pnpm --filter @lading/splitter... build && node tooling/bench/update-cost.bench.mjs
// Environment: BENCH_RESOURCES (5000), BENCH_EDITS (200), BENCH_CAP (4 MiB in bytes), BENCH_SEED (1).
import { fileURLToPath } from 'node:url';

const { cutByContent } = await import(fileURLToPath(new URL('../../packages/splitter/dist/index.js', import.meta.url)));

const resources = Number(process.env.BENCH_RESOURCES ?? 5_000);
const edits = Number(process.env.BENCH_EDITS ?? 200);
const cap = Number(process.env.BENCH_CAP ?? 4_194_304);
const random = generator(Number(process.env.BENCH_SEED ?? 1));

const contenders = [
  ['lading', (list) => cutByContent(list, cap).map(({ items }) => items)],
  ['greedy, by path', greedy],
];
let list = Array.from({ length: resources }, made).sort(byPath);
const state = new Map(
  contenders.map(([name, cut]) => [name, { cut, has: archivesOf(cut(list)), bytes: 0, archives: 0 }]),
);
let changedBytes = 0;
for (let edit = 0; edit < edits; edit++) {
  changedBytes += change();
  for (const contender of state.values()) update(contender);
}
report();

/** Seven in ten edits change a resource by up to a tenth of its size, the others add or remove one. */
function change() {
  const at = Math.floor(random() * list.length);
  const kind = random();
  if (kind < 0.15) {
    list = list.filter((_, i) => i !== at);
    return 0;
  }
  const old = list[at];
  const sizeBytes = Math.max(1, Math.round(old.sizeBytes * (0.9 + random() / 5)));
  const now = kind < 0.3 ? made() : { ...old, sizeBytes, revision: old.revision + 1 };
  list = (kind < 0.3 ? [...list, now] : list.map((item) => (item === old ? now : item))).sort(byPath);
  return now.sizeBytes;
}

function update(contender) {
  const archives = archivesOf(contender.cut(list));
  for (const [content, bytes] of archives) {
    if (contender.has.has(content)) continue;
    contender.bytes += bytes;
    contender.archives += 1;
  }
  contender.has = archives;
}

/** Content of each archive -> its bytes. What an archive is called is left out: that favours greedy filling. */
function archivesOf(parts) {
  return new Map(
    parts.map((items) => [
      items.map(({ path, revision }) => `${path}@${revision}`).join('\n'),
      items.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    ]),
  );
}

function greedy(items) {
  const parts = [];
  let filled = Number.POSITIVE_INFINITY;
  for (const item of items) {
    if (filled + item.sizeBytes > cap) {
      parts.push([]);
      filled = 0;
    }
    parts.at(-1).push(item);
    filled += item.sizeBytes;
  }
  return parts;
}

function made() {
  const name = Math.floor(random() * 2 ** 40).toString(36);
  return {
    path: `/assets/${name.slice(0, 1)}/${name}.bin`,
    sizeBytes: 200 + Math.floor(random() ** 4 * 400_000),
    revision: 0,
  };
}

function byPath(a, b) {
  return a.path < b.path ? -1 : 1;
}

function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

function report() {
  const mib = (bytes) => (bytes / 1_048_576).toFixed(1).padStart(9);
  const total = list.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  console.log(`${edits} edits of ${resources} resources (${mib(total).trim()} MiB), cap ${mib(cap).trim()} MiB`);
  console.log(`${''.padEnd(18)}   MiB down   per edit   archives down   archives at the end`);
  for (const [name, { bytes, archives, has }] of state) {
    console.log(
      `${name.padEnd(18)}  ${mib(bytes)}  ${mib(bytes / edits)}  ${String(archives).padStart(14)}  ${String(has.size).padStart(20)}`,
    );
  }
  console.log(`${'really changed'.padEnd(18)}  ${mib(changedBytes)}  ${mib(changedBytes / edits)}`);
}
