import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { answerWebdav, type WebdavStore } from './webdav-methods.js';
import { USER, type WebdavServer } from './webdav-server.js';

/** One request as the log keeps it. */
export interface WebdavSeen {
  readonly method: string;
  /** Path as it came, percent-encoded. */
  readonly path: string;
  /** What was answered; 0 where the connection was cut. */
  readonly status: number;
}

/** Something that goes wrong with the next requests that it fits. */
export interface WebdavFault {
  /** Default: every method. */
  readonly method?: string | undefined;
  /** Default: every path. */
  readonly path?: RegExp | undefined;
  /** How often; default 1. */
  readonly times?: number | undefined;
  /**
   * - `error`: answers `status`, does nothing
   * - `reset`: cuts the connection before anything is done
   * - `stale`: as `reset`, on a connection that has answered before: as of a server that ends all that are idle
   * - `lost-answer`: does the work, then cuts the connection
   * - `replace`: answers what `answer` says, does nothing
   */
  readonly kind: 'error' | 'reset' | 'stale' | 'lost-answer' | 'replace';
  readonly status?: number | undefined;
  readonly answer?: { readonly headers?: Readonly<Record<string, string>>; readonly body: string } | undefined;
}

/** Options of {@link startMemoryWebdav}. */
export interface MemoryWebdavOptions {
  /** Locks, as class 2 of WebDAV has them. Default true. */
  readonly hasLocks?: boolean | undefined;
  /** Keeps If-Match and If-None-Match of PUT. Default true. */
  readonly hasConditions?: boolean | undefined;
  /** Tells etags. Default true. */
  readonly hasEtags?: boolean | undefined;
}

/** A WebDAV server in this process, with its log and its script of faults. */
export interface MemoryWebdav extends WebdavServer {
  readonly log: readonly WebdavSeen[];
  readonly store: WebdavStore;
  addFaults(...faults: readonly WebdavFault[]): void;
  /** Forgets faults that are not used up. */
  clearFaults(): void;
}

/** Starts a WebDAV server in this process: real HTTP, Basic authentication, files and folders in memory. */
export async function startMemoryWebdav(options: MemoryWebdavOptions = {}): Promise<MemoryWebdav> {
  const store: WebdavStore = {
    files: new Map(),
    folders: new Set(['/']),
    locks: new Map(),
    hasLocks: options.hasLocks ?? true,
    hasConditions: options.hasConditions ?? true,
    hasEtags: options.hasEtags ?? true,
    newId: randomUUID,
  };
  const log: WebdavSeen[] = [];
  const used = new WeakSet<IncomingMessage['socket']>();
  let faults: { readonly fault: WebdavFault; left: number }[] = [];
  const expected = `Basic ${Buffer.from(`${USER.user}:${USER.password}`).toString('base64')}`;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '/' } = request;
    const body = await bodyOf(request);
    const isUsed = used.has(request.socket);
    used.add(request.socket);
    const found = faults.find(
      ({ fault, left }) => left > 0 && fits(fault, method, path) && (fault.kind !== 'stale' || isUsed),
    );
    if (found !== undefined) found.left -= 1;
    const { kind } = found?.fault ?? {};
    const answer =
      kind === 'error' || kind === 'replace'
        ? { status: found?.fault.status ?? 503, ...found?.fault.answer }
        : request.headers.authorization !== expected
          ? { status: 401, headers: { 'www-authenticate': 'Basic realm="games"' } }
          : kind === 'reset' || kind === 'stale'
            ? undefined
            : answerWebdav(store, request, body);
    const isCut = answer === undefined || kind === 'lost-answer';
    log.push({ method, path, status: isCut ? 0 : answer.status });
    if (isCut) request.socket.destroy();
    else {
      response.writeHead(answer.status, { ...answer.headers });
      response.end(method === 'HEAD' ? undefined : answer.body);
    }
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => request.socket.destroy()); // a body that broke off: the client knows
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('unreachable: a TCP server has a port');
  return {
    name: 'in-process WebDAV',
    url: `http://127.0.0.1:${address.port}`,
    ...USER,
    log,
    store,
    addFaults: (...added) => faults.push(...added.map((fault) => ({ fault, left: fault.times ?? 1 }))),
    clearFaults: () => {
      faults = [];
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function fits(fault: WebdavFault, method: string, path: string): boolean {
  return (fault.method === undefined || fault.method === method) && (fault.path?.test(path) ?? true);
}

/** Throws where fewer bytes come than were announced, so that nothing of them is stored. */
async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  if (!request.complete) throw new Error('the body broke off');
  return Buffer.concat(chunks);
}
