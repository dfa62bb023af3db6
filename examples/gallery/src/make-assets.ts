import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { baseIndex, PAINTINGS, pictureFiles, ROOMS, SOUNDS } from './rooms.js';
import { winterTheme } from './winter-theme.js';

// Makes everything the gallery shows and plays into `build/assets`, unless it stands there already.
const BUILD = join(import.meta.dirname, '../build');
const STAMP = join(BUILD, 'assets.sha256');

const recipe = hashSources(import.meta.dirname);
if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === recipe) {
  console.log('assets: as they were');
} else {
  const sizes = [...documents(), ...media()].map(([path, bytes]) => writeAsset(path, bytes));
  mkdirSync(join(BUILD, 'themes'), { recursive: true });
  writeFileSync(join(BUILD, 'themes/winter.zip'), winterTheme());
  writeFileSync(STAMP, recipe);
  console.log(`assets: ${sizes.length} files, ${sizes.reduce((sum, size) => sum + size, 0)} bytes`);
}

function* documents(): Generator<[string, Uint8Array]> {
  const encode = (value: object): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value, undefined, 2)}\n`);
  yield ['/index.json', encode(baseIndex())];
  for (const [path, room] of Object.entries(ROOMS)) yield [path, encode(room)];
}

function* media(): Generator<[string, Uint8Array]> {
  for (const [path, painting] of Object.entries(PAINTINGS)) yield* pictureFiles(path, painting);
  for (const [path, make] of Object.entries(SOUNDS)) yield [path, make()];
}

function writeAsset(path: string, bytes: Uint8Array): number {
  const file = join(BUILD, 'assets', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  return bytes.length;
}

function hashSources(folder: string): string {
  const hash = createHash('sha256');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  for (const name of names.toSorted()) hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest('hex');
}
