import { doorSound, greenhouseSound, harbourSound, observatorySound } from './ambience.js';
import { caustics, fern, flowerHead, glassRoof, leafVeins } from './paintings/greenhouse.js';
import { containers, lighthouse, quayAtDusk, seaChart } from './paintings/harbour.js';
import { aurora, nebula, ringedPlanet, starChart } from './paintings/observatory.js';
import { paintPng } from './picture.js';
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

const WIDTH = 510;
const HEIGHT = 340;
const AMBIENCE_SECONDS = 8;
const paint = (painting: Parameters<typeof paintPng>[2]) => (): Uint8Array => paintPng(WIDTH, HEIGHT, painting);
const record =
  (sound: Sound, seconds = AMBIENCE_SECONDS) =>
  (): Uint8Array =>
    recordWav(seconds, sound);

/** Makes each picture and sound, by its path. */
export const MEDIA: Readonly<Record<string, () => Uint8Array>> = {
  '/pictures/quay-at-dusk.png': paint(quayAtDusk),
  '/pictures/lighthouse.png': paint(lighthouse),
  '/pictures/containers.png': paint(containers),
  '/pictures/sea-chart.png': paint(seaChart),
  '/pictures/nebula.png': paint(nebula),
  '/pictures/ringed-planet.png': paint(ringedPlanet),
  '/pictures/star-chart.png': paint(starChart),
  '/pictures/aurora.png': paint(aurora),
  '/pictures/fern.png': paint(fern()),
  '/pictures/leaf-veins.png': paint(leafVeins),
  '/pictures/flower-head.png': paint(flowerHead),
  '/pictures/glass-roof.png': paint(glassRoof),
  '/pictures/caustics.png': paint(caustics),
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
