import { dirname } from 'node:path';
import { build, type Rollup } from 'vite';
import type { PageBundle } from './page-bundle.js';

/** Bundles a page's entry as `vite build` does. */
export async function bundleWithVite(entry: string): Promise<PageBundle> {
  const result = await build({
    root: dirname(entry),
    configFile: false,
    logLevel: 'error',
    build: { write: false, target: 'es2022', rollupOptions: { input: entry } },
  });
  const [bundle] = Array.isArray(result) ? result : [result];
  if (bundle === undefined || !('output' in bundle)) throw new Error('unreachable: Vite gave no bundle');
  const chunks = bundle.output.filter((one): one is Rollup.OutputChunk => one.type === 'chunk');
  return {
    bundler: 'Vite',
    chunks: chunks.map(({ fileName, facadeModuleId, isEntry, imports, code, modules }) => ({
      fileName,
      module: facadeModuleId ?? undefined,
      isPageEntry: isEntry,
      imports,
      code,
      sources: new Map(Object.entries(modules).map(([id, { renderedLength }]) => [id, renderedLength])),
    })),
  };
}
