import { loadPart, type ReleaseArchive } from '@lading/manifest/client';
import { openRemote, openStored } from './archive-opener.js';
import { keptRow } from './kept-row.js';
import { storeIntent } from './mount-records.js';
import { pathsServed } from './paths-served.js';
import type { WantedMount } from './root-plan.js';
import type { AddMountOptions } from './runtime.js';
import { noArchiveError, releaseChangedError } from './runtime-errors.js';
import type { RuntimeParts } from './runtime-parts.js';
import type { Mount } from './runtime-types.js';

/** Mounts one archive of the release, by its name, and keeps the intent. */
export async function mountArchive(parts: RuntimeParts, options: AddMountOptions, archiveName: string): Promise<Mount> {
  const { name, allow, dataOnly = false, mode = 'download', signal } = options;
  const release = parts.inUse;
  if (release === undefined) throw parts.noRelease();
  const archive = release.release.archives.find((one) => one.name === archiveName);
  if (archive === undefined) throw noArchiveError(archiveName, release);
  if (mode === 'download') await parts.downloads.fetch(archive, { signal: parts.lifeOr(signal) });
  const isLocal = parts.shelf.isLocal(archive);
  const open = isLocal ? openStored : openRemote;
  const allows = await pathsServed(options, parts.options.isProtected);
  const content = await open(archive, parts.options, signal);
  const mount = await parts.changeOrClose(content, async () => {
    const { mounts, probation } = parts;
    const { store } = parts.options;
    mounts.assertFree(name);
    if (parts.inUse?.digest !== release.digest) throw releaseChangedError(name);
    const priority = options.priority ?? archive.priority;
    const wanted: WantedMount = { name, archive, priority, mode, allow, dataOnly, isForRoot: false };
    const beginTrial = await probation.trialStart();
    const intent = await storeIntent(store, { wanted, release: release.digest, beginTrial }, signal);
    if (intent === undefined) {
      await parts.follower.reload(signal);
      throw releaseChangedError(name);
    }
    mounts.adopt(release, new Map([...mounts.intents, [name, intent]]));
    const row = keptRow(intent, archive, { release, content, isLocal, allows });
    await mounts.addRow(row);
    await probation.note(signal);
    return row.mount;
  });
  if (mode === 'both' && !isLocal) void downloadBehind(parts, name, archive);
  return mount;
}

/** Brings the bytes of a remote mount into the store and swaps it in place. Failure is an event; the mount stays remote. */
async function downloadBehind(parts: RuntimeParts, name: string, archive: ReleaseArchive): Promise<void> {
  try {
    const { bringHere } = await loadPart(() => import('./background-download.js'));
    await bringHere(parts, name, archive);
  } catch (error) {
    if (!parts.life.signal.aborted) parts.events.emit('downloadFailed', { archive: archive.name, error });
  }
}
