import { chooseRollback, liveReleases, publishedSource, readLiveReleases, readPublished } from '@lading/publisher';
import type { Command } from 'commander';
import type { CommandContext, CommandResult } from '../command-context.js';
import {
  closeTargets,
  type PublishFlags,
  publishSettings,
  withPublishOptions,
} from '../publishing/publish-settings.js';
import { runPublish } from '../publishing/run-publish.js';
import type { Run } from '../run-program.js';

type RollbackOptions = PublishFlags & { readonly to?: string; readonly revoke?: boolean };

/** Adds `lading rollback`. */
export function addRollbackCommand(program: Command, run: Run): void {
  withPublishOptions(program.command('rollback'))
    .description('point a channel at the content of an older release, under a higher sequence')
    .option('--to <release>', 'version or digest of the release to go back to (default: the one before)')
    .option('--revoke', 'also tell clients to stop using the release that is live now')
    .addHelpText(
      'after',
      [
        '',
        'Sequences never fall, so the old content is signed again as a new release: that takes the release key, beside the channel',
        'key in a --key folder or as --release-key. Archives are there already; nothing else is uploaded.',
        '',
        'Examples:',
        '  $ lading rollback --target dist/content --key keys',
        "  $ lading rollback --to 1.4.0 --target 's3://my-bucket/my-game?region=eu-central-1' --key keys --dry-run",
      ].join('\n'),
    )
    .action((options: RollbackOptions) => run(options, (context) => rollback(context, options)));
}

async function rollback(context: CommandContext, flags: RollbackOptions): Promise<CommandResult> {
  const settings = await publishSettings(context, flags);
  const { target, channel } = settings.choice;
  const { signal } = context;
  try {
    const published = await readPublished(target, { roots: [settings.root], signal });
    const { roots } = published;
    const releases = await readLiveReleases(target, liveReleases(published, { channel }), { roots, signal });
    const chosen = chooseRollback(releases, flags.to);
    const bad = releases.find(({ isCurrent }) => isCurrent)?.release.digest;
    const revoke = flags.revoke === true && bad !== undefined ? [bad] : [];
    const source = publishedSource(chosen.content, { name: target.name, roots });
    return await runPublish(context, settings, source, flags, { revoke });
  } finally {
    await closeTargets(settings);
  }
}
