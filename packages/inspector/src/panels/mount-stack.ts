import type { Mount } from '@lading/mount/client';
import { bytesText, digestText } from '../amount-text.js';
import { badge, button, element, number, table } from '../element.js';
import type { Inspected } from '../inspected.js';
import type { MakePanel } from '../panel.js';
import { createNotice, type Notice } from './notice.js';

const HEAD = [
  'priority',
  'name',
  'state',
  'files',
  'size',
  'sha256',
  'variant',
  'verified reads',
  'failed',
  '',
] as const;

/** What is mounted, the winner on top, with what of it was read; and paths that only the order of mounting decides. */
export const mountStackPanel: MakePanel = (inspected) => {
  const notice = createNotice();
  const body = element('div');
  return {
    id: 'mounts',
    title: 'Mounts',
    node: element('div', {}, notice.node, body),
    update: () => body.replaceChildren(stack(inspected, notice), conflicts(inspected)),
  };
};

function stack({ runtime }: Inspected, notice: Notice): HTMLElement {
  const rows = runtime.mounts().map((mount) => {
    const { verified, failed } = runtime.recorder.requests.countsOf(mount.name);
    const unmount = button('Unmount', () => void notice.run(() => runtime.removeMount(mount.name)));
    unmount.setAttribute('aria-label', `Unmount ${mount.name}`);
    return element(
      'tr',
      { 'data-mount': mount.name },
      number(String(mount.priority)),
      element('th', { scope: 'row' }, mount.name),
      element('td', {}, stateOf(mount)),
      number(mount.entries.toLocaleString('en')),
      number(bytesText(mount.sizeBytes)),
      element('td', { class: 'mono', title: mount.digest ?? '' }, digestText(mount.digest)),
      element('td', {}, mount.variant ?? '–'),
      number(String(verified)),
      element('td', { class: 'number' }, failed === 0 ? '0' : badge(String(failed), 'bad')),
      element('td', {}, mount.name.startsWith('_') ? '' : unmount),
    );
  });
  return table({ caption: 'Mount stack, the winner on top', head: HEAD, empty: 'Nothing is mounted.' }, rows);
}

function stateOf({ state, dataOnly }: Mount): HTMLElement {
  const shown = badge(state, state === 'local' ? 'good' : 'quiet');
  return dataOnly === true ? element('span', {}, shown, ' data only') : shown;
}

function conflicts({ runtime }: Inspected): HTMLElement {
  const found = runtime.conflicts();
  if (found.length === 0)
    return element('p', { class: 'empty' }, 'No two mounts of equal priority serve the same path.');
  const rows = found
    .slice(0, 100)
    .map(({ path, pathHash, priority, mounts }) =>
      element(
        'tr',
        {},
        element('th', { scope: 'row', class: 'mono' }, path ?? pathHash),
        number(String(priority)),
        element('td', {}, mounts.join(' › ')),
      ),
    );
  const caption = `${found.length} paths are served by mounts of equal priority: the order of mounting decides`;
  return table({ caption, head: ['path', 'priority', 'mounts'], empty: '' }, rows);
}
