import { resolve } from 'node:path';
import type { JsonObject, SigningKey } from '@lading/manifest';
import {
  applyPublish,
  type PreparedPublish,
  type PublishPlan,
  type PublishResult,
  preparePublish,
  publishPlanJson,
} from '@lading/publisher';
import { openReleaseFolder } from '@lading/publisher/node';
import type { Command } from 'commander';
import type { CommandContext, CommandResult, CommonOptions } from '../command-context.js';
import { openTarget, type TargetChoice, type TargetOptions } from '../config/open-target.js';
import { loadRoleKey } from '../config/role-key.js';
import { outSetting } from '../config/settings.js';
import {
  type TrustOptions,
  timeSpan,
  wholeNumber,
  withCommonOptions,
  withTargetOptions,
  withTrustOption,
} from '../options.js';
import { formatBytes } from '../output/byte-size.js';
import { textFacts, textTable } from '../output/text-table.js';
import type { Run } from '../run-program.js';

type PublishOptions = CommonOptions &
  TrustOptions &
  TargetOptions & {
    readonly key?: string;
    readonly releaseVersion?: string;
    readonly dryRun?: boolean;
    readonly expiresIn?: number;
    readonly concurrency?: number;
  };

const DAY_MS = 86_400_000;
const CHANNEL_LIFE_DAYS = 30;

/** Adds `lading publish`. */
export function addPublishCommand(program: Command, run: Run): void {
  withTargetOptions(withTrustOption(withCommonOptions(program.command('publish')), 'the one beside the key'))
    .description('upload what is new, read it back, then move the channel; safe to kill and repeat')
    .argument('[dir]', 'folder that lading split wrote (default: out of the configuration, else dist/release)')
    .option('--key <key>', 'channel key: a PEM file, a folder of lading keys new, or env:NAME')
    .option('--release-version <text>', 'which release, where the folder holds several (default: the newest)')
    .option('--expires-in <span>', `life of the channel document: 12h, 30d (default: ${CHANNEL_LIFE_DAYS}d)`, timeSpan)
    .option('--concurrency <n>', 'uploads at a time (default: 8)', wholeNumber)
    .option('--dry-run', 'print the plan and change nothing')
    .addHelpText(
      'after',
      [
        '',
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
  options: PublishOptions,
): Promise<CommandResult> {
  const { key, root, ring } = await loadRoleKey(context, 'channel', options);
  const choice = await openTarget(context, options);
  try {
    const folder = dir === undefined ? await outSetting(context, undefined) : resolve(context.cwd, dir);
    const source = await openReleaseFolder(folder, {
      trust: root.bytes,
      version: options.releaseVersion,
      signal: context.signal,
    });
    const now = context.now();
    const prepared = await preparePublish(source, choice.target, {
      channel: choice.channel,
      now,
      expiresAt: new Date(now.getTime() + (options.expiresIn ?? CHANNEL_LIFE_DAYS * DAY_MS)),
      releaseKeys: ring.isFolder ? onlyThere(ring.key('release')) : [],
      signal: context.signal,
    });
    if (options.dryRun === true) return planResult(choice, prepared.plan);
    return await apply(context, { choice, prepared, key, concurrency: options.concurrency });
  } finally {
    await choice.target.close?.();
  }
}

interface ApplyInput {
  readonly choice: TargetChoice;
  readonly prepared: PreparedPublish;
  readonly key: SigningKey;
  readonly concurrency: number | undefined;
}

async function apply(
  context: CommandContext,
  { choice, prepared, key, concurrency }: ApplyInput,
): Promise<CommandResult> {
  const { plan, source } = prepared;
  const bar = context.progress('publish');
  try {
    const result = await applyPublish(plan, choice.target, {
      source,
      channelKeys: [key],
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

function onlyThere(key: SigningKey | undefined): readonly SigningKey[] {
  return key === undefined ? [] : [key];
}

function planResult({ target }: TargetChoice, plan: PublishPlan): CommandResult {
  return {
    json: { target: target.name, dryRun: true, plan: publishPlanJson(plan) },
    text: `${uploadsText(plan)}\n\n${textFacts([...planFacts(plan, target.name), ['dry run', 'nothing was changed']])}`,
  };
}

function publishedResult({ target }: TargetChoice, plan: PublishPlan, result: PublishResult): CommandResult {
  return {
    json: {
      target: target.name,
      status: result.status,
      channel: result.channel as unknown as JsonObject,
      uploadedObjects: result.uploadedObjects,
      uploadedBytes: result.uploadedBytes,
      plan: publishPlanJson(plan),
    },
    text: `${uploadsText(plan)}\n\n${textFacts([...planFacts(plan, target.name), ['status', result.status]])}`,
  };
}

function planFacts(
  { release, channel, uploads, uploadBytes, present, calls }: PublishPlan,
  target: string,
): (readonly [string, string | number])[] {
  const renumbered =
    release.renumberedFrom === undefined ? '' : ` (renumbered from ${release.renumberedFrom}: that number was taken)`;
  return [
    ['target', target],
    ['release', `${release.project} ${release.version}, sequence ${release.sequence}${renumbered}`],
    ['new', `${uploads.length} objects, ${formatBytes(uploadBytes)}`],
    ['there already', present.length],
    [
      'channel',
      `${channel.name}: ${channel.action}, sequence ${channel.document.sequence}, expires ${channel.document.expiresAt}`,
    ],
    ['requests', `${calls.list} list, ${calls.head} head, ${calls.get} get, ${calls.put} put`],
  ];
}

function uploadsText({ uploads }: PublishPlan): string {
  if (uploads.length === 0) return 'Nothing to upload: everything is there.';
  return textTable(
    ['upload', 'size', 'key'],
    uploads.map(({ kind, sizeBytes, key }) => [kind, formatBytes(sizeBytes), key]),
  );
}
