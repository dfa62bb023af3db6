import { resolve } from 'node:path';
import { type PublishTarget, parseTargetUrl, patientTarget } from '@lading/publisher';
import { type FolderDescription, folderTarget, parseFolderUrl } from '@lading/publisher/node';
import { parseS3Url, type S3Description, s3Target } from '@lading/s3';
import { usageError } from '../cli-error.js';
import type { CommandContext } from '../command-context.js';
import type { EnvironmentConfig, LadingConfig, TargetSetting } from './lading-config.js';
import { loadConfig } from './load-config.js';
import { SETTING_DEFAULTS } from './settings.js';

/** Flags that say where to publish. */
export interface TargetOptions {
  readonly target?: string | undefined;
  readonly channel?: string | undefined;
  readonly env?: string | undefined;
}

/** Where to publish, and under which channel. */
export interface TargetChoice {
  readonly target: PublishTarget;
  readonly channel: string;
}

/**
 * Opens the target that flags, an environment or the configuration name, in this order.
 *
 * @throws CliError `ERR_USAGE` where none is named; PublishError `ERR_TARGET_URL`.
 */
export async function openTarget(context: CommandContext, options: TargetOptions): Promise<TargetChoice> {
  const { config, dir } = await loadConfig(context.cwd, context.configFile);
  const environment = options.env === undefined ? {} : environmentOf(config, options.env);
  const channel = options.channel ?? environment.channel ?? config.channel ?? SETTING_DEFAULTS.channel;
  if (options.target !== undefined) return { target: targetOf(options.target, context.cwd), channel };
  const setting = environment.target ?? config.target;
  if (setting === undefined) {
    throw usageError('no target is given', 'Pass --target with a folder, or s3://bucket/prefix?region=…&endpoint=….');
  }
  return { target: targetOf(setting, dir), channel };
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

/** Whatever it is, it is given time: a busy server or a lost connection ends no publish. */
function targetOf(setting: TargetSetting, dir: string): PublishTarget {
  return patientTarget(plainTarget(setting, dir));
}

function plainTarget(setting: TargetSetting, dir: string): PublishTarget {
  if (typeof setting === 'string') return urlTarget(setting, dir);
  if (!('kind' in setting)) return setting;
  switch (setting.kind) {
    case 'folder':
      return folderTarget(resolve(dir, setting.path));
    case 's3':
      return s3Target(setting);
  }
}

function urlTarget(text: string, cwd: string): PublishTarget {
  const description = parseTargetUrl<FolderDescription | S3Description>(text, {
    file: (path) => parseFolderUrl(path, { cwd }),
    s3: parseS3Url,
  });
  return description.kind === 'folder' ? folderTarget(description.dir) : s3Target(description);
}
