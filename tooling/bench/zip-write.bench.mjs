// Writes 50,000 stored members of 4 KiB with ours (SHA-256 of every member and of the file included), `zip -0` and yazl,
// round robin, and prints medians. Run from the repository:
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
const folder = mkdtempSync(join(tmpdir(), 'zip-write-bench-'));

try {
  const files = makeFiles();
  const contenders = [
    ['lading (files)', () => ours(files)],
    ['Info-ZIP zip -0', () => infoZip(files)],
  ];
  if (process.env.BENCH_YAZL !== '0') contenders.push(['yazl addFile', () => yazlFiles(files)]);
  const times = new Map(contenders.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of contenders) {
      const start = performance.now();
      await run();
      times.get(name).push(performance.now() - start);
    }
  }
  report(times);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function makeFiles() {
  const source = join(folder, 'files');
  let state = 1;
  return Array.from({ length: members }, (_, i) => {
    const name = `d${String(i % 256).padStart(3, '0')}/f${i}.bin`;
    if (i < 256) mkdirSync(join(source, name.slice(0, 4)), { recursive: true });
    const content = Buffer.allocUnsafe(bytes);
    for (let at = 0; at + 4 <= bytes; at += 4) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      content.writeUInt32LE(state, at);
    }
    writeFileSync(join(source, name), content);
    return { name, file: join(source, name) };
  });
}

async function ours(files) {
  const handle = await open(join(folder, 'ours.zip'), 'w');
  const write = async (chunk) => {
    for (let at = 0; at < chunk.length; ) at += (await handle.write(chunk, at)).bytesWritten;
  };
  await writeCanonicalArchive(files, { write }, { deflate: 'never' });
  await handle.close();
}

function infoZip(files) {
  rmSync(join(folder, 'info.zip'), { force: true });
  execFileSync('zip', ['-0', '-q', '-X', '-@', join(folder, 'info.zip')], {
    cwd: join(folder, 'files'),
    input: files.map(({ name }) => name).join('\n'),
  });
}

async function yazlFiles(files) {
  const zip = new yazl.ZipFile();
  for (const { name, file } of files) zip.addFile(file, name, { compress: false });
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(join(folder, 'yazl.zip')));
}

function report(times) {
  const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
  const anchor = median(times.get('Info-ZIP zip -0'));
  const size = statSync(join(folder, 'ours.zip')).size;
  console.log(
    `${members} stored members of ${bytes} bytes, ${rounds} rounds, Node ${process.version}, ${cpus().length} cores, archive ${size} bytes`,
  );
  for (const [name, values] of times) {
    const ms = median(values);
    console.log(`${name.padEnd(20)} ${ms.toFixed(0).padStart(7)} ms   ${(ms / anchor).toFixed(2)} x Info-ZIP`);
  }
}
