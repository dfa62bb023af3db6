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
