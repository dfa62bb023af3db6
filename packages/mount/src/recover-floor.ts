import type { Role, Root } from '@lading/manifest';
import type { FloorRecord } from './trust-records.js';

/**
 * A thief of the channel key can sign sequence 2^53 - 1, and no honest channel would ever be newer. A root that takes
 * his key away also takes back what it signed: the floor of that role falls to the ground, from which `shippedFloor`
 * lifts it again.
 */
export function recoverFloor(floor: FloorRecord, { before, after }: RootStep): FloorRecord {
  const channelChanged = !sameKeys(before, after, 'channel');
  const releaseChanged = !sameKeys(before, after, 'release');
  if (!channelChanged && !releaseChanged) return floor;
  return {
    sequence: channelChanged ? 0 : floor.sequence,
    digest: channelChanged ? undefined : floor.digest,
    releaseSequence: 0,
    seenMs: releaseChanged ? 0 : floor.seenMs,
  };
}

/** One step of the root chain. */
export interface RootStep {
  readonly before: Root;
  readonly after: Root;
}

function sameKeys(before: Root, after: Root, role: Role): boolean {
  return [...before.roles[role].keyids].sort().join() === [...after.roles[role].keyids].sort().join();
}
