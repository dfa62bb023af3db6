import type { EngineContent, EngineOptions } from './engine-content.js';
import { type EngineRoute, engineRoute, type OpenedUrl } from './engine-route.js';

/** The part of an asset that parsers get. */
export interface PixiAsset {
  readonly data?: object | undefined;
}

/** The part of a `LoaderParser` that is used. */
export interface PixiParser {
  id?: string;
  config?: object;
  test?(url: string, asset?: never, loader?: never): boolean;
  load?(url: string, asset?: never, loader?: never): Promise<unknown>;
  unload?(loaded: unknown, asset?: never, loader?: never): Promise<void> | void;
}

/** What PixiJS fetches with. */
export interface PixiAdapter {
  fetch(url: RequestInfo, options?: RequestInit): Promise<Response>;
}

/** The part of PixiJS that is used: `import { Assets, DOMAdapter, extensions } from 'pixi.js'`. */
export interface PixiParts<Adapter extends PixiAdapter = PixiAdapter> {
  readonly Assets: { readonly loader: { readonly parsers: PixiParser[] } };
  readonly DOMAdapter: { get(): Adapter; set(adapter: Adapter): void };
  readonly extensions: { add(extension: object): unknown; remove(extension: object): unknown };
}

/**
 * Lets the assets of PixiJS 8 load from what is mounted. What PixiJS fetches (textures, atlases, JSON, text, SVG, bitmap fonts) is answered
 * by its environment, the `DOMAdapter`; web fonts, video and what parsers of others load by a URL of their own get one that can be fetched.
 * Textures are decoded by the page, not by PixiJS's workers, which would ask the network themselves.
 *
 * Call it before the first `Assets.load`.
 *
 * @param content - A runtime.
 * @returns What ends it.
 * @example
 * connectPixi(runtime, { Assets, DOMAdapter, extensions });
 * const hero = await Assets.load('pictures/hero.png'); // the resource /pictures/hero.png
 */
export function connectPixi<Adapter extends PixiAdapter>(
  content: EngineContent,
  { Assets, DOMAdapter, extensions }: PixiParts<Adapter>,
  options: EngineOptions = {},
): () => void {
  const route = engineRoute(content, options);
  const before = DOMAdapter.get();
  const adapter = { ...before, fetch: answering(route, before) };
  DOMAdapter.set(adapter);
  const restoreWorkers = decodeInPage(Assets.loader.parsers);
  const parser = urlParser(route, Assets.loader.parsers);
  extensions.add(parser);
  return () => {
    extensions.remove(parser);
    restoreWorkers();
    if (DOMAdapter.get() === adapter) DOMAdapter.set(before);
  };
}

function answering(route: EngineRoute, before: PixiAdapter): PixiAdapter['fetch'] {
  return async (request, init) => {
    const path = typeof request === 'string' ? route.pathOf(request) : undefined;
    return path === undefined ? before.fetch(request, init) : route.response(path);
  };
}

function decodeInPage(parsers: readonly PixiParser[]): () => void {
  const configs = parsers.map(({ config }) => config).filter((config) => config !== undefined);
  const changed = configs.filter((config) => 'preferWorkers' in config && config.preferWorkers === true);
  for (const config of changed) Object.assign(config, { preferWorkers: false });
  return () => changed.forEach((config) => void Object.assign(config, { preferWorkers: true }));
}

/** Parsers that ask the `DOMAdapter`, so that their URL may stay what it is. */
const FETCHING: ReadonlySet<string | undefined> = new Set(['texture', 'svg', 'json', 'text', 'bitmap-font']);

/** Before all parsers of PixiJS, whose highest priority is 2. */
const FIRST = 1_000;

/** A parser that stands before those that load by a URL of their own, and gives them one that can be fetched. */
function urlParser(route: EngineRoute, parsers: readonly PixiParser[]): PixiParser & { readonly extension: object } {
  const loads = new WeakMap<object, { readonly by: PixiParser; readonly from: OpenedUrl }>();
  const nextFor = (url: string, asset: never, loader: never): PixiParser | undefined =>
    parsers.find((other) => other !== parser && other.load !== undefined && other.test?.(url, asset, loader));
  const parser = {
    extension: { type: 'load-parser', priority: FIRST, name: 'lading' },
    id: 'lading',
    test(url: string, asset: never, loader: never): boolean {
      if (route.pathOf(url) === undefined) return false;
      const next = nextFor(url, asset, loader);
      return next !== undefined && !isFetching(next);
    },
    async load(url: string, asset: never, loader: never): Promise<unknown> {
      const path = route.pathOf(url);
      const by = nextFor(url, asset, loader);
      if (path === undefined || by?.load === undefined) throw new Error(`unreachable: ${url} is not mounted any more`);
      const from = await route.open(path);
      const loaded = await by.load(from.url, named(asset, path) as never, loader);
      if (typeof loaded === 'object' && loaded !== null) loads.set(loaded, { by, from });
      return loaded;
    },
    // What plays goes on reading, and HTML text embeds its fonts later: URLs are kept until PixiJS unloads what came from them.
    async unload(loaded: object, asset: never, loader: never): Promise<void> {
      const load = loads.get(loaded);
      await load?.by.unload?.(loaded, asset, loader);
      load?.from.close();
    },
  };
  return parser;
}

function isFetching({ id, config }: PixiParser): boolean {
  const byElement = config !== undefined && 'preferCreateImageBitmap' in config && !config.preferCreateImageBitmap;
  return FETCHING.has(id) && !byElement;
}

/** A web font is called as its file, unless the game says otherwise; an object URL has no such name. */
function named(asset: PixiAsset, path: string): PixiAsset {
  const file = path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
  const words = file.split(/[-_ ]/).map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase());
  const isPlain = words.every((word) => /^(--|-?[A-Z_])[0-9A-Z_-]*$/i.test(word));
  const family = isPlain ? words.join(' ') : JSON.stringify(words.join(' '));
  return { ...asset, data: { family, ...asset.data } };
}
