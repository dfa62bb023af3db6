import type { Release, ReleaseArchive } from '@lading/manifest';
import { type PublishShardResult, publishShard, type Shard, shardArchives } from '@lading/publisher';
import { openReleaseFolder } from '@lading/publisher/node';
import { InvalidArgumentError } from 'commander';
import type { CommandContext, CommandResult } from '../command-context.js';
import { openTarget, type TargetOptions } from '../config/open-target.js';
import type { KeyOptions } from '../config/role-key.js';
import { namedRoot } from '../config/trusted-root.js';
import { formatBytes } from '../output/byte-size.js';
import { textFacts } from '../output/text-table.js';

/** Flags of {@link publishPart}. */
export interface PublishPartFlags extends TargetOptions, KeyOptions {
  readonly shard: Shard;
  readonly releaseVersion?: string;
  readonly concurrency?: number;
}

/** The most parts of one release. */
const MAX_SHARDS = 1_000;

/** Uploads one part of a release's archives to all targets. */
export async function publishPart(
  context: CommandContext,
  folder: string,
  flags: PublishPartFlags,
): Promise<CommandResult> {
  const { shard, concurrency } = flags;
  const { signal } = context;
  const source = await openReleaseFolder(folder, {
    trust: (await namedRoot(context, flags))?.bytes,
    version: flags.releaseVersion,
    needs: inShard(shard),
    signal,
  });
  const { target, mirrors } = await openTarget(context, flags);
  const bar = context.progress('publish');
  const results: (PublishShardResult & { readonly target: string })[] = [];
  try {
    for (const one of [target, ...mirrors]) {
      const result = await publishShard(source, one, {
        shard,
        concurrency,
        signal,
        onProgress: ({ sentBytes, totalBytes, doneObjects, totalObjects }) =>
          bar.update(sentBytes, totalBytes, `${doneObjects} of ${totalObjects}`),
      });
      results.push({ target: one.name, ...result });
    }
  } finally {
    bar.end();
    for (const one of [target, ...mirrors]) await one.close?.();
  }
  const part = `${shard.index}/${shard.count}`;
  return {
    json: { shard: part, release: source.digest, targets: results.map((one) => ({ ...one })) },
    text: textFacts([
      ['part', `${part} of ${source.release.project} ${source.release.version}`],
      ...results.map((one): [string, string] => [
        'target',
        `${one.target}: ${one.uploadedObjects} archives uploaded, ${formatBytes(one.uploadedBytes)}; ${one.presentObjects} there already`,
      ]),
      ['next', 'when all parts are there: lading publish --commit'],
    ]),
  };
}

/** Tells whether an archive belongs to a part; parts are worked out once for each release. */
function inShard(shard: Shard): (archive: ReleaseArchive, release: Release) => boolean {
  const parts = new Map<Release, ReadonlySet<ReleaseArchive>>();
  return (archive, release) => {
    const part = parts.get(release) ?? new Set(shardArchives(release, shard));
    parts.set(release, part);
    return part.has(archive);
  };
}

/** Reads a part such as `3/16`. */
export function shardOption(value: string): Shard {
  const [, index, count] = /^([1-9]\d{0,3})\/([1-9]\d{0,3})$/.exec(value) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (!(shard.index <= shard.count && shard.count <= MAX_SHARDS))
    throw new InvalidArgumentError(`Expected a part such as 3/16, of at most ${MAX_SHARDS}.`);
  return shard;
}
