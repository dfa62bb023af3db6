import type { EngineContent, EngineOptions } from './engine-content.js';
import { enginePreload, NOWHERE } from './engine-preload.js';
import { type EngineRoute, engineRoute } from './engine-route.js';

/** Babylon's `IOfflineProvider`: where a scene gets content from before it asks the network. */
export interface BabylonProvider {
  enableSceneOffline: boolean;
  enableTexturesOffline: boolean;
  open(onSuccess: () => void, onError: () => void): void;
  loadImage(url: string, image: HTMLImageElement): void;
  loadFile(
    url: string,
    onLoad: (data: ArrayBuffer | string) => void,
    onProgress?: (event: unknown) => void,
    onError?: (request?: object) => void,
    useArrayBuffer?: boolean,
  ): void;
}

/** The part of a scene that is used. */
export interface BabylonScene {
  offlineProvider: BabylonProvider;
  getEngine(): { enableOfflineSupport: boolean };
}

/** The part of Babylon that is used: `import { WebRequest } from '@babylonjs/core/Misc/webRequest'`. */
export interface BabylonParts {
  readonly WebRequest: {
    readonly CustomRequestModifiers: ((request: never, url: string) => unknown)[];
  };
}

/** What {@link connectBabylon} made. */
export interface BabylonConnection {
  /**
   * Gets sounds ready: Babylon asks for their URL at once. Needed only where no tier serves the page: there a sound that was not preloaded
   * fails to load, with `ERR_ENGINE_NOT_PRELOADED`. Ends when each is ready or has failed; then throws the first error.
   */
  preload(paths: Iterable<string>): Promise<void>;
  /** Ends it, and lets go of what was preloaded. */
  close(): void;
}

/**
 * Lets a scene of Babylon load from what is mounted: textures of every kind, models with everything that they refer to, files. Its
 * `offlineProvider` is taken, and Babylon's own (a database of IndexedDB) is turned off: the runtime has a store. Sounds go through
 * the modifiers of `WebRequest`.
 *
 * @param content - A runtime.
 * @param scene - The scene. Where there are several, connect each; files that are asked for without a scene use the newest one's.
 * @example
 * connectBabylon(runtime, scene, { WebRequest });
 * await ImportMeshAsync('models/ship.gltf', scene); // the resource /models/ship.gltf, and what it refers to
 */
export function connectBabylon(
  content: EngineContent,
  scene: BabylonScene,
  { WebRequest }: BabylonParts,
  options: EngineOptions = {},
): BabylonConnection {
  const route = engineRoute(content, options);
  const { preload, urlFor, close } = enginePreload(route);
  const modifier = (_request: never, url: string): string => urlFor(url);
  const engine = scene.getEngine();
  const before = { provider: scene.offlineProvider, isOwn: engine.enableOfflineSupport };
  engine.enableOfflineSupport = false;
  scene.offlineProvider = provider(route);
  WebRequest.CustomRequestModifiers.push(modifier);
  return {
    preload,
    close() {
      const { CustomRequestModifiers: modifiers } = WebRequest;
      const place = modifiers.indexOf(modifier);
      if (place < 0) return; // It is closed already.
      modifiers.splice(place, 1);
      scene.offlineProvider = before.provider;
      engine.enableOfflineSupport = before.isOwn;
      close();
    },
  };
}

function provider(route: EngineRoute): BabylonProvider {
  return {
    enableSceneOffline: true,
    enableTexturesOffline: true,
    open: (onSuccess) => onSuccess(),
    loadImage(url, image) {
      const path = route.pathOf(url);
      if (path === undefined) image.src = url;
      else void loadImage(route, path, image);
    },
    loadFile(url, onLoad, _onProgress, onError, useArrayBuffer) {
      const path = route.pathOf(url);
      // Without a failed request Babylon goes to the network itself.
      if (path === undefined) return onError?.();
      const give = (bytes: Uint8Array<ArrayBuffer>): void =>
        onLoad(useArrayBuffer === true ? bufferOf(bytes) : new TextDecoder().decode(bytes));
      route.read(path).then(give, (error: unknown) => onError?.(failedRequest(error)));
    },
  };
}

/** The bytes may stand inside a larger buffer. */
function bufferOf(bytes: Uint8Array<ArrayBuffer>): ArrayBuffer {
  return bytes.length === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
}

async function loadImage(route: EngineRoute, path: string, image: HTMLImageElement): Promise<void> {
  try {
    const { url, close } = await route.open(path);
    for (const type of ['load', 'error']) image.addEventListener(type, close, { once: true });
    image.src = url;
  } catch {
    image.src = NOWHERE; // It was reported; Babylon hears of it from the element.
  }
}

/** What Babylon makes its own error of: any status above 400 keeps it from the network. */
function failedRequest(error: unknown): object {
  const message = error instanceof Error ? error.message : String(error);
  return { status: 502, message, request: { status: 502, statusText: message } };
}
