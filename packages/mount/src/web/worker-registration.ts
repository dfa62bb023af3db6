import { MountError, type MountErrorCode } from '../client.js';
import { withinTime } from './within-time.js';

/** The worker that controls this page. */
export interface WorkerControl {
  readonly container: ServiceWorkerContainer;
  readonly worker: ServiceWorker;
}

/** Where the worker's script is, and what it is for. */
export interface WorkerPlace {
  /** Absolute URL of the script. */
  readonly script: string;
  /** Absolute URL of the folder whose pages it serves. */
  readonly scope: string;
  readonly timeoutMs: number;
}

/**
 * Registers the worker and waits until it controls the page, also after a reload that went around it.
 *
 * @throws MountError `ERR_WORKER_UNSUPPORTED`, `ERR_WORKER_SCOPE`, `ERR_WORKER_MISSING`, `ERR_WORKER_TYPE`, `ERR_WORKER_BLOCKED`,
 * `ERR_WORKER_CONTROL`: why it does not.
 */
export async function controlPage({ script, scope, timeoutMs }: WorkerPlace): Promise<WorkerControl> {
  const container = workerContainer();
  if (!location.href.startsWith(scope)) {
    throw workerError(
      'ERR_WORKER_SCOPE',
      `The page is not below ${scope}`,
      'The scope must be a folder that the page is in.',
    );
  }
  const registration = await register(container, script, scope);
  const late = (): Error =>
    workerError(
      'ERR_WORKER_CONTROL',
      'The worker does not control the page',
      'Is “Bypass for network” on in the developer tools?',
    );
  const worker = await withinTime(activated(registration), timeoutMs, late);
  if (container.controller === null) await withinTime(claimed(container, worker), timeoutMs, late);
  return { container, worker: container.controller ?? worker };
}

/** The property itself throws in frames without an origin of their own. */
function workerContainer(): ServiceWorkerContainer {
  const hint = 'Service workers need HTTPS (or localhost), and a frame that is not sandboxed.';
  try {
    if (isSecureContext && navigator.serviceWorker !== undefined) return navigator.serviceWorker;
  } catch (cause) {
    throw workerError('ERR_WORKER_UNSUPPORTED', 'This frame has no service workers', hint, cause);
  }
  throw workerError('ERR_WORKER_UNSUPPORTED', 'This page has no service workers', hint);
}

async function register(
  container: ServiceWorkerContainer,
  script: string,
  scope: string,
): Promise<ServiceWorkerRegistration> {
  try {
    return await container.register(script, { scope, updateViaCache: 'none' });
  } catch (cause) {
    throw await registrationError(cause, script, scope);
  }
}

/** Browsers say in words of their own what is wrong; asking for the script says it for sure. */
async function registrationError(cause: unknown, script: string, scope: string): Promise<MountError> {
  let response: Response;
  try {
    response = await fetch(script, { cache: 'no-store' });
  } catch {
    return workerError('ERR_WORKER_MISSING', `${script} cannot be loaded`, 'Is the network there?', cause);
  }
  const type = response.headers.get('content-type') ?? 'none';
  await response.body?.cancel();
  if (!response.ok) {
    const hint = 'Copy service-worker.js of @lading/mount to this place, or name another one with `worker`.';
    return workerError('ERR_WORKER_MISSING', `${script}: the server answered ${response.status}`, hint, cause);
  }
  if (!/^(text|application)\/(x-)?(java|ecma)script\b/i.test(type)) {
    return workerError(
      'ERR_WORKER_TYPE',
      `${script} came as ${type}`,
      'The server must send it as text/javascript.',
      cause,
    );
  }
  if (!scope.startsWith(new URL('.', script).href)) {
    const hint = 'Put the script at or above the folder of the page, or send it with Service-Worker-Allowed.';
    return workerError('ERR_WORKER_SCOPE', `${script} may not serve ${scope}`, hint, cause);
  }
  return workerError(
    'ERR_WORKER_BLOCKED',
    'The browser does not allow the worker',
    'Is storage blocked for this site?',
    cause,
  );
}

async function activated({ installing, waiting, active }: ServiceWorkerRegistration): Promise<ServiceWorker> {
  const worker = installing ?? waiting ?? active;
  if (worker === null) throw new Error('unreachable: a registration without a worker');
  if (worker.state === 'activated') return worker;
  return new Promise((resolve, reject) => {
    worker.addEventListener('statechange', () => {
      if (worker.state === 'activated') resolve(worker);
      if (worker.state !== 'redundant') return;
      reject(workerError('ERR_WORKER_BLOCKED', 'The worker did not start', 'Does its script throw? See the console.'));
    });
  });
}

function claimed(container: ServiceWorkerContainer, worker: ServiceWorker): Promise<void> {
  return new Promise((resolve) => {
    container.addEventListener('controllerchange', () => resolve(), { once: true });
    worker.postMessage({ lading: 'claim' });
    if (container.controller !== null) resolve();
  });
}

/** An error of tier A. */
export function workerError(code: MountErrorCode, message: string, hint: string, cause?: unknown): MountError {
  return new MountError(code, message, { hint, cause });
}
