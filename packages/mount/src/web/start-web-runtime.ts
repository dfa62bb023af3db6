import { isLadingError, loadPart } from '@lading/manifest/client';
import { createRuntime, type MountStore, type Runtime, type RuntimeOptions } from '../client.js';
import { servedUrls } from './served-urls.js';
import { chooseServing, type Serving, type ServingTier } from './serving.js';

/** Options of {@link startWebRuntime}: those of `createRuntime`, and how the page is served. */
export interface WebRuntimeOptions extends Omit<RuntimeOptions, 'store'> {
  /** Where archives and records are kept; the caller closes it. Default: a `webStore()` of the runtime's own. */
  readonly store?: MountStore | undefined;
  /** URL of the service worker's script, relative to the page. Default `lading-worker.js`. */
  readonly worker?: string | undefined;
  /** The folder whose pages the worker serves, relative to the page. Default `./`. */
  readonly scope?: string | undefined;
  /** What stands before resource paths in the URLs of the page, relative to it. Default `./`: `pictures/hero.png` is `/pictures/hero.png`. */
  readonly prefix?: string | undefined;
  /** Tiers to try. Default: `worker`, then `patch`. */
  readonly tiers?: readonly ServingTier[] | undefined;
  /** How long each step of a tier may take, in milliseconds. Default 5000. */
  readonly servingTimeoutMs?: number | undefined;
  /** Hears of every resource that a mount has and cannot give. Default: the console. */
  readonly onServingError?: ((error: unknown, path: string) => void) | undefined;
}

/** A runtime that answers requests of its page. */
export interface WebRuntime extends Runtime {
  /** Which tier does, and why it is that one. */
  readonly serving: Serving;
  /** The URL at which a resource is to be had by the page's own loaders. */
  urlOf(path: string): string;
}

const DEFAULTS = { worker: 'lading-worker.js', scope: './', prefix: './', timeoutMs: 5_000 } as const;

/**
 * Starts a runtime whose mounts answer what the page asks for by itself: images, audio, scripts, `fetch`, and so any engine's loaders.
 * Takes the best tier that works here by trying it, and says which and why in `serving`; that none works is no error.
 *
 * @throws what `createRuntime` throws
 * @example
 * const runtime = await startWebRuntime({ channel: 'https://cdn.example.com/game/channels/stable.json', keys });
 * await runtime.ensure('/levels/1.json');
 * const image = new Image();
 * image.src = 'pictures/hero.png'; // from the mounted archive
 */
export async function startWebRuntime(options: WebRuntimeOptions): Promise<WebRuntime> {
  const ownStore = options.store === undefined ? await openStore() : undefined;
  const runtime = await runtimeOver(options, ownStore);
  const page = document.baseURI;
  const urls = servedUrls(options.prefix ?? DEFAULTS.prefix, page);
  const content = { runtime, urls, onError: undisturbed(options.onServingError ?? reportServingError) };
  const place = {
    script: new URL(options.worker ?? DEFAULTS.worker, page).href,
    scope: new URL(options.scope ?? DEFAULTS.scope, page).href,
    timeoutMs: options.servingTimeoutMs ?? DEFAULTS.timeoutMs,
  };
  const serving = await chooseServing(content, { tiers: options.tiers ?? ['worker', 'patch'], place });
  for (const { code, message, hint } of serving.reasons) console.info(`Lading: ${code}: ${message}. ${hint ?? ''}`);
  const close = runtime.close.bind(runtime);
  return Object.assign(runtime, {
    serving,
    urlOf: (path: string) => urls.urlOf(path),
    async close(): Promise<void> {
      await serving.stop();
      await close();
      await ownStore?.close();
    },
  });
}

async function openStore(): Promise<MountStore> {
  const { webStore } = await loadPart(() => import('./store/web-store.js'));
  return webStore();
}

async function runtimeOver(options: WebRuntimeOptions, ownStore: MountStore | undefined): Promise<Runtime> {
  const store = options.store ?? ownStore;
  if (store === undefined) throw new Error('unreachable: neither a store nor one of its own');
  try {
    return await createRuntime({ ...options, store });
  } catch (error) {
    await ownStore?.close();
    throw error;
  }
}

/** A listener that throws must not keep an answer back: its error surfaces as uncaught. */
function undisturbed(listener: (error: unknown, path: string) => void): typeof listener {
  return (error, path) => {
    try {
      listener(error, path);
    } catch (failure) {
      reportError(failure);
    }
  };
}

function reportServingError(error: unknown, path: string): void {
  const said = isLadingError(error) ? `${error.code}: ${error.message}. ${error.hint ?? ''}` : String(error);
  console.error(`Lading: ${path}: ${said}`);
}
