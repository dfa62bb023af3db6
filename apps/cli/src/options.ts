import { parseByteSize } from '@lading/splitter';
import { type Command, InvalidArgumentError } from 'commander';
import type { CommonOptions } from './command-context.js';

/** Flags that say where graph and content are. */
export interface SourceOptions {
  readonly graph?: string;
  readonly content?: string;
  readonly assets?: string;
  readonly edges?: string;
  readonly entry?: readonly string[];
  readonly allowUnresolved?: boolean;
}

/** Flags that say how to split. */
export interface RuleOptions {
  readonly root?: readonly string[];
  readonly archive?: readonly NamedGlobs[];
  readonly exclude?: readonly string[];
  readonly maxArchiveBytes?: string;
  readonly keepTogether?: readonly (readonly string[])[];
  readonly sharedMinBytes?: string;
  readonly trace?: string;
  readonly variantMarker?: VariantMarkers;
}

/** Flags that say what the release is. */
export interface ReleaseOptions {
  readonly project?: string;
  readonly releaseVersion?: string;
  readonly sequence?: number;
  readonly createdAt?: string;
  readonly app?: string;
  readonly engine?: readonly string[];
}

/** Flags that say whom to trust. */
export interface TrustOptions {
  readonly trust?: string;
}

/** `--archive NAME=GLOB,GLOB`. */
export interface NamedGlobs {
  readonly name: string;
  readonly include: readonly string[];
}

/** `--variant-marker AXIS.VALUE=MARKER`, all of them: axis → value → marker. */
export type VariantMarkers = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Flags that say which variants an app gets. */
export interface VariantOptions {
  readonly variant?: Readonly<Record<string, readonly string[]>>;
}

/** Every flag that a command may get, as commander hands them over. */
export type AllOptions = CommonOptions & SourceOptions & RuleOptions & ReleaseOptions & TrustOptions;

/** `--json`, `--config`, `--cwd`, `--quiet`, `--no-color`: the same on every command. */
export function withCommonOptions(command: Command): Command {
  return command
    .option('--json', 'print one JSON document on stdout')
    .option('--config <file>', 'configuration file (default: lading.config.ts, .js, .mjs or .json in the folder)')
    .option('--cwd <dir>', 'folder that relative paths start at')
    .option('--quiet', 'no progress and no notes on stderr')
    .option('--no-color', 'no colours');
}

/** Where graph and content are. */
export function withSourceOptions(command: Command): Command {
  return command
    .option('--graph <file>', "Defold's game.graph.json")
    .option('--content <path>', 'Live Update zip, publisher folder, game.arci, or bundle folder')
    .option('--assets <dir>', 'plain folder of files, instead of --graph and --content')
    .option('--edges <file>', 'JSON file with explicit edges and entries of --assets')
    .option('--entry <glob>', 'file of --assets that ships with the app (repeatable)', collect)
    .option('--allow-unresolved', 'warn of references in --assets that lead to no file, and go on');
}

/** How to split. */
export function withRuleOptions(command: Command): Command {
  return command
    .option('--root <pattern>', 'path or glob of a root (repeatable; default: what the graph marks)', collect)
    .option('--archive <name=glob,…>', 'named archive for what the globs match (repeatable)', collectNamed)
    .option('--exclude <glob>', 'leave these resources out (repeatable)', collect)
    .option('--max-archive-bytes <size>', 'upper bound of an archive: bytes, or 8MiB')
    .option('--keep-together <glob,…>', 'never part what matches and needs one another (repeatable)', collectLists)
    .option('--shared-min-bytes <size>', 'merge small shared archives; a request is worth this much')
    .option('--trace <file>', 'resource paths, one a line, in the order a game loaded them: the order inside archives')
    .option(
      '--variant-marker <axis.value=marker>',
      'files with this marker are a variant, as resolution.low=@1x (repeatable)',
      collectMarkers,
    );
}

/** What the release is. */
export function withReleaseOptions(command: Command): Command {
  return command
    .option('--project <name>', 'project name in signed documents (default: game)')
    .option('--release-version <text>', 'version of the release (default: 0.0.0)')
    .option('--sequence <n>', 'sequence of the release (default: 1; publish renumbers where it must)', wholeNumber)
    .option('--created-at <time>', 'RFC 3339 time of the release (default: SOURCE_DATE_EPOCH, else 1980-01-01)')
    .option('--app <range>', 'semver range of app versions that may adopt it')
    .option('--engine <version>', 'engine version that may adopt it (repeatable)', collect);
}

