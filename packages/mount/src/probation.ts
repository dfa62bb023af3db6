import type { Digest, JsonValue } from '@lading/manifest';
import { goodRelease, PROBATION_RECORDS } from './good-release.js';
import { MOUNT_RECORDS } from './mount-intent.js';
import type { RecordTransaction } from './mount-store.js';
import { digest, integer, objectOf, TRUST_RECORDS, text } from './trust-records.js';

/** Why a release was given up. */
export type ProbationFailure =
  /** The app ended before it called `markReady()`, as often as it may. */
  | 'crash'
  /** The app did not call `markReady()` in time. */
  | 'timeout'
  /** The app said so, with `markFailed()`. */
  | 'failed';

/** A release that is not mounted again on this install. */
export interface BlockedRelease {
  readonly release: Digest;
  readonly failure: ProbationFailure;
  /** What the app said of it, with `markFailed(reason)`. */
  readonly reason?: string | undefined;
}

/** The mount set that is on probation. */
export interface Trial {
  readonly release: Digest;
  /** Starts of the app with it so far, the one that mounted it included. */
  readonly starts: number;
}

/** A release that failed once would fail again; of more than these the oldest may be tried again. */
const MAX_BLOCKED = 32;
const MAX_REASON_CHARACTERS = 500;

/** Reads the trial. @throws MountError `ERR_STORE_CORRUPT` */
export function readTrial(records: Pick<RecordTransaction, 'get'>): Trial | undefined {
  const record = objectOf(records.get(PROBATION_RECORDS.trial), PROBATION_RECORDS.trial);
  return record && { release: digest(record, 'release'), starts: integer(record, 'starts') };
}

/** Reads the blocked releases, the newest last. @throws MountError `ERR_STORE_CORRUPT` */
export function readBlocked(records: Pick<RecordTransaction, 'get'>): BlockedRelease[] {
  const list = records.get(PROBATION_RECORDS.blocked);
  return (Array.isArray(list) ? (list as readonly JsonValue[]) : []).flatMap((item) => {
    const record = objectOf(item, PROBATION_RECORDS.blocked);
    if (record === undefined) return [];
    const failure = text(record, 'failure') as ProbationFailure;
    const reason = record.reason === undefined ? undefined : text(record, 'reason');
    return [{ release: digest(record, 'release'), failure, reason }];
  });
}

/** The mounts come from a release now: unless it was marked ready before, it is on probation from here on. */
export function beginTrial(records: RecordTransaction, release: Digest): void {
  if (goodRelease(records) === release) records.delete(PROBATION_RECORDS.trial);
  else if (readTrial(records)?.release !== release) records.set(PROBATION_RECORDS.trial, { release, starts: 1 });
}

/** Counts a start with the trial. @returns True where there were as many as there may be, and it is to be given up. */
export function countStart(records: RecordTransaction, maxStarts: number): boolean {
  const trial = readTrial(records);
  if (trial === undefined) return false;
  if (trial.starts >= maxStarts) return true;
  records.set(PROBATION_RECORDS.trial, { ...trial, starts: trial.starts + 1 });
  return false;
}

/** What is mounted now is good: it is what a later trial goes back to. */
export function endTrial(records: RecordTransaction): void {
  records.delete(PROBATION_RECORDS.trial);
  const mounts: Record<string, JsonValue> = {};
  for (const key of mountKeys(records)) mounts[key] = records.get(key) ?? null;
  const active = records.get(TRUST_RECORDS.active) ?? null;
  records.set(PROBATION_RECORDS.good, { active, held: records.get(MOUNT_RECORDS.held) ?? [], mounts });
}

/** Puts the last good mount set back, and blocks the release of the trial. Changes nothing where there is no trial. */
export function giveUpTrial(
  records: RecordTransaction,
  { failure, reason }: { readonly failure: ProbationFailure; readonly reason?: string | undefined },
): BlockedRelease | undefined {
  const trial = readTrial(records);
  if (trial === undefined) return undefined;
  const good = objectOf(records.get(PROBATION_RECORDS.good), PROBATION_RECORDS.good);
  for (const key of mountKeys(records)) records.delete(key);
  for (const [key, value] of Object.entries(objectOf(good?.mounts, PROBATION_RECORDS.good) ?? {}))
    records.set(key, value as JsonValue);
  if (good === undefined || good.active === null || good.active === undefined) records.delete(TRUST_RECORDS.active);
  else records.set(TRUST_RECORDS.active, good.active);
  records.set(MOUNT_RECORDS.held, (good?.held as JsonValue | undefined) ?? []);
  records.delete(PROBATION_RECORDS.trial);
  const said = reason === undefined ? {} : { reason: reason.slice(0, MAX_REASON_CHARACTERS) };
  const blocked: BlockedRelease = { release: trial.release, failure, ...said };
  const others = readBlocked(records).filter(({ release }) => release !== trial.release);
  records.set(PROBATION_RECORDS.blocked, [...others, blocked].slice(-MAX_BLOCKED) as unknown as JsonValue);
  return blocked;
}

function mountKeys(records: RecordTransaction): string[] {
  return records.keys().filter((key) => key.startsWith(MOUNT_RECORDS.prefix));
}
