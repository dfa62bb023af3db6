import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderSize } from './file-tree.js';
import { type LadingCommand, runLading } from './run-lading.js';

/** Where the parts of a published gallery are. */
export interface GalleryFolders {
  /** The made pictures, sounds and rooms. */
  readonly assets: string;
  /** Built page (`@lading/web-runtime`). */
  readonly page: string;
  /** Where keys, release and site are kept. */
  readonly work: string;
}

/** One step that was taken. */
export interface Step {
  readonly step: string;
  readonly what: string;
  readonly bytes: number;
  readonly ms: number;
}

/** Keys of the gallery: kept between runs, never in git. */
export const keysFolder = ({ work }: GalleryFolders): string => join(work, 'keys');
/** What `split` writes. */
export const releaseFolder = ({ work }: GalleryFolders): string => join(work, 'release');
/** What is served: the page, and the published content below it. */
export const siteFolder = ({ work }: GalleryFolders): string => join(work, 'site');
/** What is published. */
export const contentFolder = (folders: GalleryFolders): string => join(siteFolder(folders), 'content');

/** Cuts, signs, publishes and verifies the gallery with the CLI, and lays the page beside the content. */
export async function publishGallery(lading: LadingCommand, folders: GalleryFolders): Promise<readonly Step[]> {
  const keys = keysFolder(folders);
  const release = releaseFolder(folders);
  const content = contentFolder(folders);
  mkdirSync(folders.work, { recursive: true });
  writeFileSync(join(folders.work, '.gitignore'), '*\n');
  rmSync(release, { recursive: true, force: true });
  return [
    await timed('keys', () => makeKeys(lading, keys)),
    await timed('split', () => splitGallery(lading, { assets: folders.assets, keys, out: release, version: '1.0.0' })),
    await timed('publish', () => publish(lading, release, content, keys)),
    await timed('verify', () => verify(lading, content, keys)),
    await timed('page', () => layPage(folders)),
  ];
}

/** Takes one step and measures it. */
export async function timed(step: string, take: () => Promise<Omit<Step, 'step' | 'ms'>>): Promise<Step> {
  const startedAt = performance.now();
  const { what, bytes } = await take();
  return { step, what, bytes, ms: performance.now() - startedAt };
}

async function makeKeys(lading: LadingCommand, keys: string): Promise<Omit<Step, 'step' | 'ms'>> {
  const isThere = existsSync(join(keys, 'root.1.json'));
  if (!isThere) await runLading(lading, 'keys', 'new', '--out', keys);
  return { what: isThere ? 'three keys, kept from an earlier run' : 'three new keys and the root they sign', bytes: 0 };
}

/** What is cut, and into what. */
export interface GallerySplit {
  readonly assets: string;
  readonly keys: string;
  readonly out: string;
  readonly version: string;
}

/** Cuts the gallery: a root for each room, pictures in two resolutions. */
export async function splitGallery(
  lading: LadingCommand,
  { assets, keys, out, version }: GallerySplit,
): Promise<Omit<Step, 'step' | 'ms'>> {
  await runLading(
    lading,
    ...['split', '--assets', assets, '--entry', '/index.json', '--root', '/rooms/*.json'],
    ...['--variant-marker', 'resolution.low=@low', '--variant-marker', 'resolution.high=@high'],
    ...['--project', 'gallery', '--release-version', version, '--key', keys, '--out', out],
  );
  const { files, bytes } = folderSize(join(out, 'archives'));
  const from = folderSize(assets);
  return {
    what: `${from.files} files into ${files} archives: for each room and each set of rooms that share, low and high`,
    bytes,
  };
}

async function publish(
  lading: LadingCommand,
  release: string,
  content: string,
  keys: string,
): Promise<Omit<Step, 'step' | 'ms'>> {
  const before = folderSize(content);
  await runLading(lading, 'publish', release, '--target', content, '--channel', 'stable', '--key', keys);
  const after = folderSize(content);
  return {
    what: `content first, channel last: ${after.files - before.files} new files`,
    bytes: after.bytes - before.bytes,
  };
}

async function verify(lading: LadingCommand, content: string, keys: string): Promise<Omit<Step, 'step' | 'ms'>> {
  await runLading(lading, 'verify', content, '--trust', keys);
  return { what: 'root, channel, release, archives, members', bytes: folderSize(content).bytes };
}

async function layPage(folders: GalleryFolders): Promise<Omit<Step, 'step' | 'ms'>> {
  const site = siteFolder(folders);
  cpSync(folders.page, site, { recursive: true });
  cpSync(join(folders.assets, 'index.json'), join(site, 'index.json'));
  cpSync(join(keysFolder(folders), 'root.1.json'), join(site, 'root.1.json'));
  mkdirSync(join(site, 'themes'), { recursive: true });
  cpSync(join(folders.assets, '../themes/winter.zip'), join(site, 'themes/winter.zip'));
  writePageConfig(folders);
  return { what: 'page, pinned root and index beside the content', bytes: folderSize(folders.page).bytes };
}

/** Writes what the page reads first; `playground` is where its buttons publish and roll back. */
export function writePageConfig(folders: GalleryFolders, playground?: string): void {
  const config = {
    channel: 'content/channels/stable.json',
    root: 'root.1.json',
    index: 'index.json',
    themes: [{ name: 'winter', title: 'Winter', archive: 'themes/winter.zip' }],
    ...(playground === undefined ? {} : { playground }),
  };
  writeFileSync(join(siteFolder(folders), 'lading.json'), `${JSON.stringify(config, undefined, 2)}\n`);
}
