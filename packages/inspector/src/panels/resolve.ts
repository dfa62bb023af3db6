import type { Mount, Resolution } from '@lading/mount/client';
import { bytesText, digestText } from '../amount-text.js';
import { badge, element, facts, number, table } from '../element.js';
import type { Inspected } from '../inspected.js';
import type { MakePanel } from '../panel.js';

/** Type a path: who serves it, who loses and why, how it was read last. */
export const resolvePanel: MakePanel = (inspected) => {
  const field = element('input', {
    id: 'path',
    type: 'text',
    placeholder: '/levels/1.json',
    spellcheck: 'false',
    autocomplete: 'off',
  });
  const label = element('label', { for: 'path' }, 'Path');
  const answer = element('div', { 'aria-live': 'polite' });
  const update = (): void => answer.replaceChildren(...answerOf(inspected, field.value.trim()));
  field.addEventListener('input', update);
  return {
    id: 'resolve',
    title: 'Resolve',
    node: element('div', {}, element('div', { class: 'field' }, label, field), answer),
    update,
  };
};

function answerOf({ runtime }: Inspected, typed: string): HTMLElement[] {
  if (typed === '') return [element('p', { class: 'empty' }, 'Which mount serves a path, and which ones it shadows.')];
  const path = typed.startsWith('/') ? typed : `/${typed}`;
  const resolution = runtime.resolve(path);
  if (resolution.mount === undefined) {
    return [element('p', {}, badge('missing', 'bad'), ` No mount has ${path}. It would be asked from the server.`)];
  }
  return [winner(runtime, resolution), candidates(resolution)];
}

function winner(runtime: Inspected['runtime'], { path, entry, state }: Resolution): HTMLElement {
  const last = runtime.recorder.requests.rows.find((row) => row.path === path);
  return facts([
    ['state', badge(state, state === 'local' ? 'good' : 'quiet')],
    ['member', entry?.member ?? '–'],
    ['size', bytesText(entry?.sizeBytes)],
    ['stored size', bytesText(entry?.storedSizeBytes)],
    ['sha256', digestText(entry?.digest)],
    [
      'last read',
      last === undefined ? 'not yet' : `${last.by}, ${last.source}${last.error ? `, ${last.error.code}` : ''}`,
    ],
  ]);
}

function candidates({ mount, shadowed }: Resolution): HTMLElement {
  const row = (one: Mount, rank: string): HTMLTableRowElement =>
    element(
      'tr',
      { 'data-mount': one.name },
      element('td', {}, badge(rank, rank === 'serves' ? 'good' : 'quiet')),
      element('th', { scope: 'row' }, one.name),
      number(String(one.priority)),
      number(String(one.sequence)),
      element('td', {}, one.variant ?? '–'),
      element('td', { class: 'mono', title: one.digest ?? '' }, digestText(one.digest)),
    );
  const winnerRow = mount === undefined ? [] : [row(mount, 'serves')];
  const rows = [...winnerRow, ...shadowed.map((one) => row(one, 'shadowed'))];
  const head = ['', 'mount', 'priority', 'mounted as', 'variant', 'archive'];
  return table({ caption: 'Candidates, best first', head, empty: '' }, rows);
}
