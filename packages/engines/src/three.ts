import type { EngineContent, EngineOptions } from './engine-content.js';
import { EngineError } from './engine-error.js';
import { engineRoute, type OpenedUrl } from './engine-route.js';

/** The part of a `LoadingManager` that is used. */
export interface ThreeManager {
  setURLModifier(modifier?: (url: string) => string): unknown;
}

/** What {@link connectThree} made. */
export interface ThreeConnection {
  /**
   * Gets resources ready for loaders, which ask for URLs at once. Needed only where no tier serves the page: there a resource that was not
   * preloaded fails to load, with `ERR_ENGINE_NOT_PRELOADED`. Ends when each is ready or has failed; then throws the first error, and what
   * is ready stays.
   */
  preload(paths: Iterable<string>): Promise<void>;
  /** Ends it, and lets go of what was preloaded: textures and models that are loaded stay. */
  close(): void;
}

/** Nobody answers it, so loaders of every kind fail. */
const NOWHERE = 'blob:lading/not-preloaded';

/**
 * Lets the loaders of three.js that use a `LoadingManager` load from what is mounted: textures, models with everything that they refer to,
 * audio, files. The manager's URL modifier is taken; its events, and every loader, stay as they are.
 *
 * @param content - A runtime.
 * @param manager - The manager that the loaders were made with, or `DefaultLoadingManager`.
 * @example
 * const { preload } = connectThree(runtime, manager);
 * await preload(['/models/ship.gltf', '/models/ship.bin', '/models/hull.png']);
 * const ship = await new GLTFLoader(manager).loadAsync('models/ship.gltf'); // refers to ship.bin and hull.png
 */
export function connectThree(
  content: EngineContent,
  manager: ThreeManager,
  options: EngineOptions = {},
): ThreeConnection {
  const route = engineRoute(content, options);
  const preloaded = new Map<string, OpenedUrl>();
  let isClosed = false;
  const preloadOne = async (path: string): Promise<void> => {
    const opened = await route.open(path);
    if (isClosed) opened.close();
    else preloaded.set(path, opened);
  };
  manager.setURLModifier((url) => {
    const path = route.pathOf(url);
    if (path === undefined) return url;
    const ready = route.servedUrl(path) ?? preloaded.get(path)?.url;
    if (ready === undefined) route.report(notPreloaded(path), path);
    return ready ?? NOWHERE;
  });
  return {
    async preload(paths) {
      const wanted = [...new Set(paths)].filter((path) => !preloaded.has(path) && route.servedUrl(path) === undefined);
      const done = await Promise.allSettled(wanted.map(preloadOne));
      const failed = done.find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
    },
    close() {
      isClosed = true;
      manager.setURLModifier(undefined);
      for (const { close } of preloaded.values()) close();
      preloaded.clear();
    },
  };
}

function notPreloaded(path: string): EngineError {
  return new EngineError('ERR_ENGINE_NOT_PRELOADED', `${path} is mounted, but was not preloaded`, {
    details: { path },
    hint: 'No tier serves this page, so three.js needs it ahead: await preload([…]) of what connectThree returns.',
  });
}
