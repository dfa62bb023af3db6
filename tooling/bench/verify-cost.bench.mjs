// What verification costs: one archive of 100 MB over loopback HTTP into a `nodeStore`, by the client as it is and by the same
// client with hashing taken out of its source (nothing else of it differs: journal, sync, rename, directory check).
//
//   npx tsx --conditions=@lading/source --expose-gc tooling/bench/verify-cost.bench.mjs [MB] [rounds]
//
// The server runs in a process of its own. Ways take turns; the table shows the median and the best of each, wall clock and processor
// time of the client. Then a new process of the app starts over that store: how long that takes, and how many bytes it hashes.

import { spawn } from 'node:child_process';
import { createHash, Hash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildLayout, bundleEdited, layoutKeys } from '../fixtures/src/index.ts';

const MEGABYTES = Number(process.argv[2] ?? 100);
const ROUNDS = Number(process.argv[3] ?? 9);
const MEMBER_BYTES = 100_000;
/** Bytes a second that the server sends at most; 0: as fast as it goes. */
const RATES = [0, 50_000_000];

const PARTIAL = 'mount/src/node/partial-archive.ts';
const DIGEST_OF_ALL = "this.#hash.copy().digest('hex')";
const UNVERIFIED = [
  { file: PARTIAL, find: 'this.#hash.update(bytes);', put: '' },
  { file: PARTIAL, find: `sha256:$\{${DIGEST_OF_ALL}}`, put: `$\{digest}` },
  { file: PARTIAL, find: `this.#receivedBytes} $\{${DIGEST_OF_ALL}}`, put: 'this.#receivedBytes}' },
];

const SERVER = `
const { createServer } = require('node:http');
const { readFileSync } = require('node:fs');
const { setTimeout: pause } = require('node:timers/promises');
const [folder, rate] = [process.argv[1], Number(process.argv[2])];
createServer(async (request, response) => {
  let bytes;
  try { bytes = readFileSync(folder + request.url); } catch { return response.writeHead(404).end(); }
  response.writeHead(200, { 'content-length': bytes.length });
  if (rate === 0 || bytes.length < 1e6) return response.end(bytes);
  const start = performance.now();
  for (let at = 0; at < bytes.length; at += 65536) {
    if (!response.write(bytes.subarray(at, at + 65536))) await new Promise((resolve) => response.once('drain', resolve));
    const due = start + ((at + 65536) / rate) * 1000 - performance.now();
    if (due > 2) await pause(due);
  }
  response.end();
}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
`;

const folder = await mkdtemp(join(tmpdir(), 'lading-bench-'));
try {
  const { files, root, release } = await layout();
  for (const [key, bytes] of files) await writeFile(join(folder, key.replaceAll('/', '_')), bytes);
  const ways = { verified: await client('verified', []), unverified: await client('unverified', UNVERIFIED) };
  for (const rate of RATES) await race(ways, { root, rate, sizeBytes: release.archives[0].sizeBytes });
  await start(ways.verified, { root, sizeBytes: release.archives[0].sizeBytes });
} finally {
  await rm(folder, { recursive: true });
}

async function layout() {
  const count = Math.ceil((MEGABYTES * 1e6) / MEMBER_BYTES);
  const members = Array.from({ length: count }, (_, i) => ({ name: `m${i}`, bytes: noise(i) }));
  return buildLayout({ keys: await layoutKeys(), archives: { big: { members } }, roots: { '/m0': ['big'] } });
}

function noise(seed) {
  const block = createHash('sha512').update(String(seed)).digest();
  return Buffer.alloc(MEMBER_BYTES, block);
}

async function client(name, edits) {
  const entry = join(folder, `${name}.ts`);
  const mount = fileURLToPath(new URL('../../packages/mount/src/', import.meta.url));
  const lines = [
    `export { createRuntime } from '${mount}index.js';`,
    `export { nodeCodecs, nodeStore } from '${mount}node/index.js';`,
  ];
  await writeFile(entry, lines.join('\n'));
  const file = join(folder, `${name}.mjs`);
  await writeFile(file, await bundleEdited(entry, edits, { platform: 'node' }));
  return import(pathToFileURL(file).href);
}

