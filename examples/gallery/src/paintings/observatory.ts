import { cells, clouds, hash2, mix, smooth } from '../noise.js';
import { blend, type Colour, colour, glow, gradient, type Painting } from '../picture.js';

const SPACE = colour('#05060f');

function stars(x: number, y: number, density: number, seed: number): number {
  const { first, id } = cells(x * density, y * density, seed);
  return id > 0.4 ? smooth(0.09 * id * id, 0, first) * id : 0;
}

/** Gas lit from inside, in three colours, behind stars. */
export const nebula: Painting = (x, y) => {
  const bendX = clouds(x * 1.7, y * 1.7, 5, 101) - 0.5;
  const bendY = clouds(x * 1.7 + 9, y * 1.7, 5, 102) - 0.5;
  const gas = clouds(x * 2 + bendX * 2.4, y * 2 + bendY * 2.4, 6, 103);
  const core = smooth(0.9, 0, Math.hypot(x - 0.8, y - 0.5));
  const lit = gradient(
    ['#05060f', '#1a1446', '#5b2a86', '#d1495b', '#ffb56b', '#fff3d6'].map(colour),
    (gas - 0.28) * 1.25 + core * 0.3 - 0.08,
  );
  const dust = smooth(0.5, 0.72, clouds(x * 3 - bendY * 3, y * 3 + bendX, 5, 104));
  const light = stars(x, y, 30, 105) + stars(x, y, 11, 106) * 1.5;
  return glow(blend(lit, SPACE, dust * 0.72), [0.9, 0.95, 1], light);
};

/** A banded planet with its rings, half in shadow. */
export const ringedPlanet: Painting = (x, y, aspect) => {
  const turn = -0.35;
  const dx = x - aspect / 2;
  const dy = y - 0.52;
  const alongX = dx * Math.cos(turn) - dy * Math.sin(turn);
  const alongY = dx * Math.sin(turn) + dy * Math.cos(turn);
  const sky = glow(SPACE, [0.85, 0.9, 1], stars(x, y, 24, 111) + clouds(x, y, 4, 112) * 0.06);
  const isFront = alongY > 0;
  const withBack = isFront ? sky : ring(sky, alongX, alongY);
  const globe = planet(withBack, alongX, alongY);
  return isFront ? ring(globe, alongX, alongY) : globe;
};

function planet(behind: Colour, x: number, y: number): Colour {
  const radius = 0.235;
  const distance = Math.hypot(x, y);
  if (distance > radius + 0.002) return behind;
  const depth = Math.sqrt(Math.max(0, radius * radius - distance * distance)) / radius;
  const latitude = y / radius;
  const swirl = clouds(x * 9 + latitude * 4, y * 30, 4, 113) * 0.16;
  const bands = gradient(
    ['#7c5c46', '#e7c9a0', '#b98b63', '#f3e0c2', '#a8714e', '#d8b48a', '#6d4e3d'].map(colour),
    latitude * 0.5 + 0.5 + swirl - 0.08,
  );
  const light = Math.max(0.03, (-x * 0.72 - y * 0.35) / radius + depth * 0.62);
  return blend(
    behind,
    [bands[0] * light, bands[1] * light, bands[2] * light],
    smooth(radius + 0.002, radius - 0.002, distance),
  );
}

function ring(behind: Colour, x: number, y: number): Colour {
  const distance = Math.hypot(x, y * 3.6);
  if (distance < 0.3 || distance > 0.56) return behind;
  const grain = clouds(distance * 60, 1, 4, 114);
  const gap = smooth(0.006, 0.014, Math.abs(distance - 0.455));
  const edge = smooth(0.3, 0.32, distance) * smooth(0.56, 0.54, distance);
  const shadow = x > 0.02 && y < 0 && Math.abs(y) < 0.13 && x < 0.4 ? 0.25 : 1;
  return blend(
    behind,
    glow([0, 0, 0], colour('#f2d9b1'), shadow * mix(0.55, 1, grain)),
    edge * gap * (0.3 + grain * 0.65),
  );
}

