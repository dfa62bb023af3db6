import { cells, clouds, hash2, noise, smooth } from '../noise.js';
import { blend, type Colour, colour, glow, gradient, type Painting } from '../picture.js';

const DUSK = ['#12173a', '#3b2a5e', '#a3476a', '#f08a5d', '#ffd39a'].map(colour);
const SEA = ['#27335c', '#152346', '#0a1330'].map(colour);
const INK = colour('#0b0d1c');
const LAMP = colour('#ffd27a');

/** A sun going down behind cranes, mirrored in the water. */
export const quayAtDusk: Painting = (x, y, aspect) => {
  const horizon = 0.62;
  const ripple = y > horizon ? (noise(x * 14, (y - horizon) * 190, 4) - 0.5) * (0.02 + (y - horizon) * 0.16) : 0;
  const height = y > horizon ? 2 * horizon - y : y;
  const sky = duskSky(x + ripple, height, aspect, horizon);
  const seen = blend(sky, INK, silhouette(x + ripple * 2, height, horizon));
  return y > horizon
    ? blend(blend(seen, gradient(SEA, (y - horizon) * 2.4), 0.42), LAMP, lampTrail(x, y, horizon))
    : seen;
};

function duskSky(x: number, y: number, aspect: number, horizon: number): Colour {
  const cloud = smooth(0.45, 0.8, clouds(x * 2.2, y * 9, 5, 2));
  const base = blend(gradient(DUSK, y / horizon), colour('#6b3560'), cloud * 0.5 * (y / horizon));
  const distance = Math.hypot(x - aspect * 0.64, y - horizon + 0.11);
  return glow(
    blend(base, colour('#fff1cf'), smooth(0.1, 0.096, distance)),
    colour('#ff9a4d'),
    0.1 / (0.25 + distance * 4),
  );
}

function silhouette(x: number, y: number, horizon: number): number {
  const roofs = horizon - 0.035 - 0.05 * hash2(Math.floor(x * 18), 5) - (hash2(Math.floor(x * 7), 6) > 0.7 ? 0.05 : 0);
  const cranes = [0.22, 0.47, 1.22].some((foot, index) => isCrane(x - foot, horizon - y, 0.25 + index * 0.035));
  return y > roofs || cranes ? 1 : 0;
}

function isCrane(x: number, height: number, top: number): boolean {
  if (height < 0) return false;
  const isMast = Math.abs(x) < 0.006 && height < top;
  const isArm = Math.abs(height - top + 0.02 + x * 0.12) < 0.005 && x > -0.07 && x < 0.19;
  const isStay = Math.abs(height - top - 0.03 + Math.abs(x) * 0.34) < 0.0025 && x > -0.07 && x < 0.17;
  const isRope = Math.abs(x - 0.14) < 0.0014 && height > top - 0.12 && height < top - 0.02;
  return isMast || isArm || isStay || isRope;
}

function lampTrail(x: number, y: number, horizon: number): number {
  const column = Math.floor(x * 9);
  const middle = (column + 0.3 + 0.4 * hash2(column, 8)) / 9;
  const wobble = (noise(x * 3, y * 80, 12) - 0.5) * 0.02;
  return (
    smooth(0.012, 0, Math.abs(x - middle + wobble)) * smooth(0.34, 0, y - horizon) * 0.55 * noise(column, y * 60, 15)
  );
}

/** A lighthouse, its beam in the haze of the night. */
export const lighthouse: Painting = (x, y, aspect) => {
  const lamp = { x: aspect * 0.3, y: 0.27 };
  const night = gradient(['#060a1e', '#101b42', '#23366b', '#41558c'].map(colour), y * 1.15);
  const angle = Math.atan2(y - lamp.y, x - lamp.x);
  const distance = Math.hypot(x - lamp.x, y - lamp.y);
  const beams = smooth(0.16, 0, Math.abs(angle - 0.1)) + smooth(0.13, 0, Math.abs(Math.abs(angle + 0.1) - Math.PI));
  const haze = 0.35 + 0.65 * clouds(x * 3, y * 5, 4, 31);
  const lit = glow(
    glow(night, LAMP, (beams * haze * 0.75) / (1 + distance * 1.4)),
    LAMP,
    0.012 / (distance * distance + 0.012),
  );
  const starry = glow(lit, [1, 1, 1], star(x, y) * (1 - y));
  return blend(starry, INK, Math.max(tower(x - lamp.x, y, lamp.y), y > cliff(x) ? 1 : 0));
};

