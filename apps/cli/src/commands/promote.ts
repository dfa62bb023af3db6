import { chooseCurrent, liveReleases, publishedSource, readLiveReleases, readPublished } from '@lading/publisher';
import type { Command } from 'commander';
import type { CommandContext, CommandResult } from '../command-context.js';
import { percentage } from '../options.js';
import {
  closeTargets,
  type PublishFlags,
  publishSettings,
  withPublishOptions,
} from '../publishing/publish-settings.js';
import { runPublish } from '../publishing/run-publish.js';
import type { Run } from '../run-program.js';

/** Adds `lading promote`. */
export function addPromoteCommand(program: Command, run: Run): void {
  withPublishOptions(program.command('promote'))
    .description('point a channel at the release of another one: what was tested is what players get')
    .argument('<from>', 'channel whose release is taken, such as beta')
    .argument('[to]', 'channel to move (default: --channel, else stable)')
    .option('--rollout <percent>', 'share of installs that get it; widen it with lading rollout', percentage)
    .addHelpText(
      'after',
      [
        '',
        'Nothing is uploaded but the channel. Where the release has a lower sequence than the one that is live, it is signed again',
        'under the next one: that takes the release key.',
        '',
        'Examples:',
        '  $ lading promote beta stable --target dist/content --key keys',
      ].join('\n'),
    )
    .action((from: string, to: string | undefined, options: PublishFlags) =>
      run(options, (context) => promote(context, from, to === undefined ? options : { ...options, channel: to })),
    );
}

async function promote(context: CommandContext, from: string, flags: PublishFlags): Promise<CommandResult> {
  const settings = await publishSettings(context, flags);
  const { target } = settings.choice;
  const { signal } = context;
  try {
    const published = await readPublished(target, { roots: [settings.root], signal });
    const { roots } = published;
    const current = liveReleases(published, { channel: from, last: 1 });
    const { content } = chooseCurrent(await readLiveReleases(target, current, { roots, signal }));
    return await runPublish(context, settings, publishedSource(content, { name: target.name, roots }), flags);
  } finally {
    await closeTargets(settings);
  }
}
