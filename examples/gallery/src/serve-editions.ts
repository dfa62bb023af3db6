import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { publishEdition, rollBack } from './publish-edition.js';
import type { GalleryFolders } from './publish-gallery.js';
import type { LadingCommand } from './run-lading.js';

/** What answers the buttons of the page. */
export interface EditionServer {
  /** Where the page posts to; ends with `/`. Its path is a secret of this run. */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves `publish` and `rollback` to the page at `site`, and to nobody else. */
export async function serveEditions(
  lading: LadingCommand,
  folders: GalleryFolders,
  site: string,
): Promise<EditionServer> {
  const { origin } = new URL(site);
  const base = `/${randomUUID()}/`;
  const actions: Readonly<Record<string, () => Promise<object>>> = {
    [`${base}publish`]: async () => ({ version: await publishEdition(lading, folders) }),
    [`${base}rollback`]: async () => {
      await rollBack(lading, folders);
      return {};
    },
  };
  let last: Promise<unknown> = Promise.resolve(); // One at a time: each reads what the one before wrote.
  const server = createServer((request, response) => {
    const act = isAllowed(request, origin) ? actions[request.url ?? ''] : undefined;
    response.setHeader('access-control-allow-origin', origin);
    if (act === undefined) return void answer(response, 404, { message: 'There is no such action' });
    last = last.then(() => run(act, response));
  });
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${base}`,
    close: () => new Promise((done) => void server.close(() => done())),
  };
}

function isAllowed({ method, headers }: IncomingMessage, origin: string): boolean {
  return method === 'POST' && headers.origin === origin;
}

async function run(act: () => Promise<object>, response: ServerResponse): Promise<void> {
  try {
    answer(response, 200, await act());
  } catch (error) {
    answer(response, 500, { message: error instanceof Error ? error.message : String(error) });
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify(body));
}
