import { applyPublish, type PreparedPublish } from '@lading/publisher';
import type { CommandContext, CommandResult } from '../command-context.js';
import { type BillFlags, publishBill } from './publish-bill.js';
import { planResult, publishedResult, refusedResult } from './publish-result.js';
import type { PublishSettings } from './publish-settings.js';

/** Flags of {@link runPublish}. */
export interface RunPublishFlags extends BillFlags {
  readonly dryRun?: boolean;
  readonly concurrency?: number;
}

/**
 * Works out the update bill of a prepared publish, applies it, and says what was done. With `--dry-run`, or where the bill is
 * larger than it may be, only says what would be.
 */
export async function runPublish(
  context: CommandContext,
  settings: PublishSettings,
  prepared: PreparedPublish,
  flags: RunPublishFlags,
): Promise<CommandResult> {
  const { plan, source } = prepared;
  const { target } = settings.choice;
  const bill = await publishBill(context, settings, prepared, flags);
  const facts = { target: target.name, plan, bill };
  if (bill !== undefined && bill.tooLarge.length > 0) return refusedResult(facts);
  if (flags.dryRun === true) return planResult(facts);
  const bar = context.progress('publish');
  try {
    const result = await applyPublish(plan, target, {
      source,
      channelKeys: [settings.channelKey],
      concurrency: flags.concurrency,
      signal: context.signal,
      onProgress: ({ sentBytes, totalBytes, stage, doneObjects, totalObjects }) =>
        bar.update(sentBytes, totalBytes, `${stage}, ${doneObjects} of ${totalObjects}`),
    });
    return publishedResult(facts, result);
  } finally {
    bar.end();
  }
}
