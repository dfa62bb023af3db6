import { applyPublish, type PreparedPublish } from '@lading/publisher';
import type { CommandContext, CommandResult } from '../command-context.js';
import { planResult, publishedResult } from './publish-result.js';
import type { PublishSettings } from './publish-settings.js';

/** Applies a prepared publish and says what was done; with `isDryRun` only says what would be. */
export async function runPublish(
  context: CommandContext,
  { choice, channelKey }: PublishSettings,
  prepared: PreparedPublish,
  { isDryRun, concurrency }: { readonly isDryRun: boolean; readonly concurrency?: number | undefined },
): Promise<CommandResult> {
  const { plan, source } = prepared;
  if (isDryRun) return planResult(choice, plan);
  const bar = context.progress('publish');
  try {
    const result = await applyPublish(plan, choice.target, {
      source,
      channelKeys: [channelKey],
      concurrency,
      signal: context.signal,
      onProgress: ({ sentBytes, totalBytes, stage, doneObjects, totalObjects }) =>
        bar.update(sentBytes, totalBytes, `${stage}, ${doneObjects} of ${totalObjects}`),
    });
    return publishedResult(choice, plan, result);
  } finally {
    bar.end();
  }
}
