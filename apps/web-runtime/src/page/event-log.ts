import { element } from './element.js';

const MAX_LINES = 60;

/** Keeps the newest events on the page, newest first, with the seconds since it was opened. */
export function createEventLog(list: HTMLElement): (text: string, kind?: 'good' | 'bad') => void {
  return (text, kind = 'good') => {
    const seconds = `${(performance.now() / 1000).toFixed(2)} s`;
    list.prepend(element('li', { class: kind }, element('time', {}, seconds), element('span', {}, text)));
    while (list.childElementCount > MAX_LINES) list.lastElementChild?.remove();
  };
}
