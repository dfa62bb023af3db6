import { counted, shortBytes, shortDigest } from './byte-text.js';
import { button, element } from './element.js';
import type { Picture, RoomContent } from './room-content.js';

/** What a room's sound button works with. */
export interface SoundSwitch {
  readonly isPlaying: () => boolean;
  readonly toggle: () => Promise<void>;
}

/** Shows a room: its pictures as they came out of the mounted archives, and where each came from. */
export function showRoom(section: HTMLElement, room: RoomContent, sound: SoundSwitch): void {
  const title = element('h2', { id: 'room-title', tabindex: '-1' }, room.title);
  const size = room.pictures.reduce((sum, picture) => sum + picture.sizeBytes, 0);
  const facts = `${counted(room.pictures.length, 'picture')}, ${shortBytes(size)}, each checked against its digest before it was shown`;
  const header = element(
    'header',
    {},
    element('div', {}, title, element('p', {}, room.text), element('p', { class: 'muted' }, facts)),
    soundButton(sound),
  );
  section.replaceChildren(header, element('div', { class: 'pictures' }, ...room.pictures.map(pictureFigure)));
  section.setAttribute('aria-labelledby', 'room-title');
  section.hidden = false;
  title.focus({ preventScroll: true });
  section.scrollIntoView({ block: 'nearest' });
}

/** Shows other bytes of the same pictures where they stand: another resolution, a theme, a new release. */
export function swapPictures(section: HTMLElement, { text, pictures }: RoomContent): void {
  const line = section.querySelector('header p');
  if (line !== null) line.textContent = text;
  for (const picture of pictures) {
    const image = section.querySelector<HTMLImageElement>(`img[data-path="${CSS.escape(picture.path)}"]`);
    if (image === null) continue;
    image.src = picture.url;
    const source = image.parentElement?.querySelector('figcaption .mono');
    if (source) source.textContent = sourceText(picture);
  }
}

function sourceText({ archive, digest }: Picture): string {
  return digest === undefined ? (archive ?? '?') : `${archive ?? '?'} · ${shortDigest(digest)}`;
}

function pictureFigure(picture: Picture): HTMLElement {
  const source = sourceText(picture);
  const caption = element(
    'figcaption',
    {},
    element('span', {}, picture.title),
    element('span', { class: 'mono' }, source),
  );
  const image = element('img', {
    src: picture.url,
    alt: picture.title,
    'data-path': picture.path,
    width: '510',
    height: '340',
  });
  return element('figure', {}, image, caption);
}

function soundButton(sound: SoundSwitch): HTMLButtonElement {
  const label = (): string => (sound.isPlaying() ? '❚❚ Silence' : '♪ Listen');
  const made = button(
    label(),
    () => {
      void sound.toggle().then(() => {
        made.textContent = label();
        made.setAttribute('aria-pressed', String(sound.isPlaying()));
      });
    },
    'quiet',
  );
  made.setAttribute('aria-pressed', 'false');
  return made;
}
