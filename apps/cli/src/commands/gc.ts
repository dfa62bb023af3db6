import type { JsonObject } from '@lading/manifest';
import {
  collectGarbage,
  GARBAGE_DEFAULTS,
  type GarbagePlan,
  type ListedObject,
  type OpenTombstone,
  prepareGarbage,
} from '@lading/publisher';
import type { Command } from 'commander';
import type { CommandContext, CommandResult, CommonOptions } from '../command-context.js';
import { openTarget, type TargetOptions } from '../config/open-target.js';
import type { KeyOptions } from '../config/role-key.js';
import { rootToWrite } from '../config/trusted-root.js';
import { timeSpan, wholeNumber, withCommonOptions, withTargetOptions, withTrustOption } from '../options.js';
import { formatBytes } from '../output/byte-size.js';
import { textFacts } from '../output/text-table.js';
import type { Run } from '../run-program.js';

type GcOptions = CommonOptions &
  KeyOptions &
  TargetOptions & {
    readonly grace?: number;
    readonly expiresIn?: number;
    readonly keep?: number;
    readonly concurrency?: number;
    readonly dryRun?: boolean;
  };

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const DEFAULT_GRACE = `${GARBAGE_DEFAULTS.graceMs / DAY_MS}d`;
const DEFAULT_LIFE = `${GARBAGE_DEFAULTS.lifeMs / DAY_MS}d`;

/** Adds `lading gc`. */
export function addGcCommand(program: Command, run: Run): void {
  withTargetOptions(withTrustOption(withCommonOptions(program.command('gc')), 'the one beside the key'))
    .description('delete what no client can need any more: first a tombstone, and after the grace the objects')
    .option('--grace <span>', `how long what is dead stays: 12h, 30d (default: ${DEFAULT_GRACE})`, timeSpan)
    .option('--expires-in <span>', `longest life that publish gave channels (default: ${DEFAULT_LIFE})`, timeSpan)
    .option('--keep <n>', `releases of each channel that stay (default: ${GARBAGE_DEFAULTS.keepReleases})`, wholeNumber)
    .option('--concurrency <n>', `deletions at a time (default: ${GARBAGE_DEFAULTS.concurrency})`, wholeNumber)
    .option('--dry-run', 'print the plan and change nothing')
    .addHelpText(
      'after',
      [
        '',
        'What stays: everything that a channel document needs which is current, or whose life and grace are not over, or which points',
        'at one of the last releases of its channel, or at one that installs outside a staged rollout may be on. Run it regularly, also beside publishes; nothing is deleted in one run.',
        'All channels count, whatever --channel says. The grace must be longer than a publish takes.',
        '',
        'Examples:',
        '  $ lading gc --target dist/content --trust keys --dry-run',
        "  $ lading gc --target 's3://my-bucket/my-game?region=eu-central-1' --trust root.1.json --grace 14d --keep 5",
      ].join('\n'),
    )
    .action((options: GcOptions) => run(options, (context) => gc(context, options)));
}

async function gc(context: CommandContext, flags: GcOptions): Promise<CommandResult> {
  const root = await rootToWrite(context, flags);
  const { target } = await openTarget(context, flags);
  const { signal, now } = context;
  const graceMs = flags.grace ?? GARBAGE_DEFAULTS.graceMs;
  const options = {
    roots: [root],
    now,
    graceMs,
    lifeMs: flags.expiresIn,
    keepReleases: flags.keep,
    concurrency: flags.concurrency,
    signal,
  } as const;
  if (graceMs < HOUR_MS) context.note('the grace is under an hour: a publish that takes longer may lose what it uses');
  const bar = context.progress('gc');
  try {
    if (flags.dryRun === true) {
      const plan = await prepareGarbage(target, options);
      return result({ target: target.name, plan, graceMs, deleted: plan.remove, isDryRun: true });
    }
    const onProgress = (done: number, total: number): void => bar.update(done, total, 'objects deleted');
    const { plan, deleted } = await collectGarbage(target, { ...options, onProgress });
    return result({ target: target.name, plan, graceMs, deleted, isDryRun: false });
  } finally {
    bar.end();
    await target.close?.();
  }
}

interface Outcome {
  readonly target: string;
  readonly plan: GarbagePlan;
  readonly graceMs: number;
  readonly deleted: readonly ListedObject[];
  readonly isDryRun: boolean;
}

function result({ target, plan, graceMs, deleted, isDryRun }: Outcome): CommandResult {
  const waiting = plan.waiting.map((tombstone) => waitingJson(tombstone, graceMs));
  const next = waiting.map(({ dueAt }) => dueAt).sort()[0];
  const json: JsonObject = {
    target,
    dryRun: isDryRun,
    live: { ...plan.live },
    buried: objectsJson(plan.bury),
    deleted: objectsJson(deleted),
    waiting,
    savedByPublishes: plan.rescued.length,
    strange: [...plan.strange],
  };
  const facts = textFacts([
    ['target', target],
    ['live', `${plan.live.objects} objects, ${formatBytes(plan.live.sizeBytes)}`],
    ['deleted', sumText(deleted)],
    ['buried', plan.bury.length === 0 ? sumText([]) : `${sumText(plan.bury)}: deleted by a run after the grace`],
    ['waiting', next === undefined ? '' : `${waiting.length} tombstones, the next is due at ${next}`],
    [
      'saved',
      plan.rescued.length === 0 ? '' : `${plan.rescued.length} tombstones by publishes that use something of them`,
    ],
    [
      'strange',
      plan.strange.length === 0 ? '' : `${plan.strange.length} objects that are not of the layout: left alone`,
    ],
    ['dry run', isDryRun ? 'nothing was changed' : ''],
  ]);
  return { json, text: facts };
}

function waitingJson(
  { id, createdAt, keys }: OpenTombstone,
  graceMs: number,
): { id: string; dueAt: string; objects: number } {
  return { id, dueAt: new Date(createdAt.getTime() + graceMs).toISOString(), objects: keys.length };
}

function objectsJson(objects: readonly ListedObject[]): JsonObject {
  return { objects: objects.length, sizeBytes: sumBytes(objects), keys: objects.map(({ key }) => key) };
}

function sumText(objects: readonly ListedObject[]): string {
  return objects.length === 0 ? 'nothing' : `${objects.length} objects, ${formatBytes(sumBytes(objects))}`;
}

function sumBytes(objects: readonly ListedObject[]): number {
  return objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
