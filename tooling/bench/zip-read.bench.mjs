// Reads zip archives side by side: `openArchive` of @lading/mount, yauzl and fflate, in one run on the same bytes.
//
//   npx tsx --conditions=@lading/source --expose-gc tooling/bench/zip-read.bench.mjs [entries] [reads]
//
// Each reader runs `ROUNDS` times, round-robin; the table shows medians and their ratio to ours. What "open" includes:
//   ours, stranger    end record, every central header (names, sizes, types, duplicates, files that are folders), every
//                     local header against it, the tiling of the whole file
//   ours, signed      SHA-256 of the whole directory, every central header, the tiling
//   yauzl             every central header, one event an entry (its way to list a file)
//   fflate            `unzipSync` with a filter that takes nothing: central headers only, the file in memory already

import { createHash } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { crc32, deflateRawSync } from 'node:zlib';
import { unzipSync } from 'fflate';
import yauzl from 'yauzl';
import { fileSource } from '../../packages/mount/src/node/file-source.ts';
import { nodeCodecs } from '../../packages/mount/src/node/node-codecs.ts';
import { openArchive } from '../../packages/mount/src/zip/open-archive.ts';

const ENTRIES = Number(process.argv[2] ?? 500_000);
const READS = Number(process.argv[3] ?? 20_000);
const ROUNDS = 3;
const MEMBER_BYTES = 4_096;

const folder = mkdtempSync(join(tmpdir(), 'lading-bench-'));
try {
  await benchOpen();
  await benchRead('stored', false);
  await benchRead('deflated', true);
} finally {
  rmSync(folder, { recursive: true });
}

async function benchOpen() {
  for (const hasDigests of [true, false]) {
    const kind = hasDigests ? 'canonical (digest comments)' : 'bare (no comments)';
    const zip = writeZip(`open-${hasDigests}.zip`, ENTRIES, { bytesOf: () => Buffer.alloc(1), hasDigests });
    console.log(`\nopen ${ENTRIES} entries, ${kind}; directory ${mib(zip.directory.sizeBytes)}, names of 26 bytes`);
    const bytes = readFileSync(zip.path);
    const rows = {
      'ours, stranger': () => openOurs(zip, {}),
      ...(hasDigests ? { 'ours, signed': () => openOurs(zip, { directory: zip.directory }) } : {}),
      fflate: async () => unzipSync(bytes, { filter: () => false }),
      yauzl: () => listWithYauzl(zip.path),
    };
    await race(rows, ENTRIES > 200_000 ? 'yauzl' : '');
    await reportMemory(zip, hasDigests ? { directory: zip.directory } : {});
  }
}

async function benchRead(kind, deflate) {
  const count = 50_000;
  const text = Buffer.from('The quick brown fox jumps over the lazy dog. '.repeat(200));
  const bytesOf = (i) => {
    const bytes = Buffer.from(text.subarray(i % 45, (i % 45) + MEMBER_BYTES));
    bytes.writeUInt32LE(i);
    return bytes;
  };
  const zip = writeZip(`read-${kind}.zip`, count, { bytesOf, hasDigests: true, deflate });
  const picks = Array.from({ length: READS }, (_, i) => (i * 7_919) % count);
  console.log(`\n${READS} random reads of ${MEMBER_BYTES} bytes, ${kind}, from a file in the page cache; us each`);
  const codecs = nodeCodecs;
  const signed = await openArchive(await fileSource(zip.path), { codecs, directory: zip.directory });
  const pooled = await openArchive(await fileSource(zip.path, { syncUpToBytes: 0 }), {
    codecs,
    directory: zip.directory,
  });
  const web = await openArchive(await fileSource(zip.path), { directory: zip.directory });
  const hashOnly = bytesOf(1);
  const theirs = await openWithYauzl(zip.path);
  await race(
    {
      'ours, signed': () => readAll(signed, picks),
      'ours, thread pool': () => readAll(pooled, picks),
      'ours, WebCrypto and DecompressionStream': () => readAll(web, picks),
      'yauzl (nothing verified)': () => readAllWithYauzl(theirs, picks),
      'SHA-256 alone': async () => {
        for (const _ of picks) createHash('sha256').update(hashOnly).digest();
      },
    },
    '',
    1_000 / READS,
    'us',
  );
  await Promise.all([signed.close(), pooled.close(), web.close()]);
  theirs.zip.close();
}

async function openOurs(zip, options) {
  const source = await fileSource(zip.path);
  const archive = await openArchive(source, { codecs: nodeCodecs, ...options });
  if (archive.find(archive.nameOf(archive.entries - 1)) !== archive.entries - 1) throw new Error('wrong index');
  await archive.close();
}

async function readAll(archive, picks) {
  for (const entry of picks) await archive.read(entry);
}

/** What stays after the archive is open, and the most that was there on the way: resident bytes over the start. */
async function reportMemory(zip, options) {
  globalThis.gc?.();
  const before = process.memoryUsage();
  const source = await fileSource(zip.path);
  let peak = before.rss;
  const watched = {
    ...source,
    name: source.name,
    sizeBytes: source.sizeBytes,
    async read(...args) {
      const bytes = await source.read(...args);
      peak = Math.max(peak, process.memoryUsage().rss);
      return bytes;
    },
  };
  const archive = await openArchive(watched, { codecs: nodeCodecs, ...options });
  peak = Math.max(peak, process.memoryUsage().rss);
  globalThis.gc?.();
  const after = process.memoryUsage();
  const kept = after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed;
  console.log(
    `memory: kept ${mib(kept)} (${(kept / archive.entries).toFixed(0)} B an entry), peak RSS +${mib(peak - before.rss)}`,
  );
  await source.close();
}

