import type { EngineContent, EngineOptions } from './engine-content.js';
import { type EngineRoute, engineRoute, type OpenedUrl } from './engine-route.js';

/** The part of `Phaser.Loader.File` that is used. */
export interface PhaserFile {
  readonly type: string;
  readonly state: number;
  url: unknown;
  readonly xhrLoader: unknown;
  load(): void;
}

/** The part of a scene's loader (`this.load`) that is used. */
export interface PhaserLoader<File extends PhaserFile = PhaserFile> {
  readonly baseURL: string;
  on(event: string, listener: (...args: never[]) => void): unknown;
  off(event: string, listener: (...args: never[]) => void): unknown;
  nextFile(file: File, success: boolean): void;
}

/** `FILE_POPULATED` of Phaser: the game gave the data itself. */
const POPULATED = 19;

/** URLs that Phaser puts no base in front of (`GetURL`). */
const ABSOLUTE = /^(?:blob:|data:|capacitor:\/\/|file:\/\/|https?:\/\/|\/\/)/;

/**
 * Lets a scene of Phaser load from what is mounted: every file that is added to the loader and that a mount has comes from there, with all
 * its events, cache keys and file types; every other one loads as before. Call it first in `preload`: a scene that shuts down forgets it.
 *
 * Videos and `HTML5AudioFile` go on reading from their URL, so where no tier serves it is kept as long as the page.
 *
 * @param content - A runtime.
 * @param loader - `this.load` of the scene.
 * @returns What ends it.
 * @example
 * function preload() {
 *   connectPhaser(runtime, this.load);
 *   this.load.image('hero', 'pictures/hero.png'); // the resource /pictures/hero.png
 * }
 */
export function connectPhaser<File extends PhaserFile>(
  content: EngineContent,
  loader: PhaserLoader<File>,
  options: EngineOptions = {},
): () => void {
  const route = engineRoute(content, options);
  const opened = new Map<File, OpenedUrl>();
  const onAdded = (_key: string, _type: string, _loader: unknown, file: File): void => {
    loadFrom(route, loader, { file, opened });
  };
  const onLoaded = (file: File): void => {
    const url = opened.get(file);
    opened.delete(file);
    if (!readsOn(file)) url?.close();
  };
  loader.on('addfile', onAdded);
  loader.on('load', onLoaded);
  loader.on('loaderror', onLoaded);
  return () => {
    loader.off('addfile', onAdded);
    loader.off('load', onLoaded);
    loader.off('loaderror', onLoaded);
  };
}

interface Added<File> {
  readonly file: File;
  readonly opened: Map<File, OpenedUrl>;
}

/** Phaser calls `load` when the file's turn comes; by then the loader's base URL is the one that counts. */
function loadFrom<File extends PhaserFile>(
  route: EngineRoute,
  loader: PhaserLoader<File>,
  { file, opened }: Added<File>,
): void {
  const load = file.load.bind(file);
  file.load = () => {
    const { url, state } = file;
    const path = typeof url === 'string' && state !== POPULATED ? route.pathOf(urlOf(url, loader)) : undefined;
    if (path === undefined) return load();
    route.open(path).then(
      (source) => {
        opened.set(file, source);
        file.url = source.url;
        load();
      },
      () => loader.nextFile(file, false),
    );
  };
}

function urlOf(url: string, { baseURL }: { readonly baseURL: string }): string {
  return ABSOLUTE.test(url) ? url : baseURL + url;
}

/** Elements that play read from their URL for as long as they play; everything else has its bytes when it is loaded. */
function readsOn({ type, xhrLoader }: PhaserFile): boolean {
  return type === 'video' || (type === 'audio' && !xhrLoader);
}
