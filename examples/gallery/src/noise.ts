/** A value in [0, 1) for a lattice point. */
export function hash2(x: number, y: number, seed = 0): number {
  let h = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ Math.imul(seed + 1, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 4_294_967_296;
}

/** Smooth noise in [0, 1]: lattice values joined by a cubic. */
export function noise(x: number, y: number, seed = 0): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const u = ease(x - left);
  const v = ease(y - top);
  const upper = mix(hash2(left, top, seed), hash2(left + 1, top, seed), u);
  const lower = mix(hash2(left, top + 1, seed), hash2(left + 1, top + 1, seed), u);
  return mix(upper, lower, v);
}

/** Noise of several sizes at once, in [0, 1]. */
export function clouds(x: number, y: number, octaves: number, seed = 0): number {
  let sum = 0;
  let weight = 0.5;
  let scale = 1;
  for (let octave = 0; octave < octaves; octave++) {
    sum += weight * noise(x * scale, y * scale, seed + octave);
    weight /= 2;
    scale *= 2.03;
  }
  return sum / (1 - 0.5 ** octaves);
}

/** Nearest and second nearest distance to scattered points, one point in each unit square. */
export function cells(
  x: number,
  y: number,
  seed = 0,
): { readonly first: number; readonly second: number; readonly id: number } {
  let first = 9;
  let second = 9;
  let id = 0;
  for (let row = Math.floor(y) - 1; row <= Math.floor(y) + 1; row++) {
    for (let column = Math.floor(x) - 1; column <= Math.floor(x) + 1; column++) {
      const distance = Math.hypot(column + hash2(column, row, seed) - x, row + hash2(column, row, seed + 7) - y);
      if (distance < first) {
        second = first;
        first = distance;
        id = hash2(column, row, seed + 13);
      } else if (distance < second) second = distance;
    }
  }
  return { first, second, id };
}

/** Between `from` and `to`, by `amount` in [0, 1]. */
export function mix(from: number, to: number, amount: number): number {
  return from + (to - from) * amount;
}

/** 0 up to `from`, 1 from `to` on, smooth between. */
export function smooth(from: number, to: number, value: number): number {
  return ease(Math.min(1, Math.max(0, (value - from) / (to - from))));
}

function ease(t: number): number {
  return t * t * (3 - 2 * t);
}
