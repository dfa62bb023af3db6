import type { Problem, Release, ReleaseArchive } from '@lading/manifest';
import { uploadArchives } from './apply-content.js';
import { APPLY_PUBLISH_DEFAULTS } from './apply-publish.js';
import { immutableError } from './plan-publish.js';
import type { PlannedObject } from './publish-plan.js';
import { ProgressMeter, type PublishProgress } from './publish-progress.js';
import type { PublishTarget, TargetCallOptions } from './publish-target.js';
import type { ReleaseSource } from './release-source.js';
import { compareKeys } from './target-key.js';

/** One of several parts of a release, for machines that publish it together. */
export interface Shard {
  /** 1 to `count`. */
  readonly index: number;
  readonly count: number;
}

/** Options of {@link publishShard}. */
export interface PublishShardOptions {
  readonly shard: Shard;
  /** How many archives are uploaded at a time. Default 8. */
  readonly concurrency?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: PublishProgress) => void) | undefined;
}

/** What {@link publishShard} did. */
export interface PublishShardResult {
  readonly uploadedObjects: number;
  readonly uploadedBytes: number;
  /** Archives of the part that were there already. */
  readonly presentObjects: number;
}

/**
 * The archives of one part of a release: each is in exactly one, and the parts are about equally large. Pure: every machine
 * finds the same.
 *
 * @example
 * shardArchives(release, { index: 1, count: 2 }).map(({ name }) => name);
 */
export function shardArchives({ archives }: Pick<Release, 'archives'>, { index, count }: Shard): ReleaseArchive[] {
  const sums = new Array<number>(count).fill(0);
  const largestFirst = [...archives].sort((a, b) => b.sizeBytes - a.sizeBytes || compareKeys(a.key, b.key));
  return largestFirst.filter(({ sizeBytes }) => {
    const least = sums.indexOf(Math.min(...sums));
    sums[least] = (sums[least] ?? 0) + sizeBytes;
    return least === index - 1;
  });
}

/**
 * Uploads one part of a release: archives that are not there, nothing else. Many machines may do it at once, in any order and
 * again; when all have, one of them publishes the release from a source without archives (`hasArchives: false`), which finds them
 * there or names those that are missing. Clients see nothing of it before.
 *
 * @throws PublishError `ERR_PUBLISH_IMMUTABLE`, `ERR_PUBLISH_SOURCE`, what the target throws, and the signal's reason.
 * @example
 * await publishShard(source, target, { shard: { index: 3, count: 16 } });
 */
export async function publishShard(
  source: ReleaseSource,
  target: PublishTarget,
  { shard, concurrency = APPLY_PUBLISH_DEFAULTS.concurrency, signal, onProgress }: PublishShardOptions,
): Promise<PublishShardResult> {
  const own = shardArchives(source.release, shard);
  const present = await presentKeys(own, target, { signal });
  const uploads = own
    .filter(({ key }) => !present.has(key))
    .map(({ key, sizeBytes, digest }): PlannedObject => ({ kind: 'archive', key, sizeBytes, digest }));
  const uploadBytes = uploads.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const plan = { uploads, uploadBytes };
  const meter = new ProgressMeter(plan, onProgress);
  await uploadArchives(plan, target, { source, concurrency, signal, meter });
  meter.end();
  return { uploadedObjects: uploads.length, uploadedBytes: uploadBytes, presentObjects: present.size };
}

async function presentKeys(
  own: readonly ReleaseArchive[],
  target: PublishTarget,
  options: TargetCallOptions,
): Promise<ReadonlySet<string>> {
  const sizes = new Map(own.map(({ key, sizeBytes }) => [key, sizeBytes]));
  const present = new Set<string>();
  const problems: Problem[] = [];
  for await (const { key, sizeBytes } of target.list('archives/', options)) {
    const expected = sizes.get(key);
    if (expected === undefined) continue;
    present.add(key);
    if (sizeBytes !== expected)
      problems.push({ path: key, problem: `has ${sizeBytes} bytes on the target, expected ${expected}` });
  }
  if (problems.length > 0) throw immutableError(problems);
  return present;
}
