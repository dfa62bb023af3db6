import { resolve } from 'node:path';
import { type PublishTarget, parseTargetUrl, patientTarget, targetUrlScheme } from '@lading/publisher';
import {
  type FolderDescription,
  folderTarget,
  parseFolderUrl,
  parseWebdavUrl,
  type WebdavDescription,
  webdavAuthorization,
  webdavTarget,
} from '@lading/publisher/node';
import { parseS3Url, type S3Description, type S3TargetOptions, s3Target } from '@lading/s3';
import { usageError } from '../cli-error.js';
import type { CommandContext } from '../command-context.js';
import type { DescribedTarget, EnvironmentConfig, LadingConfig, TargetSetting } from './lading-config.js';
import { loadConfig } from './load-config.js';
import { SETTING_DEFAULTS } from './settings.js';

/** Flags that say where to publish. */
export interface TargetOptions {
  readonly target?: string | undefined;
  readonly channel?: string | undefined;
  readonly env?: string | undefined;
  /** More targets that get the same; default: those of the environment or the configuration. */
  readonly mirror?: readonly string[] | undefined;
}

/** Where to publish, and under which channel. */
export interface TargetChoice {
  readonly target: PublishTarget;
  /** Other targets that get the same, such as other regions. Only commands that publish open them. */
  readonly mirrors: readonly PublishTarget[];
  readonly channel: string;
}

/**
 * What flags, an environment or the configuration say of an S3 target, without opening it.
 *
 * @throws CliError `ERR_USAGE` where none is named, or another kind of target; PublishError `ERR_TARGET_URL`.
 */
export async function s3TargetOptions(context: CommandContext, options: TargetOptions): Promise<S3TargetOptions> {
  const { setting } = await chosenTarget(context, options);
  if (typeof setting === 'string' && targetUrlScheme(setting) === 's3') return parseS3Url(setting);
  if (typeof setting === 'object' && 'kind' in setting && setting.kind === 's3') return setting;
  throw usageError('the target is not on S3', 'Pass --target s3://bucket/prefix?region=…&endpoint=….');
}

/**
 * Opens the target that flags, an environment or the configuration name, in this order.
 *
 * @throws CliError `ERR_USAGE` where none is named; PublishError `ERR_TARGET_URL`.
 */
export async function openTarget(context: CommandContext, options: TargetOptions): Promise<TargetChoice> {
  const { setting, mirrors, dir, channel } = await chosenTarget(context, options);
  const place = { dir, env: context.env };
  return { target: targetOf(setting, place), mirrors: mirrors.map((one) => targetOf(one, place)), channel };
}

interface ChosenTarget {
  readonly setting: TargetSetting;
  readonly mirrors: readonly TargetSetting[];
  readonly dir: string;
  readonly channel: string;
}

/** What is named as target, the folder that its paths start at, and the channel. */
async function chosenTarget(context: CommandContext, options: TargetOptions): Promise<ChosenTarget> {
  const { config, dir } = await loadConfig(context.cwd, context.configFile);
  const environment = options.env === undefined ? {} : environmentOf(config, options.env);
  const channel = options.channel ?? environment.channel ?? config.channel ?? SETTING_DEFAULTS.channel;
  if (options.target !== undefined)
    return { setting: options.target, mirrors: options.mirror ?? [], dir: context.cwd, channel };
  const named = environment.target === undefined ? config : environment;
  if (named.target !== undefined) return { setting: named.target, mirrors: named.mirrors ?? [], dir, channel };
  throw usageError(
    'no target is given',
    'Pass --target with a folder, s3://bucket/prefix?region=…&endpoint=…, or https://… for WebDAV.',
  );
}

function environmentOf(config: LadingConfig, name: string): EnvironmentConfig {
  const environments = config.environments ?? {};
  const environment = Object.hasOwn(environments, name) ? environments[name] : undefined;
  if (environment !== undefined) return environment;
  const known = Object.keys(environments);
  throw usageError(
    `there is no environment ${name}`,
    known.length === 0 ? 'The configuration names none.' : `Known: ${known.join(', ')}.`,
  );
}

/** Where paths start, and what the environment says. */
interface TargetPlace {
  readonly dir: string;
  readonly env: CommandContext['env'];
}

/** Whatever it is, it is given time: a busy server or a lost connection ends no publish. */
function targetOf(setting: TargetSetting, place: TargetPlace): PublishTarget {
  return patientTarget(plainTarget(setting, place));
}

function plainTarget(setting: TargetSetting, place: TargetPlace): PublishTarget {
  if (typeof setting === 'string') return describedTarget(describeTarget(setting, place.dir), place);
  return 'kind' in setting ? describedTarget(setting, place) : setting;
}

function describedTarget(description: TargetDescription, { dir, env }: TargetPlace): PublishTarget {
  switch (description.kind) {
    case 'folder':
      return folderTarget(resolve(dir, 'dir' in description ? description.dir : description.path));
    case 's3':
      return s3Target(description);
    case 'webdav':
      return webdavTarget({ authorization: webdavAuthorization(env), ...description });
  }
}

type TargetDescription = FolderDescription | S3Description | WebdavDescription | DescribedTarget;

function describeTarget(text: string, cwd: string): TargetDescription {
  return parseTargetUrl<TargetDescription>(text, {
    file: (path) => parseFolderUrl(path, { cwd }),
    s3: parseS3Url,
    ...Object.fromEntries(WEBDAV_SCHEMES.map((scheme) => [scheme, parseWebdavUrl])),
  });
}

const WEBDAV_SCHEMES = ['https', 'http', 'webdavs', 'webdav', 'davs', 'dav'];
