import { eachLimited } from '../each-limited.js';
import { PublishError } from '../publish-error.js';
import type { ListedObject, PublishTarget, TargetCallOptions } from '../publish-target.js';
import { readPublished } from '../published.js';
import type { ReleaseSource } from '../release-source.js';
import { markLive } from './live-documents.js';
import { CLAIM_MS, type GarbagePlan, type GarbageSurvey, planGarbage } from './plan-garbage.js';
import {
  claimTombstone,
  MAX_TOMBSTONE_KEYS,
  readTombstones,
  type Tombstone,
  tombstoneKey,
  verdictKey,
  writeTombstone,
} from './tombstone.js';

/** Options of {@link prepareGarbage} and {@link collectGarbage}. */
export interface GarbageOptions {
  /** The trusted root, or a chain that starts with it: the oldest, so that documents of former keys verify, too. */
  readonly roots: ReleaseSource['roots'];
  /** The caller's clock: asked again while objects are deleted. */
  readonly now: () => Date;
  /**
   * How long what is dead stays, in milliseconds: from the end of a channel document's life, and again from the
   * tombstone on. Must be longer than a publish takes. Default 30 days.
   */
  readonly graceMs?: number | undefined;
  /** How many releases of each channel stay whatever their age, the current one counted. Default 3. */
  readonly keepReleases?: number | undefined;
  /** The longest life that channel documents were published with, in milliseconds. Default 30 days. */
  readonly lifeMs?: number | undefined;
  /** How many objects are read or deleted at a time. Default 8. */
  readonly concurrency?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((deletedObjects: number, totalObjects: number) => void) | undefined;
}

/** What {@link GarbageOptions} fields are where they are not given. */
export const GARBAGE_DEFAULTS: {
  readonly graceMs: number;
  readonly keepReleases: number;
  readonly lifeMs: number;
  readonly concurrency: number;
} = { graceMs: 30 * 86_400_000, keepReleases: 3, lifeMs: 30 * 86_400_000, concurrency: 8 };

/** What a garbage collection did. */
export interface GarbageResult {
  readonly plan: GarbagePlan;
  readonly deleted: readonly ListedObject[];
  readonly buried: readonly ListedObject[];
}

/** The folders that hold what can die. Archives last: a listing takes its time, and they are most. */
const MORTAL_FOLDERS = ['history/', 'releases/', 'archives/'] as const;

/**
 * Looks at a target and plans a garbage collection. Writes nothing: this is what `--dry-run` does.
 *
 * @throws PublishError `ERR_PUBLISH_TRUST`, `ERR_PUBLISH_INCOMPLETE`, `ERR_PUBLISH_TOMBSTONE` where anything that decides
 * what stays cannot be read: then nothing is collected.
 */
export async function prepareGarbage(target: PublishTarget, options: GarbageOptions): Promise<GarbagePlan> {
  const now = options.now();
  const graceMs = options.graceMs ?? GARBAGE_DEFAULTS.graceMs;
  return planGarbage(await survey(target, now, options), { now, graceMs });
}

/**
 * Collects garbage: what no live document needs gets a tombstone, and is deleted by a later collection once the grace is
 * over. Run it regularly, at any time, beside publishes; kill it wherever you like.
 *
 * Why nothing that is needed is lost: what is live is read anew after a tombstone was claimed for deletion, and a publish
 * that uses something of a tombstone decides it the other way before it moves its channel. Of the two only one wins. A
 * publish that began before the tombstone was written has a whole grace to end.
 *
 * @throws PublishError what {@link prepareGarbage} throws, before anything is written; `ERR_TARGET_UNSUPPORTED` where the
 * target cannot delete or has no conditional writes; what the target throws, and the signal's reason.
 * @example
 * const { deleted, buried } = await collectGarbage(target, { roots, now: () => new Date() });
 */