/** A chart of constellations in gold on blue. */
export const starChart: Painting = (x, y, aspect) => {
  const gold = colour('#e8c872');
  const distance = Math.hypot(x - aspect / 2, y - 0.5);
  const angle = Math.atan2(y - 0.5, x - aspect / 2);
  const paper = blend(
    colour('#13224b'),
    colour('#070d24'),
    distance * 1.35 + (clouds(x * 8, y * 8, 4, 121) - 0.5) * 0.2,
  );
  const rings = [0.12, 0.24, 0.36, 0.47].reduce(
    (sum, radius) => sum + smooth(0.0022, 0, Math.abs(distance - radius)),
    0,
  );
  const spokes =
    distance > 0.12 && distance < 0.47 ? smooth(0.0016, 0, Math.abs(Math.sin(angle * 6)) * distance * 0.16) : 0;
  const ticks = distance > 0.455 && distance < 0.47 ? smooth(0.2, 0, Math.abs(Math.sin(angle * 90))) : 0;
  const inked = blend(paper, gold, Math.min(0.8, rings * 0.55 + spokes * 0.3 + ticks * 0.6));
  return glow(
    blend(inked, gold, constellations(x, y)),
    [1, 0.95, 0.8],
    stars(x, y, 15, 122) * (distance < 0.47 ? 1.2 : 0.35),
  );
};

function constellations(x: number, y: number): number {
  let ink = 0;
  for (let figure = 0; figure < 7; figure++) {
    for (let step = 0; step < 4; step++) ink = Math.max(ink, chartLine(x, y, figure, step));
  }
  return ink * 0.75;
}

function chartLine(x: number, y: number, figure: number, step: number): number {
  const [fromX, fromY] = chartStar(figure, step);
  const [toX, toY] = chartStar(figure, step + 1);
  const [dx, dy] = [toX - fromX, toY - fromY];
  const along = Math.min(1, Math.max(0, ((x - fromX) * dx + (y - fromY) * dy) / (dx * dx + dy * dy)));
  const line = smooth(0.0022, 0, Math.hypot(x - fromX - dx * along, y - fromY - dy * along)) * 0.6;
  return Math.max(line, smooth(0.009, 0.004, Math.hypot(x - fromX, y - fromY)));
}

function chartStar(figure: number, step: number): readonly [number, number] {
  const angle = figure * 0.9 + 0.3;
  const [middleX, middleY] = [0.75 + Math.cos(angle) * 0.27, 0.5 + Math.sin(angle) * 0.27];
  return [middleX + (hash2(figure, step, 123) - 0.5) * 0.2, middleY + (hash2(figure, step, 124) - 0.5) * 0.2];
}

/** Northern lights over mountains and a frozen lake. */
export const aurora: Painting = (x, y) => {
  const shore = 0.74;
  const height = y > shore ? 2 * shore - y : y;
  const sky = auroraSky(x, height);
  const isMountain = height > ridge(x, 0.5, 131) || height > ridge(x, 0.61, 132);
  const snow = clouds(x * 12, height * 12, 5, 133) * smooth(0.75, 0.45, height);
  const seen = isMountain ? blend(colour('#0a1226'), colour('#5b7796'), snow * 0.75) : sky;
  return y > shore ? blend(seen, colour('#0d1d33'), 0.45 + 0.25 * clouds(x * 4, y * 60, 3, 134)) : seen;
};

function auroraSky(x: number, y: number): Colour {
  const night = glow(
    gradient(['#040818', '#0a1634', '#173055'].map(colour), y * 1.5),
    [0.9, 0.95, 1],
    stars(x, y, 28, 135) * (1 - y),
  );
  const curtain = (phase: number, tint: Colour, base: Colour): Colour => {
    const foot = 0.42 + 0.12 * Math.sin(x * 3.1 + phase) + (clouds(x * 2, phase, 4, 136) - 0.5) * 0.22;
    const rays = 0.35 + 0.65 * clouds(x * 22 + phase * 5, y * 1.2, 4, 137);
    const strength = y < foot ? Math.exp(-(foot - y) * 5.5) : Math.exp(-(y - foot) * 60);
    return glow(base, tint, strength * rays * 0.62);
  };
  return curtain(0.4, colour('#3ff5a0'), curtain(2.1, colour('#8a5cf5'), curtain(4, colour('#27c9c2'), night)));
}

function ridge(x: number, base: number, seed: number): number {
  return base - (clouds(x * 2.6, seed, 6, seed) - 0.5) * 0.4;
}
