/**
 * The service worker of tier A, one file without imports: put it at or above the folder of the game and name it in
 * `startWebRuntime({ worker })`, or import it into a worker of your own.
 *
 * It holds no content and no trust. A request below the prefix of a page that said hello goes to that page, which has the runtime; what
 * no mount has, and everything else, goes to the network as if there were no worker. A page's runtime is its own: no other page, and no
 * update of this script, changes what a running session sees.
 *
 * @packageDocumentation
 */
import type {
  PageMessage,
  ResourceAnswer,
  ResourceRequest,
  WORKER_PROTOCOL,
  WorkerGreeting,
} from './worker-protocol.js';

const PROTOCOL: typeof WORKER_PROTOCOL = 1;
/** Browsers stop workers when they are idle; who said hello is kept here. */
const CACHE = 'lading-pages';

/** What of a service worker's world is used here. */
interface WorkerWorld {
  readonly registration: { readonly scope: string };
  readonly clients: {
    claim(): Promise<void>;
    get(id: string): Promise<WorkerClient | undefined>;
    matchAll(options: {
      readonly includeUncontrolled: boolean;
      readonly type: 'all';
    }): Promise<readonly WorkerClient[]>;
  };
  readonly caches: CacheStorage;
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: LifeEvent) => void): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<PageMessage> & LifeEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: FetchLikeEvent) => void): void;
}

interface LifeEvent {
  waitUntil(work: Promise<unknown>): void;
}

interface FetchLikeEvent {
  readonly request: Request;
  readonly clientId: string;
  respondWith(response: Promise<Response>): void;
}

interface WorkerClient {
  readonly id: string;
  readonly type?: string;
  readonly frameType?: string;
  postMessage(message: ResourceRequest, transfer: readonly Transferable[]): void;
}

/** A page that has a runtime. */
interface Page {
  readonly id: string;
  /** URLs below it are content where the page's mounts have it. */
  readonly prefix: string;
  readonly timeoutMs: number;
}

const world = globalThis as unknown as WorkerWorld;
/** The newest last. Undefined until it was read from the cache: then requests wait for that. */
let pages: readonly Page[] | undefined;
let reading: Promise<readonly Page[]> | undefined;
/** Messages change the list one after the other: each reads what the one before wrote. */
let lastHeard: Promise<unknown> = Promise.resolve();
const asked = new Map<string, Promise<ResourceAnswer>>();

if ('clients' in globalThis) serve(); // Builds for servers import what pages import.

function serve(): void {
  world.addEventListener('install', (event) => event.waitUntil(world.skipWaiting()));
  world.addEventListener('activate', (event) => event.waitUntil(world.clients.claim()));
  world.addEventListener('message', (event) => event.waitUntil(hearInTurn(event)));
  world.addEventListener('fetch', (event) => {
    const { method, mode, url } = event.request;
    if ((method !== 'GET' && method !== 'HEAD') || mode === 'navigate' || !url.startsWith(world.registration.scope))
      return;
    if (pages !== undefined && !pages.some(({ prefix }) => url.startsWith(prefix))) return;
    event.respondWith(respond(event));
  });
}

function hearInTurn(event: MessageEvent<PageMessage>): Promise<void> {
  const before = lastHeard;
  const heard = (async () => {
    await before;
    await hear(event);
  })();
  lastHeard = heard.catch(() => undefined); // Its own event reports it; the next message is another one.
  return heard;
}

async function hear({ data, source, ports }: MessageEvent<PageMessage>): Promise<void> {
  const id = (source as WorkerClient | null)?.id;
  if (data?.lading === 'claim') return world.clients.claim();
  if (id === undefined || (data?.lading !== 'hello' && data?.lading !== 'bye')) return;
  const others = (await livePages()).filter((page) => page.id !== id);
  const { lading } = data;
  await keepPages(lading === 'hello' ? [...others, { id, prefix: data.prefix, timeoutMs: data.timeoutMs }] : others);
  ports[0]?.postMessage({ protocol: PROTOCOL } satisfies WorkerGreeting);
}

async function respond({ request, clientId }: FetchLikeEvent): Promise<Response> {
  const page = await pageFor(clientId, request.url);
  const answer = page && (await ask(page, request));
  if (answer === undefined || answer.isAbsent) return fetch(request);
  return new Response(answer.body ?? null, {
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
  });
}

/** The page that knows: the one that asks, or, where a worker or a frame of it asks, the newest that said hello. */
async function pageFor(clientId: string, url: string): Promise<Page | undefined> {
  const candidates = (await knownPages()).filter(({ prefix }) => url.startsWith(prefix));
  const own = candidates.find(({ id }) => id === clientId);
  if (own !== undefined || candidates.length === 0) return own;
  const client = await world.clients.get(clientId);
  if (client?.type === 'window' && client.frameType !== 'nested') return undefined; // A page that has not said hello.
  const live = new Set((await livePages()).map(({ id }) => id));
  return candidates.findLast(({ id }) => live.has(id));
}

/** One question for requests that ask the same at the same time. */
function ask(page: Page, { url, method, headers }: Request): Promise<ResourceAnswer> {
  const range = headers.get('range') ?? undefined;
  const key = [page.id, method, range, url].join(' ');
  const running = asked.get(key);
  if (running !== undefined) return running;
  const answer = askPage(page, { lading: 'request', url, method, range }).finally(() => asked.delete(key));
  asked.set(key, answer);
  return answer;
}

async function askPage({ id, timeoutMs }: Page, request: ResourceRequest): Promise<ResourceAnswer> {
  const client = await world.clients.get(id);
  if (client === undefined) return { isAbsent: true };
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const timer = setTimeout(() => resolve(late(timeoutMs)), timeoutMs);
    port1.onmessage = ({ data }: MessageEvent<ResourceAnswer>) => {
      clearTimeout(timer);
      port1.close();
      resolve(data);
    };
    client.postMessage(request, [port2]);
  });
}

/** Never the network instead: what a mount may have must not come from somewhere else. */
function late(timeoutMs: number): ResourceAnswer {
  const body = new TextEncoder().encode(`ERR_WORKER_TIMEOUT: the page did not answer within ${timeoutMs} ms`);
  return { isAbsent: false, status: 504, headers: [['content-type', 'text/plain']], body: body.buffer };
}

async function knownPages(): Promise<readonly Page[]> {
  if (pages !== undefined) return pages;
  reading ??= readPages();
  const read = await reading;
  pages ??= read; // Unless a page said hello meanwhile.
  return pages;
}

async function livePages(): Promise<readonly Page[]> {
  const clients = await world.clients.matchAll({ includeUncontrolled: true, type: 'all' });
  const ids = new Set(clients.map(({ id }) => id));
  return (await knownPages()).filter(({ id }) => ids.has(id));
}

async function keepPages(next: readonly Page[]): Promise<void> {
  pages = next;
  const cache = await world.caches.open(CACHE);
  await cache.put(pagesUrl(), new Response(JSON.stringify(next)));
}

async function readPages(): Promise<readonly Page[]> {
  const cache = await world.caches.open(CACHE);
  const kept = await cache.match(pagesUrl());
  return kept === undefined ? [] : kept.json();
}

/** A key of the cache, never fetched. */
function pagesUrl(): string {
  return `${world.registration.scope}.lading-pages`;
}
