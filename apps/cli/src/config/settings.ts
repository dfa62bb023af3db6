import { resolve } from 'node:path';
import type { ReleaseCompat } from '@lading/manifest';
import { checkSplitRules, type SplitRules, type SplitStrategy } from '@lading/splitter';
import { usageError } from '../cli-error.js';
import type { CommandContext } from '../command-context.js';
import type { ReleaseOptions, RuleOptions, SourceOptions } from '../options.js';
import type { LadingConfig, SourceSetting } from './lading-config.js';
import { type LoadedConfig, loadConfig } from './load-config.js';
import { readLoadOrder } from './read-load-order.js';

/** What a build works with: flags over config over defaults, paths absolute. */
export interface BuildSettings {
  readonly source: SourceSetting;
  readonly rules: SplitRules;
  /** Default: the splitter's own. */
  readonly strategy: SplitStrategy | undefined;
  readonly release: ReleaseSettings;
}

/** What goes into the release document beside the archives. */
export interface ReleaseSettings {
  readonly project: string;
  readonly version: string;
  readonly sequence: number;
  readonly createdAt: string;
  readonly compat: ReleaseCompat;
}

/** Settings where neither flag nor config says anything. */
export const SETTING_DEFAULTS = {
  project: 'game',
  releaseVersion: '0.0.0',
  channel: 'stable',
  out: 'dist/release',
  /** Not the clock: equal input gives equal bytes. The time of zip members, too. */
  createdAt: '1980-01-01T00:00:00Z',
} as const;

/** Settings of everything that plans or writes archives. */
export async function buildSettings(
  context: CommandContext,
  options: SourceOptions & RuleOptions & ReleaseOptions,
): Promise<BuildSettings> {
  const loaded = await loadConfig(context.cwd, context.configFile);
  return {
    source: sourceSetting(context, options, loaded),
    rules: ruleSettings(options, loaded.config, await loadOrderSetting(context, options, loaded)),
    strategy: loaded.config.strategy,
    release: releaseSettings(options, loaded.config, context.env),
  };
}

/** The folder that `split` writes. */
export async function outSetting(context: CommandContext, flag: string | undefined): Promise<string> {
  if (flag !== undefined) return resolve(context.cwd, flag);
  const { config, dir } = await loadConfig(context.cwd, context.configFile);
  return resolve(dir, config.out ?? SETTING_DEFAULTS.out);
}

function sourceSetting(context: CommandContext, options: SourceOptions, loaded: LoadedConfig): SourceSetting {
  const at = (path: string): string => resolve(context.cwd, path);
  if (options.assets !== undefined) {
    if (options.content !== undefined || options.graph !== undefined) {
      throw usageError(
        '--assets cannot be combined with --graph or --content',
        'Use --assets for a plain folder, the other two for a Defold build.',
      );
    }
    return {
      kind: 'files',
      dir: at(options.assets),
      edges: options.edges && at(options.edges),
      entries: options.entry,
      allowUnresolved: options.allowUnresolved,
    };
  }
  if (options.content !== undefined) {
    return { kind: 'defold', graph: options.graph && at(options.graph), content: at(options.content) };
  }
  const source = loaded.config.source;
  if (source === undefined) {
    throw usageError(
      options.graph === undefined
        ? 'nothing to work on: no source is given'
        : '--graph needs --content: a graph alone has no bytes',
      'Give --assets DIR for a plain folder, --content ZIP (and --graph FILE) for a Defold build, or a lading.config.ts (see lading init).',
    );
  }
  const absolute = absoluteSource(source, loaded.dir);
  return absolute.kind === 'files' && options.allowUnresolved === true
    ? { ...absolute, allowUnresolved: true }
    : absolute;
}

function absoluteSource(source: SourceSetting, dir: string): SourceSetting {
  switch (source.kind) {
    case 'defold':
      return { ...source, graph: source.graph && resolve(dir, source.graph), content: resolve(dir, source.content) };
    case 'files':
      return { ...source, dir: resolve(dir, source.dir), edges: source.edges && resolve(dir, source.edges) };
    case 'custom':
      return source;
  }
}

/** The recorded load order: the file of `--trace`, or the one that the config names. */
async function loadOrderSetting(
  context: CommandContext,
  options: RuleOptions,
  { config, dir }: LoadedConfig,
): Promise<readonly string[] | undefined> {
  if (options.trace !== undefined) return readLoadOrder(resolve(context.cwd, options.trace));
  return config.trace === undefined ? undefined : readLoadOrder(resolve(dir, config.trace));
}

function ruleSettings(
  options: RuleOptions,
  config: LadingConfig,
  loadOrder: readonly string[] | undefined,
): SplitRules {
  return checkSplitRules({
    roots: options.root ?? config.roots,
    archives: options.archive ?? config.archives,
    exclude: options.exclude ?? config.exclude,
    maxArchiveBytes: options.maxArchiveBytes ?? config.maxArchiveBytes,
    keepTogether: options.keepTogether ?? config.keepTogether,
    shared: options.sharedMinBytes === undefined ? config.shared : { minBytes: options.sharedMinBytes },
    loadOrder,
    variants: options.variantMarker ?? config.variants,
    priority: config.priority,
  });
}

function releaseSettings(options: ReleaseOptions, config: LadingConfig, env: CommandContext['env']): ReleaseSettings {
  const app = options.app ?? config.compat?.app;
  const engines = options.engine ?? config.compat?.engines;
  return {
    project: options.project ?? config.project ?? SETTING_DEFAULTS.project,
    version: options.releaseVersion ?? config.releaseVersion ?? SETTING_DEFAULTS.releaseVersion,
    sequence: options.sequence ?? 1,
    createdAt: createdAtSetting(options.createdAt, env.SOURCE_DATE_EPOCH),
    compat: { ...(app === undefined ? {} : { app }), ...(engines === undefined ? {} : { engines }) },
  };
}

function createdAtSetting(flag: string | undefined, epoch: string | undefined): string {
  if (flag !== undefined) {
    const time = new Date(flag);
    if (Number.isNaN(time.getTime()))
      throw usageError(`--created-at ${flag} is not a time`, 'Give an RFC 3339 time such as 2026-11-21T12:00:00Z.');
    return secondsOf(time);
  }
  if (epoch === undefined || epoch === '') return SETTING_DEFAULTS.createdAt;
  const time = new Date(Number(epoch) * 1000);
  if (!/^\d+$/.test(epoch) || Number.isNaN(time.getTime())) {
    throw usageError(`SOURCE_DATE_EPOCH=${epoch} is not a number of seconds`);
  }
  return secondsOf(time);
}

function secondsOf(time: Date): string {
  return time.toISOString().replace(/\.\d{3}Z$/, 'Z');
}
