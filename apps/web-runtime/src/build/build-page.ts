import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Options of {@link buildPage}. */
export interface BuildPageOptions {
  /** Conditions under which packages resolve; `@lading/source` bundles sources. Default none: what is built. */
  readonly conditions?: readonly string[] | undefined;
}

const PAGE = join(import.meta.dirname, '../page');

/** Bundles the page into a folder: one script, one style sheet, nothing inline, so that a strict CSP holds. */
export async function buildPage(folder: string, { conditions = [] }: BuildPageOptions = {}): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await build({
    entryPoints: [join(PAGE, 'main.ts'), join(PAGE, 'app.css')],
    outdir: folder,
    bundle: true,
    format: 'esm',
    minify: true,
    sourcemap: 'linked',
    platform: 'browser',
    conditions: [...conditions],
    target: ['es2022', 'chrome111', 'firefox113', 'safari16.4'],
    logLevel: 'warning',
  });
  await nameSources(join(folder, 'main.js.map'));
  for (const name of ['index.html', 'icon.svg']) await cp(join(PAGE, name), join(folder, name));
}

/** Gives the sources in a source map names inside the page: where they stood when it was built is nobody's business. */
async function nameSources(file: string): Promise<void> {
  const map: { sources: readonly string[] } = JSON.parse(await readFile(file, 'utf8'));
  const sources = map.sources.map((source) => source.replace(/^(\.\.\/)*/, 'sources/'));
  await writeFile(file, JSON.stringify({ ...map, sources }));
}
