import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildLayout, layoutKeys, serveFiles } from '@lading/fixtures';
import type * as client from '@lading/mount/client';
import type { PageBundle } from './page-bundle.js';

/** What a session of a page had imported when it came so far. */
export interface SessionMilestone {
  readonly name: string;
  /** Entry modules of the chunks that `import()` brought until then. */
  readonly modules: ReadonlySet<string>;
}

/** Name of the global under which the page's script puts the client. */
export const PAGE_CLIENT = '__ladingClient';

/** Each chunk puts its module here when it runs. */
const LOADED = '__ladingLoadedModules';

/**
 * Runs a bundled client through the first session of a page over real HTTP, and notes what it has imported when it has mounted a remote
 * archive and read one verified resource, and when it has downloaded what a root needs.
 *
 * @param folder - Where the bundle is written.
 */
export async function runPageSession(bundle: PageBundle, folder: string): Promise<readonly SessionMilestone[]> {
  const modules = new Set<string>();
  Object.assign(globalThis, { [LOADED]: modules });
  await Promise.all(
    bundle.chunks.map(({ fileName, module, code }) => writeFile(join(folder, fileName), noting(module, code))),
  );
  const entry = bundle.chunks.find(({ isPageEntry }) => isPageEntry);
  if (entry === undefined) throw new Error('unreachable: a bundle without an entry');
  const layout = await buildLayout({
    keys: await layoutKeys(),
    archives: {
      level: {
        members: [{ name: 'level.json', bytes: new TextEncoder().encode('{"doors":4}'.repeat(50)), deflate: true }],
      },
    },
    roots: { '/level.json': ['level'] },
  });
  const server = await serveFiles(layout.files);
  await import(pathToFileURL(join(folder, entry.fileName)).href);
  const { createRuntime, memoryStore } = (globalThis as unknown as { [PAGE_CLIENT]: typeof client })[PAGE_CLIENT];
  const channel = `${server.url}channels/stable.json`;
  const runtime = await createRuntime({ store: memoryStore(), channel, keys: layout.root });
  try {
    await runtime.addMount({ name: 'level', archive: 'level', mode: 'remote' });
    await runtime.read('/level.json');
    const first = new Set(modules);
    await runtime.ensure('/level.json');
    return [
      { name: 'first verified byte', modules: first },
      { name: 'first download', modules: new Set(modules) },
    ];
  } finally {
    await runtime.close();
    await server.close();
  }
}

function noting(module: string | undefined, code: string): string {
  return module === undefined ? code : `globalThis.${LOADED}.add(${JSON.stringify(module)});${code}`;
}
