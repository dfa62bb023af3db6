import type { Digest } from '@lading/manifest';
import type { MountStore } from './mount-store.js';
import {
  type BlockedRelease,
  countStart,
  endTrial,
  giveUpTrial,
  type ProbationFailure,
  readBlocked,
  readTrial,
} from './probation.js';

export { beginTrial } from './probation.js';

/** What the records say after a step. */
export interface ProbationStep {
  /** The release that was given up with it. */
  readonly given: BlockedRelease | undefined;
  readonly trial: Digest | undefined;
  readonly blocked: readonly BlockedRelease[];
}

/** Counts a start, and gives up the release that was not marked ready as often as it may. `undefined`: starts do not count. */
export function settleTrial(
  store: MountStore,
  maxStarts: number | undefined,
  signal: AbortSignal | undefined,
): Promise<ProbationStep> {
  return store.transaction(
    (records) => {
      const isOver = maxStarts !== undefined && countStart(records, maxStarts);
      const given = isOver ? giveUpTrial(records, { failure: 'crash' }) : undefined;
      return { given, trial: readTrial(records)?.release, blocked: readBlocked(records) };
    },
    { signal },
  );
}

/** The release that is on probation. */
export async function currentTrial(store: MountStore, signal: AbortSignal | undefined): Promise<Digest | undefined> {
  return (await store.transaction(readTrial, { signal }))?.release;
}

/** What is mounted is good. */
export async function passTrial(store: MountStore, signal: AbortSignal | undefined): Promise<void> {
  await store.transaction(endTrial, { signal });
}

/** Puts the records back to the last good mounts; changes nothing where nothing is on probation. */
export function failTrial(
  store: MountStore,
  failure: { readonly failure: ProbationFailure; readonly reason?: string | undefined },
  signal: AbortSignal | undefined,
): Promise<ProbationStep> {
  return store.transaction(
    (records) => {
      const given = giveUpTrial(records, failure);
      return { given, trial: readTrial(records)?.release, blocked: readBlocked(records) };
    },
    { signal },
  );
}
