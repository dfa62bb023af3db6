import { doorSound, greenhouseSound, harbourSound, observatorySound } from './ambience.js';
import { caustics, fern, flowerHead, glassRoof, leafVeins } from './paintings/greenhouse.js';
import { containers, lighthouse, quayAtDusk, seaChart } from './paintings/harbour.js';
import { aurora, nebula, ringedPlanet, starChart } from './paintings/observatory.js';
import { type Painting, paintPng } from './picture.js';
import { recordWav, type Sound } from './sound.js';

/** A room as the page reads it. Naming a file is what makes it part of the room. */
export interface Room {
  readonly title: string;
  readonly text: string;
  readonly pictures: readonly { readonly src: string; readonly title: string }[];
  readonly ambience: string;
  readonly door: string;
}

const picture = (src: string, title: string): Room['pictures'][number] => ({ src: `/pictures/${src}.png`, title });

/** Every room, by its path. */
export const ROOMS: Readonly<Record<string, Room>> = {
  '/rooms/harbour.json': {
    title: 'The Harbour',
    text: 'Where every cargo starts. Cranes, lamps, and a chart of the way out.',
    pictures: [
      picture('quay-at-dusk', 'Quay at dusk'),
      picture('lighthouse', 'Lighthouse'),
      picture('containers', 'Containers'),
      picture('sea-chart', 'Sea chart'),
      picture('caustics', 'Light under the pier'),
    ],
    ambience: '/sounds/harbour.wav',
    door: '/sounds/door.wav',
  },
  '/rooms/observatory.json': {
    title: 'The Observatory',
    text: 'Four plates from the great telescope, developed last night.',
    pictures: [
      picture('nebula', 'Nebula'),
      picture('ringed-planet', 'Ringed planet'),
      picture('star-chart', 'Star chart'),
      picture('aurora', 'Northern lights'),
    ],
    ambience: '/sounds/observatory.wav',
    door: '/sounds/door.wav',
  },
  '/rooms/greenhouse.json': {
    title: 'The Greenhouse',
    text: 'Warm, wet, green. Mind the fern.',
    pictures: [
      picture('fern', 'Fern'),
      picture('leaf-veins', 'Leaf against the sun'),
      picture('flower-head', 'Flower head'),
      picture('glass-roof', 'Under the glass roof'),
      picture('caustics', 'Basin'),
    ],
    ambience: '/sounds/greenhouse.wav',
    door: '/sounds/door.wav',
  },
};

/** Each picture comes in two forms, which are one path: a page shows the small one first. */
export const PICTURE_SIZES = { low: [170, 113], high: [510, 340] } as const;

/** The paintings, by the path under which rooms name them. */
export const PAINTINGS: Readonly<Record<string, Painting>> = {
  '/pictures/quay-at-dusk.png': quayAtDusk,
  '/pictures/lighthouse.png': lighthouse,
  '/pictures/containers.png': containers,
  '/pictures/sea-chart.png': seaChart,
  '/pictures/nebula.png': nebula,
  '/pictures/ringed-planet.png': ringedPlanet,
  '/pictures/star-chart.png': starChart,
  '/pictures/aurora.png': aurora,
  '/pictures/fern.png': fern(),
  '/pictures/leaf-veins.png': leafVeins,
  '/pictures/flower-head.png': flowerHead,
  '/pictures/glass-roof.png': glassRoof,
  '/pictures/caustics.png': caustics,
};

/** Makes the files of a picture: `/pictures/fern@low.png` and `/pictures/fern@high.png`. */
export function* pictureFiles(path: string, painting: Painting): Generator<[path: string, bytes: Uint8Array]> {
  for (const [size, [width, height]] of Object.entries(PICTURE_SIZES)) {
    yield [path.replace('.png', `@${size}.png`), paintPng(width, height, painting)];
  }
}

const AMBIENCE_SECONDS = 8;
const record =
  (sound: Sound, seconds = AMBIENCE_SECONDS) =>
  (): Uint8Array =>
    recordWav(seconds, sound);

/** Makes each sound, by its path. */
export const SOUNDS: Readonly<Record<string, () => Uint8Array>> = {
  '/sounds/harbour.wav': record(harbourSound()),
  '/sounds/observatory.wav': record(observatorySound()),
  '/sounds/greenhouse.wav': record(greenhouseSound()),
  '/sounds/door.wav': record(doorSound(), 1.2),
};

/** What the page ships with: the names of the rooms, so that it can show doors before anything is downloaded. */
export function baseIndex(): object {
  const rooms = Object.entries(ROOMS).map(([path, { title, text }]) => ({ path, title, text }));
  return { title: 'The Gallery', rooms };
}
