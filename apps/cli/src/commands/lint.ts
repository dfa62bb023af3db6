import {
  findBase,
  LINT_DEFAULTS,
  LINT_RULES,
  type LintFinding,
  type LintRule,
  type LintSeverity,
  type LintThresholds,
  lintGraph,
  type ResourceGraph,
  selectRoots,
} from '@lading/graph';
import type { JsonObject } from '@lading/manifest';
import {
  anyGlob,
  findKeptApart,
  fixRules,
  parseByteSize,
  planSplit,
  type RuleFaults,
  type SplitRules,
} from '@lading/splitter';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { contentDigests } from '../build/content-digests.js';
import { type OpenedSource, openSource } from '../build/open-source.js';
import { shortened } from '../build/plan-source.js';
import { usageError } from '../cli-error.js';
import type { CommandContext, CommandResult } from '../command-context.js';
import { type BuildSettings, buildSettings } from '../config/settings.js';
import { writeFix } from '../config/write-fix.js';
import { EXIT } from '../exit-code.js';
import { type AllOptions, collect, withCommonOptions, withRuleOptions, withSourceOptions } from '../options.js';
import { lintText } from '../output/lint-text.js';
import type { Run } from '../run-program.js';

const FAIL_ON = ['error', 'warning', 'notice', 'never'] as const;

type LintCommandOptions = AllOptions &
  Partial<LintThresholds> & {
    readonly failOn: (typeof FAIL_ON)[number];
    readonly ignore?: readonly string[];
    readonly fix?: boolean;
    readonly dryRun?: boolean;
  };

/** Adds `lading lint`. */
export function addLintCommand(program: Command, run: Run): void {
  withRuleOptions(withSourceOptions(withCommonOptions(program.command('lint'))))
    .description('find what costs players bytes or breaks for some: duplicates, alike roots, drags, name clashes')
    .addOption(
      new Option('--fail-on <severity>', 'exit with 1 from this severity on').choices(FAIL_ON).default('error'),
    )
    .option('--ignore <rule>', `leave a rule out (repeatable): ${LINT_RULES.join(', ')}`, collect)
    .option('--duplicate-bytes <size>', `least size of a duplicate (default: ${LINT_DEFAULTS.duplicateBytes})`, size)
    .option('--base-share <share>', `mostly-base from this share on (default: ${LINT_DEFAULTS.baseShare})`, share)
    .option(
      '--similar-share <share>',
      `similar-roots from this share on (default: ${LINT_DEFAULTS.similarShare})`,
      share,
    )
    .option('--heavy-bytes <size>', `heavy-shared from this size on (default: ${LINT_DEFAULTS.heavyBytes})`, size)
    .option(
      '--heavy-share <share>',
      `heavy-shared from this share of roots on (default: ${LINT_DEFAULTS.heavyShare})`,
      share,
    )
    .option('--fix', 'set right in the configuration what the rules decide: unreachable, kept-apart')
    .option('--dry-run', 'with --fix: say what would change, and write nothing')
    .addHelpText(
      'after',
      [
        '',
        'Exits with 1 where a finding is as severe as --fail-on.',
        '--fix leaves out what nothing needs, and lets a named archive take all of what is kept together. It writes',
        'lading.config.json; for a configuration that is a program it prints what to add. Content is never changed.',
        '',
        'Examples:',
        "  $ lading lint --assets public --entry /index.html --root '/levels/*.json'",
        '  $ lading lint --content liveupdate.zip --graph build/default/game.graph.json --fail-on warning',
        '  $ lading lint --ignore same-name --heavy-bytes 4MiB --json',
      ].join('\n'),
    )
    .action((options: LintCommandOptions) => run(options, (context) => lint(context, options)));
}

async function lint(context: CommandContext, options: LintCommandOptions): Promise<CommandResult> {
  const ignore = (options.ignore ?? []).map(ruleOf);
  if (options.fix === true) assertFixable(options);
  const settings = await buildSettings(context, options);
  const opened = await openSource(settings.source, { rules: settings.rules, signal: context.signal });
  try {
    for (const line of shortened(opened.unresolved)) context.note(`warning: ${line}`);
    const found = await findIn(context, opened, settings, { ...options, ignore });
    if (options.fix !== true) return lintResult(found, options);
    const fixed = fixRules(settings.rules, faultsOf(found));
    const fix = await writeFix(context, fixed, options.dryRun === true);
    const rules = fix.isWritten
      ? { ...settings.rules, exclude: fixed.exclude, archives: fixed.archives }
      : settings.rules;
    const left = fix.isWritten ? await findIn(context, opened, { ...settings, rules }, { ...options, ignore }) : found;
    const { json, text, exitCode } = lintResult(left, options);
    return { json: { ...json, fix: fix.json }, text: `${fix.text}\n\n${text}`, exitCode };
  } finally {
    await opened.content.close();
  }
}

