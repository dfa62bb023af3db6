import type { Missing, Progress } from '@lading/mount';
import { counted, shortBytes, wholeBytes } from './byte-text.js';
import { button, element } from './element.js';
import type { RoomDoor } from './gallery-config.js';

/** The tile of one room: what it costs, how far its download is, that it is here. */
export interface RoomTile {
  readonly node: HTMLElement;
  showCost(missing: Missing, verb: 'Enter' | 'Update'): void;
  showProgress(progress: Progress): void;
  showHere(cover: string | undefined, isOpen: boolean): void;
}

/** What a tile asks for. */
export interface TileActions {
  readonly enter: () => void;
  readonly cancel: () => void;
}

/** Makes the tile of a room. */
export function createRoomTile(door: RoomDoor, actions: TileActions): RoomTile {
  const cover = element('div', { class: 'cover', 'aria-hidden': 'true' });
  const facts = element('p', { class: 'facts mono' }, ' ');
  const controls = element('div', { class: 'actions' });
  const body = element(
    'div',
    { class: 'body' },
    element('h3', {}, door.title),
    element('p', {}, door.text),
    facts,
    controls,
  );
  const node = element('li', { class: 'tile', 'data-root': door.path, 'data-state': 'unknown' }, cover, body);
  const set = (state: string, text: string, ...children: readonly Node[]): void => {
    node.dataset.state = state;
    facts.textContent = text;
    controls.replaceChildren(...children);
  };
  const bar = element('progress', { 'aria-label': `Download of ${door.title}` });
  return {
    node,
    showCost: (missing, verb) => {
      const cost = `${shortBytes(missing.bytes)} · ${counted(missing.archives.length, 'archive')} · ${counted(missing.resources, 'file')}`;
      cover.replaceChildren(
        element('span', { class: 'mono' }, missing.bytes === 0 ? 'here' : shortBytes(missing.bytes)),
      );
      const label = missing.bytes === 0 ? verb : `${verb} · ${shortBytes(missing.bytes)}`;
      set('away', missing.bytes === 0 ? 'Nothing to download' : cost, enterButton(label, door, actions));
    },
    showProgress: ({ receivedBytes, totalBytes }) => {
      bar.max = Math.max(1, totalBytes);
      bar.value = receivedBytes;
      const text = `${wholeBytes(receivedBytes)} of ${wholeBytes(totalBytes)} bytes`;
      if (node.dataset.state === 'loading') facts.textContent = text;
      else set('loading', text, bar, button('Cancel', actions.cancel, 'quiet'));
    },
    showHere: (url, isOpen) => {
      if (url) cover.replaceChildren(element('img', { src: url, alt: '' }));
      const badge = element('span', { class: 'badge' }, '✓ verified');
      set(isOpen ? 'open' : 'here', 'All of it is here', enterButton(isOpen ? 'Open' : 'Enter', door, actions), badge);
    },
  };
}

function enterButton(label: string, door: RoomDoor, actions: TileActions): HTMLButtonElement {
  const made = button(label, actions.enter);
  made.setAttribute('aria-label', `${label}: ${door.title}`);
  return made;
}
