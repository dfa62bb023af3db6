import { buildLayout, type Layout, layoutKeys } from '@lading/fixtures';
import { type BrowserSite, serveScripts } from '@lading/fixtures/browsers';

/** A game's page and its content, served under one folder. */
export interface WebSite extends BrowserSite {
  readonly layout: Layout;
  /** Requests for resources of the game: none of them is there, so each is a request that no tier answered. */
  assetRequests(): readonly string[];
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Parts that mounts have, as the page names them. */
export const HELLO = 'hello from the archive';

/** Serves a page that starts a web runtime when it is told to, a worker, and content. */
export async function serveWebSite(): Promise<WebSite> {
  const layout = await buildLayout({
    keys: await layoutKeys(),
    archives: {
      level: {
        members: [
          { name: 'assets/hello.txt', bytes: text(HELLO) },
          { name: 'assets/data.json', bytes: text('{"isMounted":true}') },
          { name: 'assets/picture.svg', bytes: text(SVG) },
          { name: 'assets/tone.wav', bytes: silence() },
          { name: 'assets/script.js', bytes: text('globalThis.ranScript = true;') },
          { name: 'assets/module.js', bytes: text("export const from = 'the archive';") },
          { name: 'assets/style.css', bytes: text('body { background: rgb(1, 2, 3); }') },
          { name: 'assets/Größe 1.txt', bytes: text('named') },
        ],
      },
    },
    roots: { '/assets/hello.txt': ['level'] },
  });
  const site = await serveScripts(
    {
      page: "import { openPage } from './game-page.js'; openPage();",
      'lading-worker': "import '@lading/mount/web/service-worker';",
      'slow-worker':
        "import '@lading/mount/web/service-worker'; const open = caches.open.bind(caches); caches.open = async (name) => { await new Promise((done) => setTimeout(done, 200)); return open(name); };",
      'old-worker':
        'addEventListener("message", ({ data, ports }) => ports[0]?.postMessage({ protocol: data.protocol + 1 })); addEventListener("install", () => (globalThis as never as { skipWaiting(): void }).skipWaiting()); addEventListener("activate", (event) => (event as never as { waitUntil(work: unknown): void }).waitUntil((globalThis as never as { clients: { claim(): unknown } }).clients.claim()));',
      'silent-worker':
        'addEventListener("install", () => (globalThis as never as { skipWaiting(): void }).skipWaiting()); addEventListener("message", ({ data }) => { if (data.lading === "claim") (globalThis as never as { clients: { claim(): unknown } }).clients.claim(); });',
      'asset-worker':
        "onmessage = async () => { const response = await fetch(new URL('assets/hello.txt', location.href)); postMessage(response.status + ' ' + (await response.text())); };",
    },
    import.meta.dirname,
  );
  for (const [key, bytes] of layout.files) site.files.set(key, bytes);
  site.files.set('root.1.json', layout.root);
  return {
    ...site,
    layout,
    assetRequests: () => site.server.requests.filter((request) => request.includes('assets/')),
  };
}

/** Serves the site under another Content Security Policy, and to any origin. */
export function loosen(site: WebSite, policy: string): void {
  const types: Readonly<Record<string, string>> = { html: 'text/html; charset=utf-8', js: 'text/javascript' };
  site.server.hook = (_request, response, key) => {
    const name = key || 'index.html';
    const bytes = site.files.get(name);
    if (bytes === undefined) {
      response.writeHead(404, { 'access-control-allow-origin': '*' }).end();
      return true;
    }
    const type = types[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
    const headers = { 'content-type': type, 'content-security-policy': policy, 'access-control-allow-origin': '*' };
    response.writeHead(200, headers).end(bytes);
    return true;
  };
}

const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20" fill="red"/></svg>';

function silence(): Uint8Array {
  const samples = 8_000;
  const bytes = new Uint8Array(44 + samples).fill(128, 44);
  const view = new DataView(bytes.buffer);
  bytes.set(text('RIFF'), 0);
  view.setUint32(4, 36 + samples, true);
  bytes.set(text('WAVEfmt '), 8);
  for (const [offset, value] of [
    [16, 16],
    [24, 8_000],
    [28, 8_000],
    [40, samples],
  ] as const)
    view.setUint32(offset, value, true);
  for (const [offset, value] of [
    [20, 1],
    [22, 1],
    [32, 1],
    [34, 8],
  ] as const)
    view.setUint16(offset, value, true);
  bytes.set(text('data'), 36);
  return bytes;
}
