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
  const send = (message: PageMessage, transfer: Transferable[] = []): void =>
    control.worker.postMessage(message, transfer);
  try {
    await greet(send, content, place);
    await assertServed(probe, place);
  } catch (error) {
    stopAnswering();
    send({ lading: 'bye' });
    throw error;
  }
  return async () => {
    send({ lading: 'bye' });
    stopAnswering();
  };
}

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

async function greet(
  send: (message: PageMessage, transfer: Transferable[]) => void,
  { urls }: ServedContent,
  { timeoutMs }: WorkerPlace,
): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const greeting = new Promise<WorkerGreeting>((resolve) => {
    port1.onmessage = ({ data }: MessageEvent<WorkerGreeting>) => resolve(data);
  });
  send({ lading: 'hello', protocol: WORKER_PROTOCOL, prefix: urls.prefix, timeoutMs: ANSWER_TIMEOUT_MS }, [port2]);
  const hint = 'Deploy page and worker from the same version of @lading/mount, then reload.';
  const late = (): Error => workerError('ERR_WORKER_VERSION', 'The worker does not know what the page says', hint);
  const { protocol } = await withinTime(greeting, timeoutMs, late);
  port1.close();
  if (protocol !== WORKER_PROTOCOL) {
    throw workerError('ERR_WORKER_VERSION', `The worker speaks version ${protocol}, the page ${WORKER_PROTOCOL}`, hint);
  }
}

/** How long a request of the page waits for the page: it reads over the network where a mount is remote. */
const ANSWER_TIMEOUT_MS = 60_000;

async function assertServed(probe: string, { timeoutMs }: WorkerPlace): Promise<void> {
  const late = (): Error => workerError('ERR_WORKER_CONTROL', 'Requests of the page do not reach the worker', HINT);
  const { status } = await withinTime(fetch(probe, { cache: 'no-store' }), timeoutMs, late);
  if (status !== 204) throw late();
}

const HINT = 'Is “Bypass for network” on in the developer tools? Is the prefix below the scope of the worker?';
