import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';

/** Options of {@link buildPage}. */
export interface BuildPageOptions {
  /** Conditions under which packages resolve; `@lading/source` bundles sources. Default none: what is built. */
  readonly conditions?: readonly string[] | undefined;
}

const PAGE = join(import.meta.dirname, '../page');
const SCRIPT = join(import.meta.dirname, '../script');
const TARGETS = ['es2022', 'chrome111', 'firefox113', 'safari16.4'];

/** Bundles the page into a folder: one script, one style sheet, nothing inline, so that a strict CSP holds. */
export async function buildPage(folder: string, { conditions = [] }: BuildPageOptions = {}): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const options: BuildOptions = {
    outdir: folder,
    bundle: true,
    format: 'esm',
    minify: true,
    sourcemap: 'linked',
    platform: 'browser',
    conditions: [...conditions],
    target: TARGETS,
    logLevel: 'warning',
  };
  await build({ ...options, entryPoints: [join(PAGE, 'main.ts'), join(PAGE, 'app.css')] });
  await buildScripts(options);
  for (const name of await readdir(folder)) if (name.endsWith('.js.map')) await nameSources(join(folder, name));
  for (const name of ['index.html', 'icon.svg']) await cp(join(PAGE, name), join(folder, name));
}

/** `lading.js` with the parts that it loads later, and the worker that it registers. */
async function buildScripts(options: BuildOptions): Promise<void> {
  const script = join(SCRIPT, 'lading.ts');
  await build({ ...options, entryPoints: [script], splitting: true, chunkNames: 'lading-[name]-[hash]' });
  await build({ ...options, entryPoints: { 'lading-worker': join(SCRIPT, 'worker.ts') } });
}

/** Gives the sources in a source map names inside the page: where they stood when it was built is nobody's business. */
async function nameSources(file: string): Promise<void> {
  const map: { sources: readonly string[] } = JSON.parse(await readFile(file, 'utf8'));
  const sources = map.sources.map((source) => source.replace(/^(\.\.\/)*/, 'sources/'));
  await writeFile(file, JSON.stringify({ ...map, sources }));
}
