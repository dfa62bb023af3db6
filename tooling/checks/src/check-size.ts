import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { WORKSPACE_ROOT } from './workspace-root.js';

// `pnpm check:size`: what a page pays for the whole runtime, minified and compressed, with nothing left out. The aim is 15,000
// bytes for the client alone, with Defold's formats and update logic loaded when needed; until then the limit says what there is.
const LIMIT_BYTES = 50_000;
const ENTRY = "export { createRuntime, memoryStore } from '@lading/mount';";

const { outputFiles, metafile } = await build({
  stdin: { contents: ENTRY, resolveDir: `${WORKSPACE_ROOT}/apps/web-runtime` },
  bundle: true,
  format: 'esm',
  minify: true,
  metafile: true,
  platform: 'browser',
  target: 'es2022',
  write: false,
});
const [bundle] = outputFiles;
if (!bundle) throw new Error('unreachable: esbuild gave no bundle');
const sizeBytes = gzipSync(bundle.contents, { level: 9 }).byteLength;
const isSmall = sizeBytes <= LIMIT_BYTES;
if (!isSmall) printLargest(Object.values(metafile.outputs)[0]?.inputs ?? {});
console.log(`browser client ${sizeBytes} of ${LIMIT_BYTES} bytes (gzip), ${bundle.contents.byteLength} minified`);
process.exitCode = isSmall ? 0 : 1;

function printLargest(inputs: Record<string, { readonly bytesInOutput: number }>): void {
  const rows = Object.entries(inputs).toSorted(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput);
  for (const [path, { bytesInOutput }] of rows.slice(0, 20)) console.log(`${bytesInOutput} ${path}`);
}
