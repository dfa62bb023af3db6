import { zipSync } from 'fflate';
import { hash2 } from './noise.js';
import { blend, type Colour, type Painting, paintPng } from './picture.js';
import { PAINTINGS, PICTURE_SIZES } from './rooms.js';

const WINTER_PICTURES = [
  '/pictures/quay-at-dusk.png',
  '/pictures/lighthouse.png',
  '/pictures/fern.png',
  '/pictures/aurora.png',
];

/** A seasonal theme: an ordinary zip with other pictures at the same paths, to be mounted above the rooms' archives. */
export function winterTheme(): Uint8Array {
  const [width, height] = PICTURE_SIZES.high;
  const files: Record<string, Uint8Array> = {};
  for (const path of WINTER_PICTURES) {
    const painting = PAINTINGS[path];
    if (painting !== undefined) files[path.slice(1)] = paintPng(width, height, inWinter(painting));
  }
  return zipSync(files, { level: 0, mtime: new Date(2026, 0, 1) }); // PNGs are packed already.
}

/** The same picture in cold light, with snow in front of it. */
function inWinter(painting: Painting): Painting {
  return (x, y, aspect) => {
    const [red, green, blue] = painting(x, y, aspect);
    const grey = 0.3 * red + 0.59 * green + 0.11 * blue;
    const cold: Colour = [0.12 + grey * 0.78, 0.16 + grey * 0.86, 0.24 + grey * 0.96];
    return blend(blend([red, green, blue], cold, 0.7), [1, 1, 1], snow(x, y, 14) + snow(x, y, 26) * 0.8);
  };
}

/** How much of a flake covers a point: one flake in most cells of a grid of `cells` a unit. */
function snow(x: number, y: number, cells: number): number {
  const column = Math.floor(x * cells);
  const row = Math.floor(y * cells);
  if (hash2(column, row, cells) < 0.2) return 0;
  const dx = x * cells - column - 0.25 - hash2(column, row, cells + 1) / 2;
  const dy = y * cells - row - 0.25 - hash2(column, row, cells + 2) / 2;
  const radius = 0.08 + hash2(column, row, cells + 3) / 10;
  return Math.max(0, 1 - (dx * dx + dy * dy) / (radius * radius));
}
