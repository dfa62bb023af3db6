import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { buildLayout, type FileServer, layoutKeys, serveFiles } from '@lading/fixtures';
import { build } from 'esbuild';
import { levelMembers, sharedMembers } from './level-content.js';

const SOURCE = join(import.meta.dirname, '../src');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.txt': 'text/plain',
};

/** One engine's page and its content, served. */
export interface EngineSite {
  readonly server: FileServer;
  /** What is served; a test may change it. */
  readonly files: Map<string, Uint8Array>;
  /** Requests for anything but the page, documents and archives: resources that an engine asked the server for. */
  otherRequests(): readonly string[];
  /** Changes one byte of a resource's bytes in the archive that has it. */
  tamper(content: Uint8Array): void;
  close(): Promise<void>;
}

const KNOWN = /^GET( page\.js| root\.1\.json| (root|channels|releases|archives)\/.*)?$/;

/** Pages by engine: a page is the same in every test. */
const pages = new Map<string, Promise<Uint8Array>>();

/** Bundles the page of an engine and serves it beside content that is really signed. */
export async function serveEngine(engine: string): Promise<EngineSite> {
  const page = pages.get(engine) ?? bundlePage(engine);
  pages.set(engine, page);
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  const layout = await buildLayout({
    keys: await layoutKeys(),
    archives: { 'level-1': { members: levelMembers() }, shared: { members: sharedMembers() } },
    roots: { '/levels/1.json': ['level-1', 'shared'] },
  });
  const files = new Map<string, Uint8Array>([
    ...layout.files,
    ['', await readFile(join(SOURCE, 'page.html'))],
    ['page.js', await page],
    ['root.1.json', layout.root],
    ['credits.txt', text('made by hand')],
  ]);
  const server = await serveFiles(files);
  server.hook = (_request, response, key) => {
    const bytes = files.get(key);
    const type = TYPES[extname(key || 'index.html')];
    if (bytes === undefined || type === undefined) return false;
    response.writeHead(200, { 'content-type': type, 'content-length': bytes.length }).end(bytes);
    return true;
  };
  return {
    server,
    files,
    otherRequests: () => server.requests.filter((request) => !KNOWN.test(request)),
    tamper: (content) => tamper(files, content),
    close: () => server.close(),
  };
}

function tamper(files: ReadonlyMap<string, Uint8Array>, content: Uint8Array): void {
  for (const [key, bytes] of files) {
    const offset = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(content);
    if (!key.startsWith('archives/') || offset < 0) continue;
    const last = offset + content.length - 1;
    bytes[last] = (bytes[last] ?? 0) ^ 1;
  }
}

async function bundlePage(engine: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [join(SOURCE, engine, 'main.ts')],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['@lading/source'],
    write: false,
    logLevel: 'warning',
  });
  const [script] = outputFiles;
  if (script === undefined) throw new Error('unreachable: esbuild gave no script');
  return script.contents;
}
