import { isLadingError } from '@lading/manifest/client';
import { answerRequest } from './answer-request.js';
import { mountedPath, type ServedContent } from './served-content.js';
import { withinTime } from './within-time.js';
import type { PageMessage, ResourceAnswer, ResourceRequest, WorkerGreeting } from './worker-protocol.js';
import { WORKER_PROTOCOL } from './worker-protocol.js';
import { controlPage, type WorkerControl, type WorkerPlace, workerError } from './worker-registration.js';

/** A name that no resource of a game has. */
const PROBE = '.lading-probe';

/**
 * Serves the page through the worker, and makes sure of it: the last step is a request of the page that the worker must bring back here.
 * Gives what ends it.
 *
 * @throws MountError `ERR_WORKER_*`: why this page is not served by it.
 */
export async function serveByWorker(content: ServedContent, place: WorkerPlace): Promise<() => Promise<void>> {
  const control = await controlPage(place);
  const probe = `${content.urls.prefix}${PROBE}-${crypto.randomUUID()}`;
  const stopAnswering = answerWorker(control, content, probe);
  const send: SendMessage = (message, transfer = []) => control.worker.postMessage(message, transfer);
  try {
    await greet(send, content, place);
    await assertServed(probe, place);
  } catch (error) {
    stopAnswering();
    send({ lading: 'bye' });
    throw error;
  }
  return async () => {
    await leave(send, place);
    stopAnswering();
  };
}

/** Answers until the worker has heard: a request that it sends here meanwhile must not wait for nobody. */
async function leave(send: SendMessage, { timeoutMs }: WorkerPlace): Promise<void> {
  const late = (): Error => workerError('ERR_WORKER_CONTROL', 'The worker does not answer', HINT);
  try {
    await withinTime(tell(send, { lading: 'bye' }), timeoutMs, late);
  } catch (error) {
    if (!isLadingError(error, 'ERR_WORKER_CONTROL')) throw error; // A worker that is dead serves nobody.
  }
}

/** Sends a message that the worker answers on a port of its own. */
async function tell(send: SendMessage, message: PageMessage): Promise<WorkerGreeting> {
  const { port1, port2 } = new MessageChannel();
  const greeting = new Promise<WorkerGreeting>((resolve) => {
    port1.onmessage = ({ data }: MessageEvent<WorkerGreeting>) => {
      port1.close();
      resolve(data);
    };
  });
  send(message, [port2]);
  return greeting;
}

type SendMessage = (message: PageMessage, transfer?: Transferable[]) => void;

function answerWorker({ container }: WorkerControl, content: ServedContent, probe: string): () => void {
  const hear = ({ data, ports }: MessageEvent<ResourceRequest>): void => {
    const [port] = ports;
    if (data?.lading === 'request' && port !== undefined) void answer(content, data, { port, probe });
  };
  container.addEventListener('message', hear);
  container.startMessages(); // Before the page is parsed messages wait for this.
  return () => container.removeEventListener('message', hear);
}

async function answer(
  content: ServedContent,
  { url, method, range }: ResourceRequest,
  { port, probe }: { readonly port: MessagePort; readonly probe: string },
): Promise<void> {
  const path = url === probe ? undefined : mountedPath(content, url);
  if (path === undefined) {
    const empty: ResourceAnswer = { isAbsent: false, status: 204, headers: [], body: undefined };
    port.postMessage(url === probe ? empty : { isAbsent: true });
    return;
  }
  const { status, headers, body } = await answerRequest(content, { path, method, range });
  const whole = body?.byteLength === body?.buffer.byteLength ? body?.buffer : body?.slice().buffer;
  const said: ResourceAnswer = { isAbsent: false, status, headers: [...headers], body: whole };
  port.postMessage(said, whole === undefined ? [] : [whole]);
}

async function greet(send: SendMessage, { urls }: ServedContent, { timeoutMs }: WorkerPlace): Promise<void> {
  const { prefix } = urls;
  const hello: PageMessage = { lading: 'hello', protocol: WORKER_PROTOCOL, prefix, timeoutMs: ANSWER_TIMEOUT_MS };
  const hint = 'Deploy page and worker from the same version of @lading/mount, then reload.';
  const late = (): Error => workerError('ERR_WORKER_VERSION', 'The worker does not know what the page says', hint);
  const { protocol } = await withinTime(tell(send, hello), timeoutMs, late);
  if (protocol !== WORKER_PROTOCOL) {
    throw workerError('ERR_WORKER_VERSION', `The worker speaks version ${protocol}, the page ${WORKER_PROTOCOL}`, hint);
  }
}

/** How long a request of the page waits for the page: it reads over the network where a mount is remote. */
const ANSWER_TIMEOUT_MS = 60_000;

async function assertServed(probe: string, { timeoutMs }: WorkerPlace): Promise<void> {
  const unserved = (cause?: unknown): Error =>
    workerError('ERR_WORKER_CONTROL', 'Requests of the page do not reach the worker', HINT, cause);
  const asked = fetch(probe, { cache: 'no-store' }).catch((cause: unknown) => {
    throw unserved(cause);
  });
  const { status } = await withinTime(asked, timeoutMs, unserved);
  if (status !== 204) throw unserved();
}

const HINT = 'Is “Bypass for network” on in the developer tools? Is the prefix below the scope of the worker?';
