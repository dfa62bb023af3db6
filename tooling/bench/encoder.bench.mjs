// Compares deflate encoders on content like a game's: speed, and size beside the original. It shows why canonical archives are
// written with fflate at level 6: equal bytes on every machine, no native code, within two thirds of zlib's speed.
// Run from the repository:
//   node tooling/bench/encoder.bench.mjs
// Environment: BENCH_MIB (32), content per case; BENCH_LIBDEFLATE, the index.js of the npm package libdeflate (a WebAssembly build
// of libdeflate; it wants Node 24), which then takes part.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { deflateRawSync } from 'node:zlib';

const require = createRequire(new URL('../../packages/splitter/package.json', import.meta.url));
const { deflateSync } = await import(
  pathToFileURL(join(dirname(require.resolve('fflate/package.json')), 'esm/index.mjs')).href
);
const mebibytes = Number(process.env.BENCH_MIB ?? 32);
const WORDS = 'position rotation scale texture animation sprite collision layer name width height offset sound'.split(
  ' ',
);
let state = 1;

const encoders = [
  ...[1, 6, 9].map((level) => [`fflate ${level}`, (bytes) => deflateSync(bytes, { level })]),
  ...[6, 9].map((level) => [`node:zlib ${level}`, (bytes) => deflateRawSync(bytes, { level })]),
  ...(await libdeflate()),
];
const cases = [
  ['text, 4 KiB', 4_096, textContent],
  ['text, 256 KiB', 262_144, textContent],
  ['texture, 1 MiB', 1_048_576, textureContent],
];

console.log(`Node ${process.version}, ${mebibytes} MiB of each\n`);
console.log(`${''.padEnd(16)}${cases.map(([name]) => name.padStart(24)).join('')}`);
for (const [name, encode] of encoders) {
  const cells = cases.map(([, sizeBytes, contentOf]) => measure(encode, sizeBytes, contentOf));
  console.log(`${name.padEnd(16)}${cells.map((cell) => cell.padStart(24)).join('')}`);
}

function measure(encode, sizeBytes, contentOf) {
  state = 1;
  const count = Math.max(1, Math.round((mebibytes * 1_048_576) / sizeBytes));
  const inputs = Array.from({ length: count }, () => contentOf(sizeBytes));
  for (const input of inputs.slice(0, Math.ceil(count / 8))) encode(input);
  const before = process.cpuUsage();
  let outBytes = 0;
  for (const input of inputs) outBytes += encode(input).length;
  const { user, system } = process.cpuUsage(before);
  const speed = (count * sizeBytes) / 1_048_576 / ((user + system) / 1e6);
  return `${speed.toFixed(0)} MiB/s ${((100 * outBytes) / (count * sizeBytes)).toFixed(2)} %`;
}

async function libdeflate() {
  const file = process.env.BENCH_LIBDEFLATE;
  if (file === undefined) return [];
  const { deflate } = await import(pathToFileURL(file).href);
  return [6, 9].map((level) => [`libdeflate ${level}`, (bytes) => deflate(bytes, level)]);
}

function next() {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state >>> 4;
}

/** Words and numbers, as scripts and level data are. */
function textContent(sizeBytes) {
  let text = '';
  while (text.length < sizeBytes)
    text += `"${WORDS[next() % WORDS.length]}": ${next() % 1000},${next() % 7 === 0 ? '\n' : ' '}`;
  return Buffer.from(text.slice(0, sizeBytes));
}

/** Rows of pixels that change slowly, with noise in the low bits of a third of them, as uncompressed textures are. */
function textureContent(sizeBytes) {
  const content = Buffer.allocUnsafe(sizeBytes);
  let level = 0;
  for (let at = 0; at < sizeBytes; at++) {
    if (at % 4 === 0) level = (level + (next() % 3) - 1) & 0xff;
    content[at] = at % 4 === 3 ? 255 : level + (at % 4) * 16 + (next() % 3 === 0 ? next() & 3 : 0);
  }
  return content;
}
