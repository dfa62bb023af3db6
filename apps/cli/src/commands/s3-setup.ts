import type { JsonObject, JsonValue } from '@lading/manifest';
import { applyBucketSetup, BUCKET_SETUP_DEFAULTS, type BucketSetting, planBucketSetup } from '@lading/s3';
import type { Command } from 'commander';
import type { CommandContext, CommandResult, CommonOptions } from '../command-context.js';
import { s3TargetOptions, type TargetOptions } from '../config/open-target.js';
import { collect, wholeNumber, withCommonOptions, withTargetOptions } from '../options.js';
import { textFacts } from '../output/text-table.js';
import type { Run } from '../run-program.js';

type SetupOptions = CommonOptions &
  TargetOptions & { readonly origin?: readonly string[]; readonly incompleteDays?: number; readonly apply?: boolean };

/** Adds `lading s3 setup`. */
export function addSetupCommand(s3: Command, run: Run): void {
  withTargetOptions(withCommonOptions(s3.command('setup')))
    .description('show what a bucket lacks for players and publishers, and set it with --apply')
    .option('--origin <url>', 'origin of pages that may read (repeatable; default: all)', collect)
    .option(
      '--incomplete-days <n>',
      `days until uploads that nobody came back for are removed (default: ${BUCKET_SETUP_DEFAULTS.incompleteDays})`,
      wholeNumber,
    )
    .option('--apply', 'write the settings that are shown')
    .addHelpText(
      'after',
      [
        '',
        'Anonymous reads of the prefix, CORS for pages, and a rule for incomplete uploads. Settings of others stay as they are.',
        '',
        'Examples:',
        "  $ lading s3 setup --target 's3://my-bucket/my-game?region=eu-central-1' --origin https://game.example.com",
        "  $ lading s3 setup --target 's3://my-bucket/my-game?region=eu-central-1' --origin https://game.example.com --apply",
      ].join('\n'),
    )
    .action((options: SetupOptions) => run(options, (context) => setup(context, options)));
}

async function setup(context: CommandContext, flags: SetupOptions): Promise<CommandResult> {
  const options = await s3TargetOptions(context, flags);
  const { signal } = context;
  const { origin: origins, incompleteDays } = flags;
  const settings = await planBucketSetup(options, { origins, incompleteDays, signal });
  if (flags.apply === true) await applyBucketSetup(options, settings, { signal });
  const target = `s3://${options.bucket}/${options.prefix ?? ''}`;
  const isApplied = flags.apply === true;
  return {
    json: { target, applied: isApplied, settings: settings as unknown as JsonObject[] },
    text: [
      ...settings.map(settingText),
      textFacts([
        ['target', target],
        ['result', resultText(settings, isApplied)],
      ]),
    ].join('\n\n'),
  };
}

function resultText(settings: readonly BucketSetting[], isApplied: boolean): string {
  const changes = settings.filter(({ action }) => action === 'set').map(({ part }) => part);
  if (changes.length === 0) return 'nothing to change';
  return isApplied ? `${changes.join(', ')} set` : `nothing was changed; --apply sets ${changes.join(', ')}`;
}

function settingText({ part, action, before, after, problem }: BucketSetting): string {
  switch (action) {
    case 'keep':
      return `${part}: as it should be`;
    case 'unsupported':
      return `${part}: the server has no such setting (${problem}). Set in front of it, for example in the CDN:\n${indented(after, ' ')}`;
    case 'unknown':
      return `${part}: may not be read (${problem}). lading s3 policy --role setup says what it takes. It should have:\n${indented(after, ' ')}`;
    case 'set':
      return `${part}:\n${difference(before, after)}`;
  }
}

/** Lines of both documents, `-` for those that go and `+` for those that come. Both are short. */
function difference(before: JsonValue, after: JsonValue): string {
  const [old, fresh] = [before, after].map((value) =>
    value === null ? [] : JSON.stringify(value, undefined, 2).split('\n'),
  );
  const [a, b] = [old ?? [], fresh ?? []];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const mark = (lines: readonly string[], sign: string): string[] => lines.map((line) => `${sign} ${line}`);
  return [
    ...mark(a.slice(0, start), ' '),
    ...mark(a.slice(start, a.length - end), '-'),
    ...mark(b.slice(start, b.length - end), '+'),
    ...mark(b.slice(b.length - end), ' '),
  ].join('\n');
}

function indented(value: JsonValue, sign: string): string {
  return JSON.stringify(value, undefined, 2)
    .split('\n')
    .map((line) => `${sign} ${line}`)
    .join('\n');
}
