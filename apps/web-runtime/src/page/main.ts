import { createRuntime, memoryStore, type Runtime, type RuntimeEvent, type RuntimeEvents } from '@lading/mount';
import { shortDigest } from './byte-text.js';
import { fillFacts, part } from './element.js';
import { createEventLog } from './event-log.js';
import { eventText } from './event-text.js';
import { Gallery } from './gallery.js';
import { type GalleryConfig, loadGalleryConfig } from './gallery-config.js';
import { showMounts } from './mount-panel.js';
import { describeProblem, problemCard } from './problem-card.js';
import { TransferBill } from './transfer-bill.js';

const log = createEventLog(part('log'));
const bill = new TransferBill(part('bill'));
showMounts(part('mounts'), []);
void start();

async function start(): Promise<void> {
  try {
    const config = await loadGalleryConfig(document.baseURI);
    const runtime = await createRuntime({
      store: memoryStore(),
      fetch: bill.fetch,
      keys: config.pinnedRoot,
      channel: config.channel,
      onEvent: showEvent,
    });
    showGallery(runtime, config);
  } catch (error) {
    const { code, message } = describeProblem(error);
    log(`${code}: ${message}`, 'bad');
    part('problems').replaceChildren(problemCard('The gallery cannot be opened', error, () => void start()));
  }
}

function showGallery(runtime: Runtime, config: GalleryConfig): void {
  const gallery = new Gallery(config, { runtime, bill, log });
  gallery.refresh();
  part('status').textContent = `${config.rooms.length} rooms, nothing downloaded yet`;
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
