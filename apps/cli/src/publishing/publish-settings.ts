import type { SigningKey, TrustedRoot } from '@lading/manifest';
import type { PreparePublishOptions, PublishTarget } from '@lading/publisher';
import type { Command } from 'commander';
import type { CommandContext, CommonOptions } from '../command-context.js';
import { loadKeyRing } from '../config/keys.js';
import { openTarget, type TargetChoice, type TargetOptions } from '../config/open-target.js';
import { type KeyOptions, loadRoleKey, type RoleKey } from '../config/role-key.js';
import { collect, timeSpan, withCommonOptions, withTargetOptions, withTrustOption } from '../options.js';
import { type BillFlags, withBillOptions } from './publish-bill.js';

const DAY_MS = 86_400_000;
const CHANNEL_LIFE_DAYS = 30;

/** Flags of every command that moves a channel. */
export type PublishFlags = CommonOptions &
  KeyOptions &
  TargetOptions &
  BillFlags & {
    readonly releaseKey?: string;
    readonly expiresIn?: number;
    readonly rollout?: number;
    readonly dryRun?: boolean;
  };

/** What a command needs that moves a channel. Its targets are open: {@link closeTargets}. */
export interface PublishSettings {
  readonly choice: TargetChoice;
  readonly root: TrustedRoot;
  readonly channelKey: SigningKey;
  readonly options: PreparePublishOptions;
}

/** Adds the flags of every command that moves a channel. */
export function withPublishOptions(command: Command): Command {
  return withBillOptions(withTargetOptions(withTrustOption(withCommonOptions(command), 'the one beside the key')))
    .option('--mirror <url>', 'one more target that gets the same, such as another region (repeatable)', collect)
    .option('--key <key>', 'channel key: a PEM file, a folder of lading keys new, or env:NAME')
    .option(
      '--release-key <key>',
      'release key, where a release is to be numbered anew (default: the one of a --key folder)',
    )
    .option('--expires-in <span>', `life of the channel document: 12h, 30d (default: ${CHANNEL_LIFE_DAYS}d)`, timeSpan)
    .option('--dry-run', 'print the plan and change nothing');
}

/** Every target of a publish, the named one first. */
export function targetsOf({ choice }: PublishSettings): readonly [PublishTarget, ...PublishTarget[]] {
  return [choice.target, ...choice.mirrors];
}

/** Gives back the connections of all targets. */
export async function closeTargets(settings: PublishSettings): Promise<void> {
  for (const target of targetsOf(settings)) await target.close?.();
}

/** Loads the keys first, and opens the target when they may sign. */
export async function publishSettings(context: CommandContext, flags: PublishFlags): Promise<PublishSettings> {
  const role = await loadRoleKey(context, 'channel', flags);
  const releaseKeys = await loadReleaseKeys(context, role, flags.releaseKey);
  const choice = await openTarget(context, flags);
  const now = context.now();
  const expiresAt = new Date(now.getTime() + (flags.expiresIn ?? CHANNEL_LIFE_DAYS * DAY_MS));
  const { rollout } = flags;
  const options = { channel: choice.channel, now, expiresAt, releaseKeys, rollout, signal: context.signal };
  return { choice, root: role.root, channelKey: role.key, options };
}

async function loadReleaseKeys(
  context: CommandContext,
  { ring }: RoleKey,
  setting: string | undefined,
): Promise<readonly SigningKey[]> {
  const from = setting === undefined ? ring : await loadKeyRing(context, setting, context.cwd);
  // One file or variable is the key of the role that it was named for.
  const key = setting === undefined && !ring.isFolder ? undefined : from.key('release');
  return key === undefined ? [] : [key];
}
