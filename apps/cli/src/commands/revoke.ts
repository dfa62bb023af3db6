import {
  chooseCurrent,
  chooseRevoked,
  liveReleases,
  publishedSource,
  readLiveReleases,
  readPublished,
} from '@lading/publisher';
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

/** Adds `lading revoke`. */
export function addRevokeCommand(program: Command, run: Run): void {
  withPublishOptions(program.command('revoke'))
    .description('tell clients to stop using a release that was live')
    .argument('<release>', 'its version, its digest, or at least 8 hex digits of it')
    .addHelpText(
      'after',
      [
        '',
        'Clients that still run it leave it when they next read the channel. What is revoked stays revoked. For the release that is live',
        'now, use lading rollback --revoke.',
        '',
        'Examples:',
        '  $ lading revoke 1.4.0 --target dist/content --key keys',
      ].join('\n'),
    )
    .action((release: string, options: PublishFlags) => run(options, (context) => revoke(context, release, options)));
}

async function revoke(context: CommandContext, wanted: string, flags: PublishFlags): Promise<CommandResult> {
  const settings = await publishSettings(context, flags);
  const { target, channel } = settings.choice;
  const { signal } = context;
  try {
    const published = await readPublished(target, { roots: [settings.root], signal });
    const { roots } = published;
    const releases = await readLiveReleases(target, liveReleases(published, { channel }), { roots, signal });
    const { content } = chooseCurrent(releases);
    const source = publishedSource(content, { name: target.name, roots });
    return await runPublish(context, settings, source, flags, { revoke: chooseRevoked(releases, wanted) });
  } finally {
    await closeTargets(settings);
  }
}
