import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PublishError } from '../../publish-error.js';
import { errnoOf } from '../folder-error.js';

/** A connection to one server: kept open between requests. */
export interface WebdavConnection {
  readonly agent: HttpAgent;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** One request. */
export interface WebdavRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Uint8Array | WebdavStream | undefined;
  /** On a connection of its own, which no server can have ended. Default: on one that is open, where there is one. */
  readonly isAlone?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A body of known size that can be read again. */
export interface WebdavStream {
  readonly sizeBytes: number;
  open(): AsyncIterable<Uint8Array>;
}

/** An answer whose body is still to be read, or to be thrown away. */
export type WebdavAnswer = IncomingMessage & { readonly statusCode: number };

/** The most that is read of an answer that only confirms or explains. */
const MAX_SMALL_BYTES = 256 * 1024;

/** Opens nothing yet: sockets come with requests. */
export function openConnection(url: string, { headers, timeoutMs }: Omit<WebdavConnection, 'agent'>): WebdavConnection {
  const options = { keepAlive: true, maxSockets: 64 };
  const agent = url.startsWith('https:') ? new HttpsAgent(options) : new HttpAgent(options);
  return { agent, headers, timeoutMs };
}

/**
 * Sends a request and gives the head of the answer. A body that fails while it is sent breaks the request off, so that the
 * server has less than it was announced and stores nothing.
 *
 * A server may close a connection in the moment in which it is used again, and often closes all that are idle at once. Such a request is
 * sent once more, on a connection of its own; one that may not be done twice gets that from the start.
 */
export async function send(connection: WebdavConnection, request: WebdavRequest): Promise<WebdavAnswer> {
  const mayRepeat = request.method !== 'MOVE';
  let isAlone = request.isAlone === true || isDoneOnce(request);
  for (;;) {
    const outgoing = begin(connection, request, isAlone ? false : connection.agent);
    try {
      return await answerTo(outgoing, request.body);
    } catch (error) {
      const isStale = outgoing.reusedSocket && STALE_CODES.has(errnoOf(error) ?? '');
      if (!mayRepeat || isAlone || !isStale || request.signal?.aborted === true) throw error;
      isAlone = true;
    }
  }
}

const STALE_CODES: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE']);

/** True for what may not be done twice. (MOVE is settled by who sends it.) */
function isDoneOnce({ method, headers }: WebdavRequest): boolean {
  return method === 'LOCK' || headers?.['if-match'] !== undefined || headers?.['if-none-match'] !== undefined;
}

function begin(
  { headers, timeoutMs }: WebdavConnection,
  request: WebdavRequest,
  agent: HttpAgent | false,
): ClientRequest {
  const start = request.url.protocol === 'https:' ? requestHttps : requestHttp;
  const outgoing = start(request.url, {
    method: request.method,
    agent,
    headers: { ...headers, ...lengthOf(request.body), ...request.headers },
    timeout: timeoutMs,
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  return outgoing.once('timeout', () => outgoing.destroy(timeoutError(timeoutMs)));
}

async function answerTo(outgoing: ClientRequest, body: WebdavRequest['body']): Promise<WebdavAnswer> {
  const answering = new Promise<WebdavAnswer>((resolve, reject) => {
    outgoing.once('response', (answer) => resolve(answer as WebdavAnswer)).on('error', reject);
  });
  answering.catch(() => undefined); // awaited below; this one keeps an early failure from counting as unhandled
  if (!isStream(body)) outgoing.end(body);
  else await pipeline(Readable.from(body.open(), { objectMode: false, highWaterMark: 256 * 1024 }), outgoing);
  return answering;
}

/** Sends a request whose answer is small, and reads it. */
export async function exchange(
  connection: WebdavConnection,
  request: WebdavRequest,
): Promise<{ readonly status: number; readonly headers: IncomingMessage['headers']; readonly text: string }> {
  const answer = await send(connection, request);
  const bytes = await readAnswer(answer, MAX_SMALL_BYTES);
  return { status: answer.statusCode, headers: answer.headers, text: bytes.toString('utf8') };
}

/** Reads at most `maxBytes` of an answer and lets the rest go, with its connection. */
export async function readAnswer(answer: WebdavAnswer, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of answer) {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, maxBytes + 1);
}

function lengthOf(body: WebdavRequest['body']): Record<string, number> {
  if (body === undefined) return {};
  if (typeof body === 'string') return { 'content-length': Buffer.byteLength(body) };
  return { 'content-length': isStream(body) ? body.sizeBytes : body.length };
}

function isStream(body: WebdavRequest['body']): body is WebdavStream {
  return typeof body === 'object' && 'open' in body;
}

function timeoutError(timeoutMs: number): PublishError {
  return new PublishError('ERR_TARGET_UNREACHABLE', `Nothing moved on the connection for ${timeoutMs} ms`, {
    details: { timeoutMs },
    retryable: true,
  });
}