/** Runs every way in turn, `ROUNDS` times; `once` only the first time. Shows medians: wall clock and processor time. */
async function race(ways, once, scale = 1, unit = 'ms') {
  const times = new Map(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(ways)) {
      if (name === once && round > 0) continue;
      globalThis.gc?.();
      const start = performance.now();
      const cpuStart = process.cpuUsage();
      await run();
      const cpu = process.cpuUsage(cpuStart);
      const wall = (performance.now() - start) * scale;
      times.get(name).push({ wall, cpu: ((cpu.user + cpu.system) / 1_000) * scale });
    }
  }
  const median = (all, field) => all.map((time) => time[field]).sort((x, y) => x - y)[Math.floor(all.length / 2)];
  const ours = median(times.get(Object.keys(ways)[0]), 'cpu');
  for (const [name, all] of times) {
    const wall = median(all, 'wall').toFixed(1).padStart(9);
    const cpu = median(all, 'cpu');
    console.log(
      `  ${name.padEnd(40)} ${wall} ${unit} wall ${cpu.toFixed(1).padStart(9)} ${unit} cpu ${(cpu / ours).toFixed(2).padStart(7)} x`,
    );
  }
}

function listWithYauzl(path) {
  return new Promise((resolve, reject) => {
    yauzl.open(path, { lazyEntries: false, autoClose: true }, (error, zip) => {
      if (error) return reject(error);
      zip
        .on('entry', () => {})
        .on('end', resolve)
        .on('error', reject);
    });
  });
}

function openWithYauzl(path) {
  return new Promise((resolve, reject) => {
    yauzl.open(path, { autoClose: false }, (error, zip) => {
      if (error) return reject(error);
      const entries = [];
      zip
        .on('entry', (entry) => entries.push(entry))
        .on('end', () => resolve({ zip, entries }))
        .on('error', reject);
    });
  });
}

async function readAllWithYauzl({ zip, entries }, picks) {
  for (const pick of picks) {
    await new Promise((resolve, reject) => {
      zip.openReadStream(entries[pick], (error, stream) => {
        if (error) return reject(error);
        const chunks = [];
        stream
          .on('data', (chunk) => chunks.push(chunk))
          .on('end', () => resolve(Buffer.concat(chunks)))
          .on('error', reject);
      });
    });
  }
}

/** Writes a canonical zip of many small members straight to a file. */
function writeZip(name, count, { bytesOf, hasDigests, deflate = false }) {
  const path = join(folder, name);
  const fd = openSync(path, 'w');
  const centrals = [];
  let pieces = [];
  let pending = 0;
  let offset = 0;
  const flush = () => {
    if (pending > 0) writeSync(fd, Buffer.concat(pieces));
    pieces = [];
    pending = 0;
  };
  for (let i = 0; i < count; i++) {
    const member = Buffer.from(`level-${String(i % 997).padStart(4, '0')}/${String(i).padStart(8, '0')}.bin`);
    const content = bytesOf(i);
    const stored = deflate ? deflateRawSync(content) : content;
    const comment = hasDigests ? `sha256:${createHash('sha256').update(stored).digest('hex')}` : '';
    const common = Buffer.alloc(24);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x800, 2);
    common.writeUInt16LE(deflate ? 8 : 0, 4);
    common.writeUInt16LE(0x21, 8);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(stored.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(member.length, 22);
    const local = Buffer.concat([Buffer.from('504b0304', 'hex'), common, Buffer.alloc(2), member, stored]);
    const tail = Buffer.alloc(16);
    tail.writeUInt16LE(comment.length, 2);
    tail.writeUInt32LE(0o100644 * 65_536, 8);
    tail.writeUInt32LE(offset, 12);
    centrals.push(
      Buffer.concat([Buffer.from('504b01021e03', 'hex'), common, tail.subarray(0, 16), member, Buffer.from(comment)]),
    );
    pieces.push(local);
    pending += local.length;
    offset += local.length;
    if (pending > 1 << 20) flush();
  }
  flush();
  const central = Buffer.concat([...centrals, ...endRecords(count, offset, centrals)]);
  writeSync(fd, central);
  closeSync(fd);
  const digest = `sha256:${createHash('sha256').update(central).digest('hex')}`;
  return { path, directory: { offset, sizeBytes: central.length, digest, entries: count } };
}

function endRecords(count, offset, centrals) {
  const sizeBytes = centrals.reduce((sum, central) => sum + central.length, 0);
  const end64 = Buffer.alloc(76);
  end64.write('504b0606', 0, 'hex');
  end64.writeBigUInt64LE(44n, 4);
  end64.writeUInt16LE(45, 12);
  end64.writeUInt16LE(45, 14);
  for (const at of [24, 32]) end64.writeBigUInt64LE(BigInt(count), at);
  end64.writeBigUInt64LE(BigInt(sizeBytes), 40);
  end64.writeBigUInt64LE(BigInt(offset), 48);
  end64.write('504b0607', 56, 'hex');
  end64.writeBigUInt64LE(BigInt(offset + sizeBytes), 64);
  end64.writeUInt32LE(1, 72);
  const end = Buffer.alloc(22);
  end.write('504b0506', 0, 'hex');
  for (const at of [8, 10]) end.writeUInt16LE(0xffff, at);
  end.writeUInt32LE(sizeBytes, 12);
  end.writeUInt32LE(offset, 16);
  return [end64, end];
}

function mib(bytes) {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
