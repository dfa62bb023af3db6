import { noise, smooth } from './noise.js';
import { createRandom } from './random.js';
import type { Sound } from './sound.js';

const tone = (hertz: number, seconds: number): number => Math.sin(2 * Math.PI * hertz * seconds);

/** Waves against a quay, and twice a ship's horn far away. */
export function harbourSound(): Sound {
  const random = createRandom(11);
  let low = 0;
  return (seconds) => {
    low += 0.045 * (random() * 2 - 1 - low);
    const swell = 0.35 + 0.65 * noise(seconds * 0.45, 3);
    const horn =
      smooth(1.2, 1.8, seconds) * smooth(3.6, 2.8, seconds) + smooth(4.4, 4.8, seconds) * smooth(6.4, 5.6, seconds);
    return low * swell * 2.4 + horn * 0.09 * (tone(110, seconds) + tone(138.6, seconds) + 0.4 * tone(220.5, seconds));
  };
}

/** Slow beating chords under the stars. */
export function observatorySound(): Sound {
  const chord = [65.4, 98, 130.8, 196.3, 293.7];
  return (seconds) =>
    chord.reduce((sum, hertz, index) => {
      const breath = 0.5 + 0.5 * tone(0.11 + index * 0.037, seconds + index);
      return sum + (breath * (tone(hertz, seconds) + tone(hertz * 1.004, seconds))) / (8 + index * 3);
    }, 0);
}

/** Drops from leaves, each at its own pitch, and a bird now and then. */
export function greenhouseSound(): Sound {
  const random = createRandom(23);
  const drops = Array.from({ length: 26 }, () => ({
    at: random() * 6.6,
    hertz: 620 + random() * 1500,
    loud: 0.05 + random() * 0.22,
  }));
  const birds = Array.from({ length: 7 }, () => ({ at: random() * 6, hertz: 2400 + random() * 900 }));
  return (seconds) => {
    const wet = drops.reduce((sum, { at, hertz, loud }) => sum + ring(seconds - at, 9, loud, hertz), 0);
    const song = birds.reduce((sum, { at, hertz }) => sum + chirp(seconds - at, hertz), 0);
    return wet + song + (random() * 2 - 1) * 0.006;
  };
}

/** A bell for the door of every room. */
export function doorSound(): Sound {
  return (seconds) => ring(seconds, 5, 0.4, 523.3) + ring(seconds - 0.12, 5, 0.35, 784);
}

function ring(seconds: number, decay: number, loud: number, hertz: number): number {
  return seconds < 0 || seconds > 2 ? 0 : loud * Math.exp(-seconds * decay) * tone(hertz, seconds);
}

function chirp(seconds: number, hertz: number): number {
  if (seconds < 0 || seconds > 0.3) return 0;
  return (
    0.06 * Math.sin(Math.PI * (seconds / 0.3)) * Math.sin(2 * Math.PI * (hertz * seconds + 90 * Math.sin(seconds * 95)))
  );
}
