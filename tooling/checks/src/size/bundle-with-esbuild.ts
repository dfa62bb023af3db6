import { basename, resolve } from 'node:path';
import { build, type Metafile } from 'esbuild';
import type { PageBundle, PageChunk } from './page-bundle.js';

type Output = Metafile['outputs'][string];

/** Bundles a page's entry as esbuild does with splitting: chunks are cut between files, never inside one. */
export async function bundleWithEsbuild(entry: string): Promise<PageBundle> {
  const { metafile, outputFiles } = await build({
    entryPoints: [entry],
    outdir: resolve(entry, '../out'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    metafile: true,
    write: false,
  });
  const codes = new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
  const chunks = Object.entries(metafile.outputs).map(([path, output]) => chunkOf(basename(path), output, codes));
  return { bundler: 'esbuild', chunks: chunks.map((chunk) => ({ ...chunk, isPageEntry: chunk.module === entry })) };
}

function chunkOf(fileName: string, output: Output, codes: ReadonlyMap<string, string>): PageChunk {
  const code = codes.get(fileName);
  if (code === undefined) throw new Error(`unreachable: esbuild wrote no ${fileName}`);
  return {
    fileName,
    module: output.entryPoint === undefined ? undefined : resolve(output.entryPoint),
    isPageEntry: false,
    imports: output.imports.filter(({ kind }) => kind === 'import-statement').map(({ path }) => basename(path)),
    code,
    sources: new Map(Object.entries(output.inputs).map(([path, { bytesInOutput }]) => [resolve(path), bytesInOutput])),
  };
}
