import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { buildLayout, type FileServer, type Layout, layoutKeys, serveFiles, type ZipMember } from '@lading/fixtures';
import { buildPage } from '../src/build/build-page.js';
import { stripesPng } from './stripes-png.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

/** The page is the same in every test: built once. */
const page = pageFiles();

/** A served gallery of two rooms: the page from source, and content that is really signed. */
export interface GallerySite {
  readonly server: FileServer;
  readonly layout: Layout;
  /** What is served; a test may change it. */
  readonly files: Map<string, Uint8Array>;
  close(): Promise<void>;
}

/** Builds the page and its content and serves both. */
export async function serveGallery(): Promise<GallerySite> {
  const layout = await buildGallery();
  const files = new Map<string, Uint8Array>([...layout.files, ...(await page), ...ownFiles(layout)]);
  const server = await serveFiles(files);
  server.hook = (_request, response, key) => {
    const type = TYPES[extname(key || 'index.html')];
    const bytes = files.get(key || 'index.html');
    if (type === undefined || bytes === undefined) return false;
    response.writeHead(200, { 'content-type': type, 'content-length': bytes.length }).end(bytes);
    return true;
  };
  return { server, layout, files, close: () => server.close() };
}

function ownFiles(layout: Layout): [string, Uint8Array][] {
  const room = (name: string): object => ({
    path: `/rooms/${name}.json`,
    title: `Room ${name}`,
    text: `About ${name}.`,
  });
  return [
    ['lading.json', json({ channel: 'channels/stable.json', root: 'root.1.json', index: 'index.json' })],
    ['root.1.json', layout.root],
    ['index.json', json({ title: 'Test gallery', rooms: [room('red'), room('green')] })],
  ];
}

async function buildGallery(): Promise<Layout> {
  const shared = stripesPng(96, [40, 90, 220]);
  return buildLayout({
    keys: await layoutKeys(),
    project: 'gallery',
    archives: {
      red: { members: roomMembers('red', [220, 40, 40]), priority: 20 },
      green: { members: roomMembers('green', [40, 200, 80]), priority: 20 },
      shared: { members: [{ name: 'pictures/shared.png', bytes: shared }], priority: 10 },
    },
    roots: { '/rooms/red.json': ['red', 'shared'], '/rooms/green.json': ['green', 'shared'] },
  });
}

function roomMembers(name: string, tint: readonly [number, number, number]): ZipMember[] {
  const pictures = [
    { src: `/pictures/${name}.png`, title: `Picture ${name}` },
    { src: '/pictures/shared.png', title: 'Shared picture' },
  ];
  const room = {
    title: `Room ${name}`,
    text: `All about ${name}.`,
    pictures,
    ambience: `/sounds/${name}.wav`,
    door: '',
  };
  return [
    { name: `rooms/${name}.json`, bytes: json(room) },
    { name: `pictures/${name}.png`, bytes: stripesPng(128, tint) },
    { name: `sounds/${name}.wav`, bytes: silentWav() },
  ];
}

function silentWav(): Uint8Array {
  const samples = 2_000;
  const bytes = Buffer.alloc(44 + samples, 128);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(36 + samples, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.set([16, 0, 0, 0, 1, 0, 1, 0], 16);
  bytes.writeUInt32LE(8_000, 24);
  bytes.writeUInt32LE(8_000, 28);
  bytes.set([1, 0, 8, 0], 32);
  bytes.write('data', 36);
  bytes.writeUInt32LE(samples, 40);
  return bytes;
}

async function pageFiles(): Promise<[string, Uint8Array][]> {
  const folder = await mkdtemp(join(tmpdir(), 'lading-page-'));
  try {
    await buildPage(folder, { conditions: ['@lading/source'] });
    const names = await readdir(folder);
    return await Promise.all(
      names.map(async (name): Promise<[string, Uint8Array]> => [name, await readFile(join(folder, name))]),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function json(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