export async function collectGarbage(target: PublishTarget, options: GarbageOptions): Promise<GarbageResult> {
  assertCanCollect(target);
  const plan = await prepareGarbage(target, options);
  const { signal } = options;
  const claimedAt = options.now();
  const claimed: Tombstone[] = [];
  for (const tombstone of plan.due) {
    const claim = { createdAt: claimedAt, over: tombstone.verdict, signal };
    if (await claimTombstone(target, tombstone.id, claim)) claimed.push(tombstone);
  }
  const deleted = claimed.length === 0 ? [] : await deleteDead(target, claimed, claimedAt, options);
  for (const { id } of [...claimed, ...plan.rescued]) await forget(target, id, { signal });
  for (const id of plan.orphans) await target.remove(verdictKey(id), { signal });
  await bury(target, plan.bury, options);
  return { plan, deleted, buried: plan.bury };
}

async function survey(target: PublishTarget, now: Date, options: GarbageOptions): Promise<GarbageSurvey> {
  const { roots, signal } = options;
  const graceMs = options.graceMs ?? GARBAGE_DEFAULTS.graceMs;
  const keepReleases = options.keepReleases ?? GARBAGE_DEFAULTS.keepReleases;
  const lifeMs = options.lifeMs ?? GARBAGE_DEFAULTS.lifeMs;
  const { tombstones, orphans } = await readTombstones(target, { signal });
  const objects = new Map<string, ListedObject>();
  for (const folder of MORTAL_FOLDERS) {
    for await (const object of target.list(folder, { signal })) objects.set(object.key, object);
  }
  const published = await readPublished(target, { roots, signal, concurrency: options.concurrency });
  const marked = await markLive(target, published, { now, graceMs, keepReleases, lifeMs, signal });
  return { objects, marked, tombstones, orphans };
}

/** What is live is read after the claims: no publish that comes later can use what they list. */
async function deleteDead(
  target: Deleter,
  claimed: readonly Tombstone[],
  claimedAt: Date,
  options: GarbageOptions,
): Promise<readonly ListedObject[]> {
  const { signal, now, concurrency = GARBAGE_DEFAULTS.concurrency } = options;
  const { objects, marked } = await survey(target, now(), options);
  const keys = new Set(claimed.flatMap((tombstone) => tombstone.keys));
  const dead = [...keys].filter((key) => !marked.has(key)).flatMap((key) => objects.get(key) ?? []);
  let count = 0;
  await eachLimited(dead, { concurrency, signal }, async ({ key }, inner) => {
    assertInTime(claimedAt, now());
    await target.remove(key, { signal: inner });
    options.onProgress?.(++count, dead.length);
  });
  return dead;
}

/** The tombstone first: a verdict without one decides nothing, a tombstone without its verdict would be open again. */
async function forget(target: Deleter, id: string, options: TargetCallOptions): Promise<void> {
  await target.remove(tombstoneKey(id), options);
  await target.remove(verdictKey(id), options);
}

/** The time of a tombstone is that of its writing: a publish that did not see it began before. */
async function bury(
  target: PublishTarget,
  dead: readonly ListedObject[],
  { now, signal }: GarbageOptions,
): Promise<void> {
  for (let at = 0; at < dead.length; at += MAX_TOMBSTONE_KEYS) {
    const keys = dead.slice(at, at + MAX_TOMBSTONE_KEYS).map(({ key }) => key);
    await writeTombstone(target, { keys, createdAt: now() }, { signal });
  }
}

type Deleter = PublishTarget & { readonly remove: NonNullable<PublishTarget['remove']> };

function assertCanCollect(target: PublishTarget): asserts target is Deleter {
  if (target.remove !== undefined && target.capabilities.conditionalPut) return;
  const lack = target.remove === undefined ? 'cannot delete' : 'has no conditional writes';
  throw new PublishError('ERR_TARGET_UNSUPPORTED', `${target.name} ${lack}, so no garbage is collected there`, {
    details: { target: target.name },
  });
}

/** Whoever sleeps over its claim must not wake up and delete: somebody else may have taken over, and published since. */
function assertInTime(claimedAt: Date, now: Date): void {
  if (now.getTime() - claimedAt.getTime() < CLAIM_MS) return;
  throw new PublishError('ERR_PUBLISH_CONFLICT', 'The garbage collection took longer than its claim lasts', {
    details: { claimMs: CLAIM_MS },
    hint: 'Run it again: it goes on where it stopped.',
  });
}
