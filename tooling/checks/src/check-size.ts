import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { bundleWithEsbuild } from './size/bundle-with-esbuild.js';
import { bundleWithVite } from './size/bundle-with-vite.js';
import { gzipBytes, loadedChunks, type PageBundle, type PageChunk, totalBytes } from './size/page-bundle.js';
import { PAGE_CLIENT, runPageSession } from './size/page-session.js';
import { WORKSPACE_ROOT } from './workspace-root.js';

// `pnpm check:size [--sources]`: what a page loads until it has its first verified byte, minified and compressed, as two bundlers cut it.
// Not what stands in the first script: the client is run, and whatever it imports on the way counts. The limits only ever go down; the
// aim is 15,000 bytes.
const LIMIT_BYTES: Readonly<Record<string, number>> = { Vite: 32_750, esbuild: 33_750 };
// As the script of a page: it uses the client and exports nothing, so bundlers may keep what chunks share in the first one.
const ENTRY = `import { createRuntime, memoryStore } from '@lading/mount/client';
globalThis.${PAGE_CLIENT} = { createRuntime, memoryStore };`;

const folder = await mkdtemp(join(WORKSPACE_ROOT, 'apps/web-runtime/.size-'));
try {
  const entry = join(folder, 'entry.js');
  await writeFile(entry, ENTRY);
  const esbuild = await bundleWithEsbuild(entry);
  const site = join(folder, 'site');
  await mkdir(site);
  const [first, download] = await runPageSession(esbuild, site);
  if (first === undefined || download === undefined) throw new Error('unreachable: a session of two milestones');
  for (const bundle of [await bundleWithVite(entry), esbuild]) {
    const loaded = loadedChunks(bundle, first.modules);
    report(bundle, {
      atOnce: loadedChunks(bundle, new Set()),
      loaded,
      downloading: loadedChunks(bundle, download.modules),
    });
    if (process.argv.includes('--sources')) printSources(loaded);
    if (totalBytes(loaded) > (LIMIT_BYTES[bundle.bundler] ?? 0)) process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true });
}

interface Stages {
  readonly atOnce: readonly PageChunk[];
  readonly loaded: readonly PageChunk[];
  readonly downloading: readonly PageChunk[];
}

function report({ bundler, chunks }: PageBundle, { atOnce, loaded, downloading }: Stages): void {
  const limit = LIMIT_BYTES[bundler] ?? 0;
  console.log(`${bundler}: ${totalBytes(loaded)} of ${limit} bytes (gzip) until the first verified byte`);
  for (const chunk of chunks.toSorted((a, b) => gzipBytes(b) - gzipBytes(a))) {
    const stage = atOnce.includes(chunk)
      ? 'at once'
      : loaded.includes(chunk)
        ? 'first byte'
        : downloading.includes(chunk)
          ? 'download'
          : 'later';
    console.log(`  ${stage.padEnd(10)} ${String(gzipBytes(chunk)).padStart(6)}  ${chunk.fileName}`);
  }
}

function printSources(chunks: readonly PageChunk[]): void {
  const rows = chunks.flatMap(({ sources }) => [...sources]);
  for (const [path, sizeBytes] of rows.toSorted(([, a], [, b]) => b - a))
    console.log(`  ${String(sizeBytes).padStart(6)}  ${relative(WORKSPACE_ROOT, path)}`);
}
