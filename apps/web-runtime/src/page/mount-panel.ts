import type { Mount } from '@lading/mount';
import { shortDigest, wholeBytes } from './byte-text.js';
import { element } from './element.js';

/** Shows the mount stack, the winner on top. */
export function showMounts(body: HTMLElement, mounts: readonly Mount[]): void {
  const rows = mounts.map((mount) =>
    element(
      'tr',
      { 'data-mount': mount.name },
      element('td', { class: 'number' }, String(mount.priority)),
      element('th', { scope: 'row' }, mount.name),
      element('td', {}, mount.state),
      element('td', { class: 'number' }, wholeBytes(mount.entries)),
      element('td', { class: 'number' }, wholeBytes(mount.sizeBytes)),
      element('td', { class: 'mono', title: mount.digest ?? '' }, shortDigest(mount.digest)),
    ),
  );
  const empty = element('tr', {}, element('td', { colspan: '6', class: 'muted' }, 'Nothing is mounted yet.'));
  body.replaceChildren(...(rows.length === 0 ? [empty] : rows));
}