/** Everything that the rules are to be fixed by is in the configuration: a flag would win over it. */
function assertFixable({ exclude, archive }: LintCommandOptions): void {
  if (exclude === undefined && archive === undefined) return;
  throw usageError(
    '--fix changes the configuration, and --exclude and --archive win over it',
    'Put them into the configuration first.',
  );
}

interface Found {
  readonly graph: ResourceGraph;
  readonly roots: Uint32Array;
  readonly findings: readonly LintFinding[];
}

async function findIn(
  context: CommandContext,
  opened: OpenedSource,
  { rules, strategy }: BuildSettings,
  options: Omit<LintCommandOptions, 'ignore'> & { readonly ignore: readonly LintRule[] },
): Promise<Found> {
  const { graph } = opened;
  const { ignore } = options;
  const roots = Uint32Array.from(selectRoots(graph, rules.roots === undefined ? undefined : anyGlob(rules.roots)));
  const minBytes = options.duplicateBytes ?? LINT_DEFAULTS.duplicateBytes;
  const digestOf = ignore.includes('duplicate') ? undefined : await contentDigests(context, opened, minBytes);
  const base = findBase(graph, roots);
  const plan = rules.keepTogether === undefined ? { archives: [] } : planSplit(graph, rules, { strategy });
  const keptApart = findKeptApart(graph, plan, rules).map(({ paths }) => paths);
  const isPlaced = placedBy(rules);
  // A fix is about all paths, not about those that are shown.
  const maxPaths = options.fix === true ? Number.MAX_SAFE_INTEGER : undefined;
  const all = { ...options, roots, base, digestOf, ignore, isPlaced, keptApart };
  return { graph, roots, findings: lintGraph(graph, maxPaths === undefined ? all : { ...all, maxPaths }) };
}

function faultsOf({ findings }: Found): RuleFaults {
  const pathsOf = (rule: LintRule): (readonly string[])[] =>
    findings.filter((finding) => finding.rule === rule).map(({ paths }) => paths);
  return { unreachable: pathsOf('unreachable').flat(), keptApart: pathsOf('kept-apart') };
}

function lintResult({ graph, roots, findings }: Found, { failOn }: LintCommandOptions): Required<CommandResult> {
  return {
    json: { resources: graph.nodeCount, roots: roots.length, findings: findings as unknown as JsonObject[] },
    text: lintText(findings, { resources: graph.nodeCount, roots: roots.length }),
    exitCode: findings.some((finding) => isFailure(finding, failOn)) ? EXIT.failedCheck : EXIT.ok,
  };
}

function placedBy({ exclude, archives }: SplitRules): (path: string) => boolean {
  const isExcluded = anyGlob(exclude ?? []);
  const named = (archives ?? []).map((rule) => [anyGlob(rule.include), anyGlob(rule.exclude ?? [])] as const);
  return (path) => isExcluded(path) || named.some(([includes, excludes]) => includes(path) && !excludes(path));
}

function isFailure({ severity }: LintFinding, failOn: LintCommandOptions['failOn']): boolean {
  const order: readonly (LintSeverity | 'never')[] = FAIL_ON;
  return failOn !== 'never' && order.indexOf(severity) <= order.indexOf(failOn);
}

function ruleOf(text: string): LintRule {
  const rule = LINT_RULES.find((name) => name === text);
  if (rule === undefined) throw usageError(`--ignore ${text} is no rule`, `Rules: ${LINT_RULES.join(', ')}.`);
  return rule;
}

function share(value: string): number {
  const number = Number(value);
  if (!/^\d*\.?\d+$/.test(value) || number > 1)
    throw new InvalidArgumentError('Expected a share from 0 to 1, such as 0.9.');
  return number;
}

/** A size as `--max-archive-bytes` takes it. */
function size(value: string): number {
  try {
    return parseByteSize(/^\d+$/.test(value) ? Number(value) : value);
  } catch {
    throw new InvalidArgumentError('Expected a number of bytes, or a text such as 64KiB.');
  }
}
