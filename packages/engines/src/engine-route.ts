import { resourcePathOf } from '@lading/manifest/client';
import type { EngineContent, EngineOptions } from './engine-content.js';

/** A URL that an engine loads a resource from. */
export interface OpenedUrl {
  readonly url: string;
  /** Says that the engine has what it wanted. */
  close(): void;
}

/** The way from the URLs of a game to the resources of its mounts: what all adapters share, and yours can use. */
export interface EngineRoute {
  /** The resource that a URL means. `undefined` where no mount has it: the engine then loads as it always did. */
  pathOf(url: string): string | undefined;
  /** The URL at which a tier answers for a resource; `undefined` where none serves the page. */
  servedUrl(path: string): string | undefined;
  /** A URL that can be fetched until it is closed. Errors are reported, and thrown. */
  open(path: string): Promise<OpenedUrl>;
  /** The verified bytes. Errors are reported, and thrown. */
  read(path: string): Promise<Uint8Array<ArrayBuffer>>;
  /** The verified bytes as an answer, with their media type. Errors are reported, and thrown. */
  response(path: string): Promise<Response>;
  /** Tells `onError`. */
  report(error: unknown, path: string): void;
}

/**
 * Makes the way from the URLs of a game to what is mounted.
 *
 * @example
 * const route = engineRoute(runtime, { prefix: 'assets/' });
 * route.pathOf('assets/pictures/hero.png'); // → '/pictures/hero.png', where a mount has it
 */
export function engineRoute(content: EngineContent, options: EngineOptions = {}): EngineRoute {
  const prefix = new URL(options.prefix ?? './', document.baseURI).href;
  const report = options.onError ?? ((error: unknown): void => reportError(error));
  const servedUrl = (path: string): string | undefined => {
    const url = isServed(content) ? content.urlOf?.(path) : undefined;
    return url === undefined ? undefined : new URL(url, document.baseURI).href;
  };
  const reported = async <T>(path: string, work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      report(error, path);
      throw error;
    }
  };
  return {
    pathOf(url) {
      const path = resourcePathOf(url, { prefix, page: document.baseURI });
      return path !== undefined && content.resolve(path).state !== 'missing' ? path : undefined;
    },
    async open(path) {
      const served = servedUrl(path);
      if (served !== undefined) return { url: served, close: () => {} };
      const url = await reported(path, content.url(path));
      return { url, close: () => URL.revokeObjectURL(url) };
    },
    read: (path) => reported(path, content.read(path)),
    response: (path) => reported(path, content.response(path)),
    servedUrl,
    report,
  };
}

function isServed({ serving }: EngineContent): boolean {
  return serving !== undefined && serving.tier !== 'explicit';
}
