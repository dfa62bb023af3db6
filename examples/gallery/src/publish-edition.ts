import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blend, type Colour, type Painting } from './picture.js';
import { contentFolder, type GalleryFolders, keysFolder, splitGallery } from './publish-gallery.js';
import { PAINTINGS, pictureFiles } from './rooms.js';
import { type LadingCommand, runLading } from './run-lading.js';

const LIGHTS: readonly (readonly [name: string, colour: Colour])[] = [
  ['red', [0.9, 0.2, 0.15]],
  ['green', [0.15, 0.75, 0.35]],
  ['violet', [0.55, 0.25, 0.9]],
];
const ROOM = '/rooms/harbour.json';
const PICTURE = '/pictures/lighthouse.png';

/** Publishes a release in which one picture and one text of the harbour are others: what players download is that, and no more. */
export async function publishEdition(lading: LadingCommand, folders: GalleryFolders): Promise<string> {
  const number = readdirSync(join(contentFolder(folders), 'releases')).length;
  const version = `1.${number}.0`;
  const assets = join(folders.work, 'edition/assets');
  const out = join(folders.work, 'edition/release');
  const keys = keysFolder(folders);
  rmSync(join(folders.work, 'edition'), { recursive: true, force: true });
  cpSync(folders.assets, assets, { recursive: true });
  const [name, colour] = LIGHTS[number % LIGHTS.length] ?? ['white', [1, 1, 1]];
  const room = JSON.parse(readFileSync(join(assets, ROOM), 'utf8'));
  writeFileSync(
    join(assets, ROOM),
    `${JSON.stringify({ ...room, text: `Tonight the light is ${name}.` }, undefined, 2)}\n`,
  );
  for (const [path, bytes] of pictureFiles(PICTURE, inLight(PAINTINGS[PICTURE], colour)))
    writeFileSync(join(assets, path), bytes);
  await splitGallery(lading, { assets, keys, out, version });
  await runLading(lading, 'publish', out, '--target', contentFolder(folders), '--channel', 'stable', '--key', keys);
  return version;
}

/** Points the channel at the release before, under a higher sequence. */
export async function rollBack(lading: LadingCommand, folders: GalleryFolders): Promise<void> {
  await runLading(
    lading,
    ...['rollback', '--target', contentFolder(folders), '--channel', 'stable', '--key', keysFolder(folders)],
  );
}

function inLight(painting: Painting | undefined, light: Colour): Painting {
  return (x, y, aspect) => {
    const colour = painting?.(x, y, aspect) ?? [0, 0, 0];
    return blend(colour, [colour[0] * light[0] * 2, colour[1] * light[1] * 2, colour[2] * light[2] * 2], 0.6);
  };
}
