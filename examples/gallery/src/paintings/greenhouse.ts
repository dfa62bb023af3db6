import { cells, clouds, mix, noise, smooth } from '../noise.js';
import { blend, type Colour, colour, glow, gradient, type Painting } from '../picture.js';
import { createRandom } from '../random.js';

const LEAF = ['#0c2b1c', '#1c5a35', '#4f9a4a', '#a9d66b', '#eef7b2'].map(colour);

/** A fern, grown by Barnsley's four maps. */
export function fern(): Painting {
  const width = 480;
  const height = 320;
  const light = growFern(width, height);
  return (x, y) => {
    const density = light[Math.floor(y * height) * width + Math.floor(x * height)] ?? 0;
    const backdrop = blend(colour('#07170f'), colour('#1d3a26'), clouds(x * 3, y * 3, 5, 201) * (1.2 - y));
    return blend(backdrop, gradient(LEAF.slice(1), Math.log1p(density) / 4.2 + 0.12), Math.min(1, density * 0.6));
  };
}

function growFern(width: number, height: number): Uint32Array {
  const random = createRandom(202);
  const light = new Uint32Array(width * height);
  let [x, y] = [0, 0];
  for (let step = 0; step < 1_600_000; step++) {
    const choice = random();
    if (choice < 0.01) [x, y] = [0, 0.16 * y];
    else if (choice < 0.86) [x, y] = [0.85 * x + 0.04 * y, -0.04 * x + 0.85 * y + 1.6];
    else if (choice < 0.93) [x, y] = [0.2 * x - 0.26 * y, 0.23 * x + 0.22 * y + 1.6];
    else [x, y] = [-0.15 * x + 0.28 * y, 0.26 * x + 0.24 * y + 0.44];
    const column = Math.floor(30 + y * 42);
    const row = Math.floor(height * 0.54 + x * 42);
    const at = row * width + column;
    if (row >= 0 && row < height && column < width) light[at] = (light[at] ?? 0) + 1;
  }
  return light;
}

/** One leaf against the sun, its veins branching down to the cells. */
export const leafVeins: Painting = (x, y, aspect) => {
  const across = (y - 0.5) * 1.35;
  const along = x / aspect;
  const midrib = Math.abs(across + Math.sin(along * 3) * 0.03);
  const side = Math.abs(((along * 9 - Math.sign(across) * 0.25 - midrib * 3.2 + 20) % 1) - 0.5);
  const large = smooth(0.014, 0.003, midrib) + smooth(0.055, 0.01, side) * 0.85 * smooth(0.75, 0.1, midrib);
  const { first, second } = cells(x * 22, y * 22, 211);
  const small = smooth(0.14, 0, second - first) * 0.42;
  const sun = 0.38 + 0.5 * clouds(x * 1.4, y * 1.4, 4, 212) + 0.22 * (1 - midrib);
  return blend(gradient(LEAF, sun), colour('#f4fbc8'), Math.min(0.92, large * 0.8 + small));
};

/** A flower head: seeds at the golden angle. */
export const flowerHead: Painting = (x, y, aspect) => {
  const dx = x - aspect / 2;
  const dy = y - 0.5;
  const distance = Math.hypot(dx, dy);
  const angle = Math.atan2(dy, dx);
  const petals =
    0.4 + 0.075 * Math.cos(angle * 21 + Math.sin(angle * 4) * 0.8) + (noise(angle * 7, 2, 221) - 0.5) * 0.05;
  const behind = blend(colour('#0e2a2a'), colour('#2f6b52'), clouds(x * 3, y * 3, 5, 222) * 0.8);
  if (distance > petals) return blend(behind, [0, 0, 0], smooth(petals + 0.12, petals, distance) * 0.4);
  const petal = gradient(['#8c1c13', '#e2711d', '#ffb627', '#ffe08a'].map(colour), (distance - 0.16) * 3.4);
  const fold = 0.78 + 0.22 * Math.cos(angle * 42 + Math.sin(angle * 4) * 1.6);
  const shaded: Colour = [petal[0] * fold, petal[1] * fold, petal[2] * fold];
  return distance > 0.215 ? shaded : blend(shaded, seeds(dx, dy), smooth(0.215, 0.2, distance));
};

function seeds(dx: number, dy: number): Colour {
  let nearest = 9;
  let index = 0;
  const about = Math.floor((Math.hypot(dx, dy) / 0.0088) ** 2);
  for (let seed = Math.max(0, about - 60); seed < about + 60; seed++) {
    const radius = 0.0088 * Math.sqrt(seed);
    const distance = Math.hypot(dx - radius * Math.cos(seed * 2.399963), dy - radius * Math.sin(seed * 2.399963));
    if (distance < nearest) [nearest, index] = [distance, seed];
  }
  const tint = gradient(['#d8c06a', '#9c6b26', '#4a2a14', '#24120a'].map(colour), index / 600);
  return blend(tint, colour('#120a06'), smooth(0.003, 0.0085, nearest));
}

/** The glass roof from below: panes, leaves pressed to them, light behind. */
export const glassRoof: Painting = (x, y, aspect) => {
  const dx = x - aspect / 2;
  const depth = 0.25 + Math.abs(dx) * 1.15;
  const rise = (y - 0.12) / depth;
  const bars = Math.min(
    Math.abs(((Math.abs(dx) * 9) % 1) - 0.5) * 0.22,
    Math.abs(((rise * 5 + 20) % 1) - 0.5) * depth * 0.4,
    Math.abs(dx) * 1.4,
  );
  const sky = gradient(['#fdf6d8', '#c9ecdf', '#7cc6c3', '#2f7f8c'].map(colour), Math.hypot(dx, y - 0.1) * 1.05);
  const mist = clouds(x * 5, y * 5, 5, 231);
  const foliage = smooth(0.5, 0.62, clouds(x * 4.5, y * 4.5, 5, 232) + (y - 0.55) * 0.5);
  const { first } = cells(x * 40, y * 40, 233);
  const drops = smooth(0.2, 0.1, first) * 0.16 * mist;
  const pane = glow(blend(sky, gradient(LEAF, mist * 0.9), foliage * 0.86), [1, 1, 1], drops + mist * 0.06);
  return blend(colour('#16302c'), pane, smooth(0.006, 0.013, bars));
};

/** Light on the bottom of a basin. Two rooms show it. */
export const caustics: Painting = (x, y) => {
  const bend = clouds(x * 2.5, y * 2.5, 4, 241) * 1.3;
  const { first, second } = cells(x * 6 + bend, y * 6 - bend, 242);
  const finer = cells(x * 11 - bend, y * 11 + bend, 243);
  const light = smooth(0.22, 0, second - first) * 0.75 + smooth(0.2, 0, finer.second - finer.first) * 0.35;
  const water = gradient(
    ['#06364f', '#0b6a80', '#35a7a8'].map(colour),
    mix(0.1, 0.85, clouds(x * 1.5, y * 1.5, 4, 244)),
  );
  return glow(water, colour('#d7fff1'), light * 0.62);
};
