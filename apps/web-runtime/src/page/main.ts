import type { Runtime, RuntimeEvent, RuntimeEvents } from '@lading/mount';
import { shortDigest } from './byte-text.js';
import { fillFacts, part } from './element.js';
import { createEventLog } from './event-log.js';
import { eventText } from './event-text.js';
import { Gallery } from './gallery.js';
import { loadGalleryConfig } from './gallery-config.js';
import { showMounts } from './mount-panel.js';
import { openRuntime } from './open-runtime.js';
import { showPlayground } from './playground-panel.js';
import { describeProblem, problemCard } from './problem-card.js';
import { TransferBill } from './transfer-bill.js';

const log = createEventLog(part('log'));
const bill = new TransferBill(part('bill'));
showMounts(part('mounts'), []);
void start();

async function start(): Promise<void> {
  try {
    const config = await loadGalleryConfig(document.baseURI);
    const { runtime, fetch, openInspector } = await openRuntime(config, bill.fetch, showEvent);
    const gallery = new Gallery(config, { runtime, bill, fetch, log });
    gallery.refresh();
    showPlayground(part('playground'), config, { gallery, resolutions: resolutionsOf(runtime), log, openInspector });
    part('status').textContent = `${config.rooms.length} rooms, nothing downloaded yet`;
  } catch (error) {
    const { code, message } = describeProblem(error);
    log(`${code}: ${message}`, 'bad');
    part('problems').replaceChildren(problemCard('The gallery cannot be opened', error, () => void start()));
  }
}

function resolutionsOf(runtime: Runtime): readonly string[] {
  return runtime.variants().find(({ axis }) => axis === 'resolution')?.values ?? [];
}

function showEvent(event: RuntimeEvent): void {
  const said = eventText(event);
  if (said) log(said.text, said.kind);
  if (event.type === 'downloadEnded') bill.archive(event.receivedBytes);
  if (event.type === 'release') showRelease(event);
}

function showRelease({ version, sequence, digest }: RuntimeEvents['release']): void {
  fillFacts(part('release'), [
    ['release', version],
    ['sequence', `#${sequence}`],
    ['sha256', shortDigest(digest)],
    ['signature', '✓ from the pinned root'],
  ]);
}
