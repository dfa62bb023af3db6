import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { ZipMember } from '@lading/fixtures';
import { blocksPng, type Colour } from './blocks-png.js';
import { quadModel } from './quad-model.js';

/** What the pages draw, from left to right, in three squares of 64 pixels. */
export const DRAWN: readonly Colour[] = [
  [220, 40, 40],
  [40, 200, 80],
  [40, 90, 220],
];

const [RED, GREEN, BLUE] = DRAWN as readonly [Colour, Colour, Colour];

const require = createRequire(import.meta.url);
const FONT = require.resolve('@fontsource/press-start-2p/files/press-start-2p-latin-400-normal.woff2');

/** The bytes of the first picture. */
export const HERO: Uint8Array = blocksPng(64, [RED]);

/** What the archive of the level holds. */
export function levelMembers(): ZipMember[] {
  return [
    { name: 'levels/1.json', bytes: json({ title: 'The harbour' }) },
    { name: 'pictures/hero.png', bytes: HERO },
    ...quadModel(),
    { name: 'fonts/press-start.woff2', bytes: readFileSync(FONT) },
    { name: 'sounds/beep.wav', bytes: halfSecondWav(), deflate: true },
  ];
}

/** What the archive that levels share holds. */
export function sharedMembers(): ZipMember[] {
  return [
    { name: 'pictures/tiles.png', bytes: blocksPng(64, [GREEN, BLUE]) },
    { name: 'models/skin.png', bytes: blocksPng(64, [RED, BLUE]) },
    { name: 'pictures/tiles.json', bytes: json(atlas()) },
  ];
}

/** The atlas format (hash) that TexturePacker writes, and that Phaser and PixiJS both read. */
function atlas(): object {
  const frame = (x: number): object => ({
    frame: { x, y: 0, w: 64, h: 64 },
    rotated: false,
    trimmed: false,
    spriteSourceSize: { x: 0, y: 0, w: 64, h: 64 },
    sourceSize: { w: 64, h: 64 },
  });
  return {
    frames: { left: frame(0), right: frame(64) },
    meta: { image: 'tiles.png', format: 'RGBA8888', size: { w: 128, h: 64 }, scale: '1' },
  };
}

function halfSecondWav(): Uint8Array {
  const samples = 4_000;
  const bytes = Buffer.alloc(44 + samples, 128);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(36 + samples, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.set([16, 0, 0, 0, 1, 0, 1, 0], 16); // PCM, one channel
  bytes.writeUInt32LE(8_000, 24); // samples a second
  bytes.writeUInt32LE(8_000, 28); // bytes a second
  bytes.set([1, 0, 8, 0], 32);
  bytes.write('data', 36);
  bytes.writeUInt32LE(samples, 40);
  return bytes;
}

function json(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
