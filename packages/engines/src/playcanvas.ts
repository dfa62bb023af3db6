import type { EngineContent, EngineOptions } from './engine-content.js';
import { type EngineRoute, engineRoute, type OpenedUrl } from './engine-route.js';

/** The options of a request of PlayCanvas that are used. */
export interface PlayCanvasRequestOptions {
  responseType?: string;
  cache?: boolean;
  query?: object;
}

/** Gets the error or the response. */
export type PlayCanvasCallback = (error: number | string | Error | null, response?: unknown) => void;

/** The part of `http` that is used: `import { http } from 'playcanvas'`. */
export interface PlayCanvasHttp {
  request(method: string, url: string, options: PlayCanvasRequestOptions, callback: PlayCanvasCallback): XMLHttpRequest;
}

type Request = PlayCanvasHttp['request'];

/**
 * Lets the assets of PlayCanvas load from what is mounted: textures, atlases, containers with everything that they refer to, audio, JSON,
 * text, materials, fonts. They all ask through `http`, whose requests for mounted resources are answered from there; progress, retries
 * and errors stay the engine's.
 *
 * Scripts, splats (`.ply`, `.sog`) and bundles ask the browser themselves: where a tier serves the page, give such assets the URL that
 * `runtime.urlOf(path)` says.
 *
 * @param content - A runtime.
 * @param http - PlayCanvas's `http`, one for all applications of the page.
 * @returns What ends it.
 * @example
 * connectPlayCanvas(runtime, http);
 * const ship = new Asset('ship', 'container', { url: 'models/ship.glb' }); // the resource /models/ship.glb
 */
export function connectPlayCanvas(
  content: EngineContent,
  http: PlayCanvasHttp,
  options: EngineOptions = {},
): () => void {
  const route = engineRoute(content, options);
  const before = http.request;
  const original: Request = (...request) => before.apply(http, request);
  const routed: Request = (method, url, ...rest) => {
    const path = method === 'GET' ? route.pathOf(url) : undefined;
    return path === undefined ? original(method, url, ...rest) : requestFrom(route, path, { original, rest });
  };
  http.request = routed;
  return () => {
    if (http.request === routed) http.request = before;
  };
}

interface Routed {
  readonly original: Request;
  readonly rest: [options: PlayCanvasRequestOptions | PlayCanvasCallback, callback?: PlayCanvasCallback];
}

/** The caller gets something to listen to at once: the request itself begins when the URL is there. */
function requestFrom(route: EngineRoute, path: string, { original, rest }: Routed): XMLHttpRequest {
  const [options, callback] = typeof rest[0] === 'function' ? [{}, rest[0]] : [rest[0], rest[1] ?? (() => {})];
  const progress = new EventTarget();
  const begin = ({ url, close }: OpenedUrl): void => {
    const given = { ...options, responseType: options.responseType ?? responseTypeOf(path), cache: true };
    delete given.query; // An object URL has none, and no answer depends on it.
    const request = original('GET', url, given, (error, response) => {
      close();
      callback(error, response);
    });
    for (const type of ['loadstart', 'progress', 'loadend']) {
      request.addEventListener(type, (event) =>
        progress.dispatchEvent(new ProgressEvent(type, event as ProgressEvent)),
      );
    }
  };
  route.open(path).then(begin, (error: Error) => callback(error));
  return progress as XMLHttpRequest;
}

/** What PlayCanvas guesses by the URL where the caller does not say; an object URL has no extension. */
function responseTypeOf(path: string): string {
  if (/\.(model|wav|ogg|mp3|mp4|m4a|aac|dds|basis|glb|opus)$/i.test(path)) return 'arraybuffer';
  if (/\.json$/i.test(path)) return 'json';
  return /\.xml$/i.test(path) ? 'document' : 'text';
}
