import { type FileHandle, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { printable } from '../../printable.js';
import { PublishError } from '../../publish-error.js';
import { errnoOf } from '../folder-error.js';
import { type Answer, fileAnswer, methodAnswer, pathOf, textAnswer } from './answer-request.js';
import { networkProfile, SharedLine } from './network-profile.js';
import { openServedFile, type ServedFile, type ServedFolders } from './served-file.js';

/** One answered request. */
export interface ServedRequest {
  readonly method: string;
  /** Path and query as they came, control characters escaped. */
  readonly url: string;
  readonly range: string | undefined;
  readonly status: number;
  /** Bytes of the body that were sent; fewer than promised where the client went away. */
  readonly sentBytes: number;
}

/** Options of {@link serveFolder}. */
export interface ServeFolderOptions {
  /** 0 takes a free port. Default 8080. */
  readonly port?: number | undefined;
  /** Address to listen on. Default 127.0.0.1: only this machine. */
  readonly host?: string | undefined;
  /** Other sites may read what is served. Default true. */
  readonly cors?: boolean | undefined;
  /** Name of one of `NETWORK_PROFILES`: all answers share one line of that speed. Default: unthrottled. */
  readonly profile?: string | undefined;
  /** Delay before each answer, in milliseconds. Default: that of the profile, or 0. */
  readonly latencyMs?: number | undefined;
  /** Stops the server. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each answer. */
  readonly onRequest?: ((request: ServedRequest) => void) | undefined;
}

/** What {@link ServeFolderOptions} fields are where they are not given. */
export const SERVE_FOLDER_DEFAULTS: { readonly port: number; readonly host: string; readonly cors: boolean } = {
  port: 8080,
  host: '127.0.0.1',
  cors: true,
};

/** A running server. */
export interface FolderServer {
  /** Where it is, with a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Stops listening and cuts what is open. */
  close(): Promise<void>;
}

/** A piece is what the throttle lets through at a time: small enough for slow lines to look even. */
const PIECE_BYTES = 16 * 1024;

/**
 * Serves a folder over HTTP as a bucket would serve it: byte ranges, strong ETags, conditional requests, CORS, and the
 * Content-Type and Cache-Control of the bucket layout (channels `no-cache`, the rest of the layout immutable, everything
 * outside it `no-cache`). For development and tests; it has no TLS and no compression.
 *
 * @param dir - A folder, or folders by the URL path at which they stand: `{ '/': 'page', '/content/': 'dist' }`.
 * @throws PublishError `ERR_SERVE_ADDRESS` where the port is taken or not allowed, `ERR_SERVE_FOLDER` where a folder is
 * not there, `ERR_SERVE_PROFILE` for an unknown profile.
 * @example
 * const server = await serveFolder('dist/content', { port: 0 });
 * await fetch(new URL('channels/stable.json', server.url));
 * await server.close();
 */
export async function serveFolder(
  dir: string | Readonly<Record<string, string>>,
  options: ServeFolderOptions = {},
): Promise<FolderServer> {
  const { signal, host = SERVE_FOLDER_DEFAULTS.host, port = SERVE_FOLDER_DEFAULTS.port } = options;
  signal?.throwIfAborted();
  const profile = networkProfile(options.profile);
  const folders = await servedFolders(dir);
  const line = new SharedLine(profile.bytesPerSecond);
  const latencyMs = options.latencyMs ?? profile.latencyMs;
  const stop = new AbortController();
  const server = createServer((request, response) => {
    serve(request, response, { folders, line, latencyMs, options, signal: stop.signal }).catch(() =>
      response.destroy(),
    );
  });
  await listen(server, port, host);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('unreachable: a TCP server has a port');
  const close = async (): Promise<void> => {
    stop.abort();
    signal?.removeEventListener('abort', close);
    await new Promise((done) => {
      server.close(done);
      server.closeAllConnections();
    });
  };
  signal?.addEventListener('abort', close, { once: true });
  return { url: `http://${urlHost(host)}:${address.port}/`, port: address.port, close };
}

interface Serving {
  readonly folders: ServedFolders;
  readonly line: SharedLine;
  readonly latencyMs: number;
  readonly options: ServeFolderOptions;
  readonly signal: AbortSignal;
}

async function serve(request: IncomingMessage, response: ServerResponse, serving: Serving): Promise<void> {
  if (serving.latencyMs > 0) await delay(serving.latencyMs, undefined, { signal: serving.signal });
  const cors = serving.options.cors ?? SERVE_FOLDER_DEFAULTS.cors;
  const early = methodAnswer(request, cors);
  if (early !== undefined) return send(request, response, { answer: early, serving });
  let file: ServedFile | 'folder' | undefined;
  try {
    file = await openServedFile(serving.folders, pathOf(request));
  } catch (error) {
    return send(request, response, { answer: failureAnswer(error), serving });
  }
  const handle = typeof file === 'object' ? file.handle : undefined;
  try {
    await send(request, response, { answer: fileAnswer(request, file, cors), handle, serving });
  } finally {
    await handle?.close();
  }
}

interface Sending {
  readonly answer: Answer;
  readonly handle?: FileHandle | undefined;
  readonly serving: Serving;
}

async function send(request: IncomingMessage, response: ServerResponse, sending: Sending): Promise<void> {
  const { answer, serving } = sending;
  let sentBytes = 0;
  try {
    response.writeHead(answer.status, answer.headers);
    if (request.method !== 'HEAD') {
      for await (const piece of bodyOf(sending)) {
        await throttle(serving, piece.length);
        if (!(await write(response, piece))) return;
        sentBytes += piece.length;
      }
    }
    response.end();
  } finally {
    serving.options.onRequest?.({
      method: request.method ?? '',
      url: printable(request.url ?? ''),
      range: request.headers.range,
      status: answer.status,
      sentBytes,
    });
  }
}

/** A file system that fails must not look like a missing file. */
function failureAnswer(error: unknown): Answer {
  const errno = errnoOf(error) ?? 'unknown';
  const isForbidden = errno === 'EACCES' || errno === 'EPERM';
  return textAnswer(isForbidden ? 403 : 500, `Cannot read the file (${errno})`, { 'cache-control': 'no-cache' });
}

async function* bodyOf({ answer, handle }: Sending): AsyncGenerator<Uint8Array> {
  const { text, range } = answer;
  if (text !== undefined) yield Buffer.from(text);
  if (handle === undefined || range === undefined || range.start >= range.end) return;
  const { start, end } = range;
  yield* handle.createReadStream({ start, end: end - 1, autoClose: false, highWaterMark: PIECE_BYTES });
}

async function throttle({ line, signal }: Serving, sizeBytes: number): Promise<void> {
  const waitMs = line.waitMs(performance.now(), sizeBytes);
  if (waitMs >= 1) await delay(waitMs, undefined, { signal });
}

/** False where the client is gone. */
async function write(response: ServerResponse, piece: Uint8Array): Promise<boolean> {
  if (response.destroyed) return false;
  if (response.write(piece)) return true;
  await new Promise<void>((resume) => {
    const go = (): void => {
      response.off('drain', go).off('close', go);
      resume();
    };
    response.once('drain', go).once('close', go);
  });
  return !response.destroyed;
}

async function servedFolders(dir: string | Readonly<Record<string, string>>): Promise<ServedFolders> {
  const given = typeof dir === 'string' ? { '/': dir } : dir;
  const folders = Object.entries(given).map(([path, folder]) => ({
    path: `/${path.replace(/^\/+|\/+$/g, '')}/`.replace('//', '/'),
    dir: resolve(folder),
  }));
  for (const folder of folders) await assertFolder(folder.dir);
  return folders.sort((a, b) => b.path.length - a.path.length);
}

async function assertFolder(dir: string): Promise<void> {
  try {
    if ((await stat(dir)).isDirectory()) return;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
  throw new PublishError('ERR_SERVE_FOLDER', `"${printable(dir)}" is no folder that can be read`, {
    details: { path: printable(dir) },
  });
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  try {
    await new Promise<void>((resolveListen, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolveListen();
      });
    });
  } catch (error) {
    const errno = errnoOf(error) ?? 'unknown';
    throw new PublishError('ERR_SERVE_ADDRESS', `Cannot listen on ${printable(host)} port ${port} (${errno})`, {
      cause: error,
      details: { host: printable(host), port, errno },
      hint: errno === 'EADDRINUSE' ? 'Something else uses the port. Take another one, or 0 for a free one.' : undefined,
    });
  }
}

/** An address that means "every one of this machine" is no address to open. */
function urlHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
