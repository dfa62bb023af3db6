import { readKeptMounts } from './kept-mounts.js';
import { storeRemoval } from './mount-records.js';
import type { MountSet } from './mount-set.js';
import type { ProbationFailure } from './probation.js';
import { replaceKept } from './replace-kept.js';
import { neededArchives } from './root-plan.js';
import { noMountError } from './runtime-errors.js';
import type { RuntimeParts } from './runtime-parts.js';

// Changes of what is mounted that few sessions make. Each runs in the line of changes; see `RuntimeParts.changes`.

/** Detaches an archive, for good. @throws MountError `ERR_MOUNT_NOT_FOUND` */
export async function removeMount(
  { mounts, options }: RuntimeParts,
  name: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const row = mounts.row(name);
  const intent = mounts.intents.get(name);
  if (row === undefined && intent === undefined) throw noMountError(name);
  if (intent !== undefined) {
    const held = heldWithout(mounts, intent.archive);
    // Durable first: what was taken away must not come back at the next start.
    await storeRemoval(options.store, { name, held }, signal);
    mounts.drop(name, held);
  }
  if (row !== undefined) await mounts.removeRow(row); // Else it could not be opened in this session.
}

/** The roots that stay whole without an archive. */
function heldWithout({ active, held, choice }: MountSet, archive: string): readonly string[] {
  if (active === undefined) return held;
  return held.filter((root) => neededArchives(root, active, choice).every(({ name }) => name !== archive));
}

/** Goes back to the last good mounts, all at once and without the network. False where no release is on probation. */
export async function giveUpRelease(
  parts: RuntimeParts,
  failure: ProbationFailure,
  { reason, signal }: { readonly reason?: string | undefined; readonly signal: AbortSignal | undefined },
): Promise<boolean> {
  const { probation, mounts, events } = parts;
  const given = await probation.giveUp(failure, { reason, signal });
  if (given === undefined) return false;
  const former = mounts.intents;
  await replaceKept(parts, former, await readKeptMounts(parts, signal));
  events.emit('rolledBack', given);
  return true;
}
