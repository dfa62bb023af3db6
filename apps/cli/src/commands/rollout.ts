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

/** Adds `lading rollout`. */
export function addRolloutCommand(program: Command, run: Run): void {
  withPublishOptions(program.command('rollout'))
    .description('set which share of installs gets the release that is live')
    .argument('<percent>', '0 to 100', percentage)
    .addHelpText(
      'after',
      [
        '',
        'Each install finds out by itself whether it is in the share; a larger share includes a smaller one. Whoever is not keeps the',
        'release that it has, and the garbage collection keeps it, too. 0 holds a release back from all who do not have it yet.',
        '',
        'Examples:',
        '  $ lading publish release --rollout 5 --target dist/content --key keys',
        '  $ lading rollout 50 --target dist/content --key keys',
      ].join('\n'),
    )
    .action((rollout: number, options: PublishFlags) =>
      run(options, (context) => setRollout(context, { ...options, rollout })),
    );
}

async function setRollout(context: CommandContext, flags: PublishFlags): Promise<CommandResult> {
  const settings = await publishSettings(context, flags);
  const { target, channel } = settings.choice;
  const { signal } = context;
  try {
    const published = await readPublished(target, { roots: [settings.root], signal });
    const { roots } = published;
    const releases = await readLiveReleases(target, liveReleases(published, { channel, last: 1 }), { roots, signal });
    const source = publishedSource(chooseCurrent(releases).content, { name: target.name, roots });
    return await runPublish(context, settings, source, flags);
  } finally {
    await closeTargets(settings);
  }
}
