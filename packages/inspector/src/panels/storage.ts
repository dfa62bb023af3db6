import type { MountStore, Runtime } from '@lading/mount/client';
import { bytesText, digestText } from '../amount-text.js';
import { badge, button, element, facts, number, table } from '../element.js';
import type { Inspected } from '../inspected.js';
import type { MakePanel } from '../panel.js';
import { faultSwitches } from './fault-switches.js';
import { createNotice, type Notice } from './notice.js';

/** What the store holds and what nobody needs, what the browser allows, and faults to try. */
export const storagePanel: MakePanel = (inspected) => {
  const notice = createNotice();
  const body = element('div');
  const update = (): void =>
    void notice.run(async () => body.replaceChildren(...(await content(inspected, notice, update))));
  return {
    id: 'storage',
    title: 'Storage',
    node: element('div', {}, faultSwitches(inspected, notice, update), notice.node, body),
    update,
  };
};

async function content({ runtime, store }: Inspected, notice: Notice, update: () => void): Promise<HTMLElement[]> {
  const { storage } = navigator;
  const estimate = await storage?.estimate();
  const isPersisted = await storage?.persisted();
  const browser = facts([
    ['used by this site', bytesText(estimate?.usage)],
    ['allowed', bytesText(estimate?.quota)],
    ['kept under pressure', isPersisted === true ? badge('yes', 'good') : badge('no', 'quiet')],
  ]);
  if (store === undefined)
    return [browser, element('p', { class: 'empty' }, 'The store was not given to the inspector.')];
  return [browser, await archives(runtime, store, { notice, update }), await partials(store)];
}

async function archives(
  runtime: Runtime,
  store: MountStore,
  { notice, update }: { readonly notice: Notice; readonly update: () => void },
): Promise<HTMLElement> {
  const mounted = new Map(runtime.mounts().map((mount) => [mount.digest, mount.name]));
  const rows = (await store.archives.list()).map(({ digest, sizeBytes, usedAtMs }) => {
    const name = mounted.get(digest);
    const reclaim = button('Remove', () => {
      void notice.run(async () => {
        await store.archives.remove(digest);
        update();
      });
    });
    reclaim.setAttribute('aria-label', `Remove ${digestText(digest)}`);
    return element(
      'tr',
      { 'data-digest': digest },
      element('th', { scope: 'row', class: 'mono', title: digest }, digestText(digest)),
      number(bytesText(sizeBytes)),
      element('td', {}, usedAtMs === undefined ? 'unknown' : new Date(usedAtMs).toLocaleString('en')),
      element('td', {}, name === undefined ? badge('not mounted', 'quiet') : name),
      element('td', {}, name === undefined ? reclaim : ''),
    );
  });
  const head = ['archive', 'size', 'last used', 'mounted as', ''];
  return table({ caption: `Archives in the store (${store.name})`, head, empty: 'The store is empty.' }, rows);
}

async function partials(store: MountStore): Promise<HTMLElement> {
  const rows = ((await store.archives.partials?.()) ?? []).map(({ digest, receivedBytes }) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row', class: 'mono' }, digestText(digest)),
      number(bytesText(receivedBytes)),
    ),
  );
  return table({ caption: 'Broken off downloads', head: ['archive', 'received'], empty: 'None.' }, rows);
}
