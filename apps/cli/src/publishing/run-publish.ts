import {
  applyRegions,
  type PreparedRegions,
  type PreparePublishOptions,
  type PublishProgress,
  prepareRegions,
  type ReleaseSource,
} from '@lading/publisher';
import type { CommandContext, CommandResult } from '../command-context.js';
import { type BillFlags, publishBill } from './publish-bill.js';
import { planResult, publishedResult, refusedResult } from './publish-result.js';
import { type PublishSettings, targetsOf } from './publish-settings.js';

/** Flags of {@link runPublish}. */
export interface RunPublishFlags extends BillFlags {
  readonly dryRun?: boolean;
  readonly concurrency?: number;
}

/**
 * Prepares a publish to all targets, works out the update bill, applies it, and says what was done. With `--dry-run`, or where
 * the bill is larger than it may be, only says what would be.
 *
 * @param over - Options of the publish beside those of the settings.
 */
export async function runPublish(
  context: CommandContext,
  settings: PublishSettings,
  source: ReleaseSource,
  flags: RunPublishFlags,
  over: Partial<PreparePublishOptions> = {},
): Promise<CommandResult> {
  const prepared = await prepareRegions(source, targetsOf(settings), { ...settings.options, ...over });
  const bill = await publishBill(context, settings, prepared, flags);
  const facts = { regions: prepared.regions, bill };
  if (bill !== undefined && bill.tooLarge.length > 0) return refusedResult(facts);
  if (flags.dryRun === true) return planResult(facts);
  return publishedResult(facts, await apply(context, settings, prepared, flags.concurrency));
}

async function apply(
  context: CommandContext,
  { channelKey }: PublishSettings,
  prepared: PreparedRegions,
  concurrency: number | undefined,
): ReturnType<typeof applyRegions> {
  const bar = context.progress('publish');
  const latest = new Map<number, PublishProgress>();
  try {
    return await applyRegions(prepared, {
      channelKeys: [channelKey],
      concurrency,
      signal: context.signal,
      onProgress: (progress, region) => {
        latest.set(region, progress);
        const all = [...latest.values()];
        const sum = (value: (one: PublishProgress) => number): number =>
          all.reduce((total, one) => total + value(one), 0);
        const objects = `${sum((one) => one.doneObjects)} of ${sum((one) => one.totalObjects)}`;
        bar.update(
          sum((one) => one.sentBytes),
          sum((one) => one.totalBytes),
          `${progress.stage}, ${objects}`,
        );
      },
    });
  } finally {
    bar.end();
  }
}
