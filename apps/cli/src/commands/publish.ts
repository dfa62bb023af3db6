import { resolve } from 'node:path';
import type { Shard } from '@lading/publisher';
import { openReleaseFolder } from '@lading/publisher/node';
import type { Command } from 'commander';
import type { CommandContext, CommandResult } from '../command-context.js';
import { outSetting } from '../config/settings.js';
import { percentage, wholeNumber } from '../options.js';
import { publishPart, shardOption } from '../publishing/publish-part.js';
import {
  closeTargets,
  type PublishFlags,
  publishSettings,
  withPublishOptions,
} from '../publishing/publish-settings.js';
import { runPublish } from '../publishing/run-publish.js';
import type { Run } from '../run-program.js';

type PublishOptions = PublishFlags & {
  readonly releaseVersion?: string;
  readonly concurrency?: number;
  readonly repair?: boolean;
  readonly shard?: Shard;
  readonly commit?: boolean;
};

/** Adds `lading publish`. */
export function addPublishCommand(program: Command, run: Run): void {
  withPublishOptions(program.command('publish'))
    .description('upload what is new, read it back, then move the channel; safe to kill and repeat')
    .argument('[dir]', 'folder that lading split wrote (default: out of the configuration, else dist/release)')
    .option('--release-version <text>', 'which release, where the folder holds several (default: the newest)')
    .option('--rollout <percent>', 'share of installs that get it; widen it with lading rollout', percentage)
    .option(
      '--shard <i/n>',
      'upload only one of n parts of the archives, such as 3/16, and no release; takes no key',
      shardOption,
    )
    .option('--commit', 'publish what the shards uploaded: the folder may lack the archives')
    .option('--repair', 'look closer at what is there, and upload again what is wrong')
    .option('--concurrency <n>', 'uploads at a time (default: 8)', wholeNumber)
    .addHelpText(
      'after',
      [
        '',
        'The update bill says for each root what players of the last live releases download; --max-update bounds it.',
        'Several machines may each publish a part with --shard; when all have, one publishes the release with --commit.',
        'A key folder also holds the release key: then a release whose number is taken is signed again under the next one.',
        '',
        'Examples:',
        '  $ lading publish release --target dist/content --key keys',
        "  $ lading publish release --target 's3://my-bucket/my-game?region=eu-central-1' --key env:LADING_CHANNEL_KEY --trust root.1.json --dry-run",
      ].join('\n'),
    )
    .action((dir: string | undefined, options: PublishOptions) =>
      run(options, (context) => publish(context, dir, options)),
    );
}

async function publish(
  context: CommandContext,
  dir: string | undefined,
  flags: PublishOptions,
): Promise<CommandResult> {
  const folder = dir === undefined ? await outSetting(context, undefined) : resolve(context.cwd, dir);
  if (flags.shard !== undefined) return publishPart(context, folder, { ...flags, shard: flags.shard });
  const settings = await publishSettings(context, flags);
  const isCommit = flags.commit === true;
  try {
    const source = await openReleaseFolder(folder, {
      trust: settings.root.bytes,
      version: flags.releaseVersion,
      ...(isCommit ? { needs: () => false } : {}),
      signal: context.signal,
    });
    const published = isCommit ? { ...source, hasArchives: false } : source;
    return await runPublish(context, settings, published, flags, { repair: flags.repair });
  } finally {
    await closeTargets(settings);
  }
}