async function race(ways, { root, rate, sizeBytes }) {
  const server = spawn(process.execPath, ['-e', SERVER, folder, String(rate)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = Number(String((await once(server.stdout, 'data'))[0]).trim());
  const times = new Map(Object.keys(ways).map((name) => [name, []]));
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const names = Object.keys(ways);
      for (const name of round % 2 === 0 ? names : names.reverse())
        times.get(name).push(await download(ways[name], { root, port, name }));
    }
  } finally {
    server.kill();
  }
  const pace = rate === 0 ? 'as fast as it goes' : `${rate / 1e6} MB/s`;
  console.log(`\n${(sizeBytes / 1e6).toFixed(0)} MB over loopback, ${pace}; ${ROUNDS} rounds`);
  const of = (name, field) =>
    times
      .get(name)
      .map((time) => time[field])
      .sort((a, b) => a - b);
  for (const field of ['wall', 'cpu']) {
    const row = (name) => {
      const all = of(name, field);
      return { median: all[Math.floor(all.length / 2)], best: all[0] };
    };
    const [ours, bare] = [row('verified'), row('unverified')];
    const cost = (a, b) => `${((a / b - 1) * 100).toFixed(1)} %`;
    console.log(
      `  ${field.padEnd(5)} verified ${ours.median.toFixed(0)} ms (best ${ours.best.toFixed(0)}), unverified ${bare.median.toFixed(0)} ms (best ${bare.best.toFixed(0)}): verification costs ${cost(ours.median, bare.median)} (best against best ${cost(ours.best, bare.best)})`,
    );
  }
}

async function download({ createRuntime, nodeCodecs, nodeStore }, { root, port, name }) {
  const place = join(folder, `store-${name}`);
  await rm(place, { recursive: true, force: true });
  const store = nodeStore(place);
  // Keys have no folders on this server.
  const flat = (url, init) =>
    fetch(
      String(url).replace(/^(http:\/\/[^/]+\/)(.*)$/, (_, prefix, key) => prefix + key.replaceAll('/', '_')),
      init,
    );
  const channel = `http://127.0.0.1:${port}/channels/stable.json`;
  const runtime = await createRuntime({ store, channel, keys: root, codecs: nodeCodecs, fetch: flat });
  globalThis.gc?.();
  const cpuStart = process.cpuUsage();
  const start = performance.now();
  await runtime.ensure('/m0');
  const wall = performance.now() - start;
  const cpu = process.cpuUsage(cpuStart);
  await runtime.close();
  await store.close();
  return { wall, cpu: (cpu.user + cpu.system) / 1_000 };
}

/** A new process of the app over the store that the last download left. */
async function start({ createRuntime, nodeCodecs, nodeStore }, { root, sizeBytes }) {
  let hashedBytes = 0;
  const update = Hash.prototype.update;
  Hash.prototype.update = function (data, ...rest) {
    hashedBytes += data.length;
    return update.call(this, data, ...rest);
  };
  const digest = crypto.subtle.digest;
  crypto.subtle.digest = (algorithm, data) => {
    hashedBytes += data.byteLength;
    return digest.call(crypto.subtle, algorithm, data);
  };
  const store = nodeStore(join(folder, 'store-verified'));
  const channel = 'http://127.0.0.1:1/channels/stable.json';
  const begin = performance.now();
  const runtime = await createRuntime({ store, channel, keys: root, codecs: nodeCodecs, start: 'stored' });
  const ms = performance.now() - begin;
  const hashed = `${(hashedBytes / 1_000).toFixed(0)} kB hashed (documents and the directory), ${((100 * hashedBytes) / sizeBytes).toFixed(2)} % of the archive`;
  console.log(`\nstart over it: ${ms.toFixed(0)} ms, ${runtime.mounts().length} mount; ${hashed}`);
  await runtime.close();
  await store.close();
}
