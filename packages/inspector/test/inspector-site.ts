import { buildLayout, type FileServer, layoutKeys, serveFiles } from '@lading/fixtures';
import { build } from 'esbuild';

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A game</title>
<meta name="viewport" content="width=device-width"><script type="module" src="page.js"></script></head><body><h1>A game</h1></body></html>`;

// The strictest policy that such a page can have: no inline script, no inline style, nobody else's host.
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob:";

const script = bundlePage();

/** Serves the page of the tests beside content that is really signed: `/skin.txt` is in two archives, of which `theme` wins. */
export async function serveInspected(): Promise<FileServer> {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  const member = (name: string, value: string) => ({ name, bytes: text(value.repeat(200)) });
  const layout = await buildLayout({
    keys: await layoutKeys(),
    archives: {
      theme: { members: [member('skin.txt', 'winter')], priority: 20 },
      level: { members: [member('skin.txt', 'plain'), member('levels/1.txt', 'one')], priority: 10 },
      late: { members: [member('levels/2.txt', 'two')], priority: 10 },
    },
    roots: { '/levels/1.txt': ['level', 'theme'], '/levels/2.txt': ['late'] },
  });
  const files = new Map<string, Uint8Array>([...layout.files, ['root.1.json', layout.root], ['page.js', await script]]);
  const server = await serveFiles(files);
  server.hook = (_request, response, key) => {
    if (key !== '' && key !== 'page.js') return false;
    const type = key === '' ? 'text/html; charset=utf-8' : 'text/javascript';
    const headers = { 'content-type': type, 'content-security-policy': POLICY };
    response.writeHead(200, headers).end(key === '' ? PAGE : files.get(key));
    return true;
  };
  return server;
}

async function bundlePage(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [new URL('page.ts', import.meta.url).pathname],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['@lading/source'],
    write: false,
    logLevel: 'warning',
  });
  const [bundle] = outputFiles;
  if (bundle === undefined) throw new Error('unreachable: esbuild gave no script');
  return bundle.contents;
}
