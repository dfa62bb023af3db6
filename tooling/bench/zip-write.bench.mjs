// Writes 50,000 members of 4 KiB with ours (SHA-256 of every member and of the file included), Info-ZIP and yazl, stored and
// deflated, round robin, and prints medians. Run from the repository:
//   pnpm --filter @lading/splitter build && node tooling/bench/zip-write.bench.mjs
// Environment: BENCH_MEMBERS (50000), BENCH_BYTES (4096), BENCH_ROUNDS (3), BENCH_YAZL=0 leaves yazl out (it is slow).
import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import yazl from 'yazl';

const splitter = fileURLToPath(new URL('../../packages/splitter/', import.meta.url));
const { writeCanonicalArchive } = await import(pathToFileURL(join(splitter, 'dist/index.js')).href);

const members = Number(process.env.BENCH_MEMBERS ?? 50_000);
const bytes = Number(process.env.BENCH_BYTES ?? 4_096);
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const WORDS = 'position rotation scale texture animation sprite collision layer name width height offset sound'.split(
  ' ',
);
let state = 1;
const folder = mkdtempSync(join(tmpdir(), 'zip-write-bench-'));

try {
  console.log(
    `${members} members of ${bytes} bytes, ${rounds} rounds, Node ${process.version}, ${cpus().length} cores`,
  );
  for (const kind of ['stored', 'deflated']) {
    const isDeflated = kind === 'deflated';
    const files = makeFiles(kind, isDeflated ? textContent : noiseContent);
    const contenders = [
      ['lading', () => ours(files, { deflate: isDeflated ? 'auto' : 'never' })],
      ['Info-ZIP', () => infoZip(files, kind, isDeflated ? '-6' : '-0')],
    ];
    if (isDeflated) contenders.push(['lading, 1 thread', () => ours(files, { threads: 1 })]);
    if (process.env.BENCH_YAZL !== '0') contenders.push(['yazl addFile', () => yazlFiles(files, isDeflated)]);
    const times = new Map(contenders.map(([name]) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const [name, run] of contenders) {
        const start = performance.now();
        await run();
        times.get(name).push(performance.now() - start);
      }
    }
    report(kind, times);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function makeFiles(kind, contentOf) {
  const source = join(folder, kind);
  return Array.from({ length: members }, (_, i) => {
    const name = `d${String(i % 256).padStart(3, '0')}/f${i}.bin`;
    if (i < 256) mkdirSync(join(source, name.slice(0, 4)), { recursive: true });
    writeFileSync(join(source, name), contentOf());
    return { name, file: join(source, name) };
  });
}

function noiseContent() {
  const content = Buffer.allocUnsafe(bytes);
  for (let at = 0; at + 4 <= bytes; at += 4) content.writeUInt32LE(next(), at);
  return content;
}

/** Words of a small vocabulary: about a third of its size when deflated, as scripts and level data are. */
function textContent() {
  let text = '';
  while (text.length < bytes)
    text += `"${WORDS[next() % WORDS.length]}": ${next() % 1000},${next() % 7 === 0 ? '\n' : ' '}`;
  return text.slice(0, bytes);
}

function next() {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state >>> 4;
}

async function ours(files, options) {
  const handle = await open(join(folder, 'ours.zip'), 'w');
  const write = async (chunk) => {
    for (let at = 0; at < chunk.length; ) at += (await handle.write(chunk, at)).bytesWritten;
  };
  await writeCanonicalArchive(files, { write }, options);
  await handle.close();
}

function infoZip(files, kind, level) {
  rmSync(join(folder, 'info.zip'), { force: true });
  execFileSync('zip', [level, '-q', '-X', '-@', join(folder, 'info.zip')], {
    cwd: join(folder, kind),
    input: files.map(({ name }) => name).join('\n'),
  });
}

async function yazlFiles(files, compress) {
  const zip = new yazl.ZipFile();
  for (const { name, file } of files) zip.addFile(file, name, { compress });
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(join(folder, 'yazl.zip')));
}

function report(kind, times) {
  const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
  const anchor = median(times.get('Info-ZIP'));
  const [own, theirs] = ['ours.zip', 'info.zip'].map((name) => statSync(join(folder, name)).size);
  console.log(`\n${kind}: ours ${own} bytes, Info-ZIP ${theirs} bytes`);
  for (const [name, values] of times) {
    const ms = median(values);
    console.log(`${name.padEnd(20)} ${ms.toFixed(0).padStart(7)} ms   ${(ms / anchor).toFixed(2)} x Info-ZIP`);
  }
}