function star(x: number, y: number): number {
  const { first, id } = cells(x * 26, y * 26, 41);
  return id > 0.55 ? smooth(0.07 * id, 0, first) : 0;
}

function tower(x: number, y: number, top: number): number {
  const width = 0.022 + (y - top) * 0.035;
  const isShaft = y > top + 0.03 && Math.abs(x) < width;
  const isLantern = Math.abs(x) < 0.018 && y > top - 0.035 && y < top + 0.04 && (Math.abs(x) > 0.015 || y < top - 0.02);
  const isGallery = Math.abs(x) < 0.034 && Math.abs(y - top - 0.034) < 0.006;
  return isShaft || isLantern || isGallery ? 1 : 0;
}

function cliff(x: number): number {
  return 0.7 + 0.19 * smooth(0.2, 1.1, x) + (clouds(x * 4, 1, 5, 51) - 0.5) * 0.16;
}

const PAINTS = ['#c8553d', '#2d728f', '#e0a458', '#3f7d5a', '#8d5a97', '#d9d3c4', '#35486b'].map(colour);

/** A wall of containers in the evening sun. */
export const containers: Painting = (x, y) => {
  const row = Math.floor(y * 6);
  const shift = hash2(row, 2, 61) * 0.4;
  const column = Math.floor((x + shift) * 2.6);
  const across = (x + shift) * 2.6 - column;
  const up = y * 6 - row;
  const paint = PAINTS[Math.floor(hash2(column, row, 62) * PAINTS.length)] ?? INK;
  const ribs = 0.82 + 0.18 * Math.sin(across * Math.PI * 34);
  const rust = smooth(0.52, 0.78, clouds(x * 7, y * 10, 5, 63)) * 0.55;
  const edge = smooth(0, 0.02, Math.min(across, 1 - across)) * smooth(0, 0.05, Math.min(up, 1 - up));
  const light = (0.5 + 0.62 * (1 - y)) * (0.75 + 0.35 * x * 0.6);
  const worn = blend(paint, colour('#5a2d1b'), rust);
  const shaded: Colour = [worn[0] * ribs * light * 1.15, worn[1] * ribs * light, worn[2] * ribs * light * 0.9];
  return blend(INK, shaded, edge);
};

/** A sea chart: depths in bands, soundings as lines, a compass rose. */
export const seaChart: Painting = (x, y, aspect) => {
  const depth = clouds(x * 2.1 + 3, y * 2.1, 6, 71);
  const isLand = depth > 0.56;
  const paper = isLand
    ? blend(colour('#e9d8a6'), colour('#cbb37a'), smooth(0.56, 0.8, depth))
    : gradient(['#0f5a78', '#2f8fa6', '#8fcbd0', '#d6ecea'].map(colour), smooth(0.22, 0.56, depth));
  const band = Math.abs(((depth * 26) % 1) - 0.5);
  const line = smooth(0.06, 0, 0.5 - band) * (isLand ? 0.35 : 0.25);
  const angle = Math.atan2(y - 0.72, x - aspect * 0.78);
  const distance = Math.hypot(y - 0.72, x - aspect * 0.78);
  const rhumb = smooth(0.004, 0, Math.abs(Math.sin(angle * 8)) * distance * 0.14) * 0.28;
  const petal = distance < 0.15 * Math.abs(Math.cos(angle * 4)) ** 3 + 0.012 ? 0.85 : 0;
  const ring = smooth(0.003, 0, Math.abs(distance - 0.165));
  return blend(blend(paper, colour('#1d3a4a'), line + rhumb), colour('#7a2e2e'), Math.max(petal, ring * 0.8));
};
