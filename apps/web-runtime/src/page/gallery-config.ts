/** A room as the page knows it before anything of it is there. */
export interface RoomDoor {
  readonly path: string;
  readonly title: string;
  readonly text: string;
}

/** What the page ships with: where the channel is, whom to trust, which rooms there are. */
export interface GalleryConfig {
  /** Absolute URL of the channel document. */
  readonly channel: string;
  /** Bytes of the signed root that came with the page. */
  readonly pinnedRoot: Uint8Array<ArrayBuffer>;
  readonly title: string;
  readonly rooms: readonly RoomDoor[];
  /** Zips that can be mounted above the rooms. */
  readonly themes: readonly ThemeFile[];
  /** Where the buttons that publish and roll back post to, ending with `/`. Default: there are none. */
  readonly playground: string | undefined;
}

/** A zip of other content at the same paths. */
export interface ThemeFile {
  /** Name of its mount. */
  readonly name: string;
  readonly title: string;
  /** Absolute URL. */
  readonly archive: string;
}

interface ConfigFile {
  readonly channel: string;
  readonly root: string;
  readonly index: string;
  readonly themes: readonly ThemeFile[];
  readonly playground: string | undefined;
}

interface IndexFile {
  readonly title: string;
  readonly rooms: readonly RoomDoor[];
}

/** Reads `lading.json` and what it names, all of it from beside the page. */
export async function loadGalleryConfig(base: string): Promise<GalleryConfig> {
  const config = checkConfig(await fetchJson(new URL('lading.json', base)));
  const [root, index] = await Promise.all([
    fetchBytes(new URL(config.root, base)),
    fetchJson(new URL(config.index, base)).then(checkIndex),
  ]);
  const themes = config.themes.map((theme) => ({ ...theme, archive: new URL(theme.archive, base).href }));
  const { playground } = config;
  return { channel: new URL(config.channel, base).href, pinnedRoot: root, ...index, themes, playground };
}

async function fetchBytes(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url, { cache: 'no-cache' });
  if (!response.ok) throw new Error(`${url.pathname}: the server answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

async function fetchJson(url: URL): Promise<unknown> {
  return JSON.parse(new TextDecoder().decode(await fetchBytes(url)));
}

function checkConfig(value: unknown): ConfigFile {
  const { channel, root, index, themes = [], playground } = asRecord(value);
  if (typeof channel !== 'string' || typeof root !== 'string' || typeof index !== 'string') {
    throw new Error('lading.json must name channel, root and index');
  }
  if (!Array.isArray(themes)) throw new Error('The themes of lading.json must be a list');
  return {
    channel,
    root,
    index,
    themes: themes.map(checkTheme),
    playground: typeof playground === 'string' ? playground : undefined,
  };
}

function checkTheme(value: unknown): ThemeFile {
  const { name, title, archive } = asRecord(value);
  if (typeof name === 'string' && typeof title === 'string' && typeof archive === 'string')
    return { name, title, archive };
  throw new Error('Each theme of lading.json must have name, title and archive');
}

function checkIndex(value: unknown): IndexFile {
  const { title, rooms } = asRecord(value);
  if (typeof title !== 'string' || !Array.isArray(rooms)) throw new Error('The index must have a title and rooms');
  return { title, rooms: rooms.map(checkDoor) };
}

function checkDoor(value: unknown): RoomDoor {
  const { path, title, text } = asRecord(value);
  if (typeof path === 'string' && typeof title === 'string' && typeof text === 'string') return { path, title, text };
  throw new Error('Each room of the index must have path, title and text');
}

/** A JSON object, or one without members where the value is something else. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
