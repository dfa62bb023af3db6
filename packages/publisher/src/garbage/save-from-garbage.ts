import { PublishError } from '../publish-error.js';
import type { PublishTarget, TargetCallOptions } from '../publish-target.js';
import { readTombstones, readVerdict, saveTombstone, type Tombstone } from './tombstone.js';

/**
 * Saves what a publish needs from the garbage collection: every tombstone that lists one of the keys is given up. After
 * this, what is there stays there. Call it before looking whether it is there.
 *
 * @throws PublishError `ERR_PUBLISH_CONFLICT` where a collection is deleting it now; `ERR_PUBLISH_TOMBSTONE`.
 */
export async function saveFromGarbage(
  target: PublishTarget,
  keys: ReadonlySet<string>,
  options: TargetCallOptions,
): Promise<void> {
  const { tombstones } = await readTombstones(target, options);
  for (const tombstone of tombstones) {
    const needed = tombstone.keys.find((key) => keys.has(key));
    if (needed !== undefined) await save(target, tombstone, needed, options);
  }
}

async function save(
  target: PublishTarget,
  { id, verdict }: Tombstone,
  needed: string,
  options: TargetCallOptions,
): Promise<void> {
  if (verdict === undefined && (await saveTombstone(target, id, options))) return;
  const decided = verdict ?? (await readVerdict(target, id, options));
  if (decided?.decision === 'keep') return;
  throw new PublishError('ERR_PUBLISH_CONFLICT', `A garbage collection is deleting "${needed}" now`, {
    details: { key: needed, tombstone: id },
    hint: 'Run the command again when it has ended. Where it was killed, lading gc finishes it after an hour.',
  });
}