/** Whom to trust. */
export function withTrustOption(command: Command, otherwise: string = 'first use'): Command {
  return command.option('--trust <file>', `trusted root: root.1.json, or a folder of keys new (default: ${otherwise})`);
}

/** Where to publish. */
export function withTargetOptions(command: Command): Command {
  return command
    .option('--target <url>', 'folder, s3://bucket/prefix?region=…&endpoint=…&profile=…, or https://… for WebDAV')
    .option('--channel <name>', 'channel (default: stable)')
    .option('--env <name>', 'environment of the configuration');
}

/** Which variants an app gets. */
export function withVariantOption(command: Command): Command {
  return command.option(
    '--variant <axis=value,…>',
    'which variants to take, best first, as resolution=high,low (repeatable; default: the first of each axis)',
    collectChoice,
  );
}

/** Collects a repeatable flag. */
export function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

/** Reads a whole number of 1 or more. */
export function wholeNumber(value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 1 || !/^\d+$/.test(value))
    throw new InvalidArgumentError('Expected a whole number of 1 or more.');
  return number;
}

/** Reads a port: 0 … 65,535. */
export function portNumber(value: string): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number > 65_535) throw new InvalidArgumentError('Expected a port, 0 to 65535.');
  return number;
}

/** Reads a number of bytes: 0, 2000000, or a text such as 2MB. */
export function byteSize(value: string): number {
  if (value === '0') return 0;
  try {
    return parseByteSize(/^\d+$/.test(value) ? Number(value) : value);
  } catch {
    throw new InvalidArgumentError('Expected a number of bytes, or a text such as 2MB or 512KiB.');
  }
}

/** Reads a percentage, 0 to 100. */
export function percentage(value: string): number {
  const number = Number(value.replace(/%$/, ''));
  if (!/^\d{1,3}(\.\d{1,4})?%?$/.test(value) || number > 100)
    throw new InvalidArgumentError('Expected 0 to 100, such as 25 or 0.5.');
  return number;
}

const DAY_MS = 86_400_000;
const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', DAY_MS],
  ['y', 365 * DAY_MS],
]);

/** Reads a span of time such as `30d` (s, m, h, d, y) as milliseconds. */
export function timeSpan(value: string): number {
  const match = /^(\d{1,6})([smhdy])$/.exec(value);
  if (match === null) throw new InvalidArgumentError('Expected a span of time such as 90m, 12h, 30d or 1y.');
  return Number(match[1]) * (UNIT_MS.get(match[2] ?? '') ?? Number.NaN);
}

function collectNamed(value: string, previous: readonly NamedGlobs[] = []): readonly NamedGlobs[] {
  const at = value.indexOf('=');
  const include = value
    .slice(at + 1)
    .split(',')
    .filter((glob) => glob !== '');
  if (at < 1 || include.length === 0) throw new InvalidArgumentError('Expected NAME=GLOB or NAME=GLOB,GLOB.');
  return [...previous, { name: value.slice(0, at), include }];
}

function collectChoice(value: string, previous: VariantOptions['variant'] = {}): VariantOptions['variant'] {
  const [, axis = '', list = ''] = /^([a-z0-9-]+)=([a-z0-9-]+(?:,[a-z0-9-]+)*)$/.exec(value) ?? [];
  if (list === '') throw new InvalidArgumentError('Expected AXIS=VALUE or AXIS=VALUE,VALUE, as resolution=high,low.');
  return { ...previous, [axis]: list.split(',') };
}

function collectMarkers(value: string, previous: VariantMarkers = {}): VariantMarkers {
  const [, axis = '', name = '', marker = ''] = /^([a-z0-9-]+)\.([a-z0-9-]+)=(.+)$/.exec(value) ?? [];
  if (marker === '')
    throw new InvalidArgumentError('Expected AXIS.VALUE=MARKER, as resolution.low=@1x or locale.de=/de/.');
  return { ...previous, [axis]: { ...previous[axis], [name]: marker } };
}

function collectLists(value: string, previous: readonly (readonly string[])[] = []): readonly (readonly string[])[] {
  const globs = value.split(',').filter((glob) => glob !== '');
  if (globs.length === 0) throw new InvalidArgumentError('Expected GLOB or GLOB,GLOB.');
  return [...previous, globs];
}
