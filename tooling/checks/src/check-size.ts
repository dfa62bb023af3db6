import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Rollup } from 'vite';
import { WORKSPACE_ROOT } from './workspace-root.js';

// `pnpm check:size`: what a page loads before it can mount anything, as Vite bundles it, minified and compressed. Defold's formats and
// what only an update needs come when they are needed: they are told, and not counted. The limit only ever goes down: the aim is
// 15,000 bytes.
const LIMIT_BYTES = 42_000;
const ENTRY = "export { createRuntime, memoryStore } from '@lading/mount';";

const folder = await mkdtemp(join(WORKSPACE_ROOT, 'apps/web-runtime/.size-'));
try {
  const input = join(folder, 'entry.js');
  await writeFile(input, ENTRY);
  const chunks = chunksOf(
    await build({
      root: folder,
      configFile: false,
      logLevel: 'error',
      build: { write: false, target: 'es2022', rollupOptions: { input, preserveEntrySignatures: 'strict' } },
    }),
  );
  const client = loadedAtOnce(chunks);
  const sizeBytes = totalOf(client);
  const later = chunks.filter((chunk) => !client.includes(chunk));
  const isSmall = sizeBytes <= LIMIT_BYTES;
  if (!isSmall) printLargest(client);
  console.log(
    `browser client ${sizeBytes} of ${LIMIT_BYTES} bytes (gzip); when they are needed: ${totalOf(later)} more`,
  );
  process.exitCode = isSmall ? 0 : 1;
} finally {
  await rm(folder, { recursive: true });
}

type Chunk = Rollup.OutputChunk;

function chunksOf(result: Awaited<ReturnType<typeof build>>): Chunk[] {
  const [bundle] = Array.isArray(result) ? result : [result];
  if (bundle === undefined || !('output' in bundle)) throw new Error('unreachable: Vite gave no bundle');
  return bundle.output.filter((one): one is Chunk => one.type === 'chunk');
}

/** The entry and what it imports statically, and so on. */
function loadedAtOnce(chunks: readonly Chunk[]): Chunk[] {
  const names = new Set(chunks.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName));
  for (const name of names) {
    for (const imported of chunks.find(({ fileName }) => fileName === name)?.imports ?? []) names.add(imported);
  }
  return chunks.filter(({ fileName }) => names.has(fileName));
}

function totalOf(chunks: readonly Chunk[]): number {
  return chunks.reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0);
}

function printLargest(chunks: readonly Chunk[]): void {
  const rows = chunks.flatMap(({ modules }) =>
    Object.entries(modules).map(([id, { renderedLength }]) => ({ id, renderedLength })),
  );
  for (const { id, renderedLength } of rows.toSorted((a, b) => b.renderedLength - a.renderedLength).slice(0, 20))
    console.log(`${renderedLength} ${id}`);
}
