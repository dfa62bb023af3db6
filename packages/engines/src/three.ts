import type { EngineContent, EngineOptions } from './engine-content.js';
import { enginePreload } from './engine-preload.js';
import { engineRoute } from './engine-route.js';

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
  const { preload, urlFor, close } = enginePreload(engineRoute(content, options));
  manager.setURLModifier(urlFor);
  return {
    preload,
    close() {
      manager.setURLModifier(undefined);
      close();
    },
  };
}
