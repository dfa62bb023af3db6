import { loadPart } from '@lading/manifest/client';
import { loadMountRecords } from './mount-records.js';
import type { MountRow } from './mount-table.js';
import type { RuntimeParts } from './runtime-parts.js';

/** Opens the mounts that the store has; what does that is loaded where there are some. Their rows are not in the table yet. */
export async function readKeptMounts(
  { options, follower, shelf, events, mounts }: RuntimeParts,
  signal: AbortSignal | undefined,
): Promise<readonly MountRow[]> {
  const records = await loadMountRecords(options.store, signal);
  if (records.mounts.size === 0) {
    mounts.takeOver({ active: undefined, rows: [], intents: new Map(), held: [] }, records.sequence);
    return [];
  }
  const { restoreMounts } = await loadPart(() => import('./restore-mounts.js'));
  const context = follower.context(signal);
  const restored = await restoreMounts(records, { options, trust: follower.trust, context, shelf, events });
  mounts.takeOver(restored, records.sequence);
  return restored.rows;
}
