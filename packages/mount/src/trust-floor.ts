import type { Role, Root } from '@lading/manifest/client';
import type { FloorRecord } from './trust-records.js';
import type { TrustOptions } from './trust-state.js';

/** The floor that an app was shipped with. */
export function shippedFloor({ floor }: Pick<TrustOptions, 'floor'>): FloorRecord {
  const sequence = floor?.sequence ?? 0;
  return { sequence, digest: undefined, releaseSequence: floor?.releaseSequence ?? 0, seenMs: 0 };
}

/** The higher of two floors, in each of its numbers. */
export function raiseFloor(floor: FloorRecord, other: FloorRecord | undefined): FloorRecord {
  if (other === undefined) return floor;
  const [low, high] = other.sequence < floor.sequence ? [other, floor] : [floor, other];
  return {
    sequence: high.sequence,
    digest: high.digest ?? (low.sequence === high.sequence ? low.digest : undefined),
    releaseSequence: Math.max(low.releaseSequence, high.releaseSequence),
    seenMs: Math.max(low.seenMs, high.seenMs),
  };
}

/**
 * A thief of the channel key can sign sequence 2^53 - 1, and no honest channel would ever be newer. A root that takes
 * his key away also takes back what it signed: the floor of that role falls to the ground, from which {@link shippedFloor}
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
