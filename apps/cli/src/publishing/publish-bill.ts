import type { JsonObject } from '@lading/manifest';
import { type PreparedRegions, readRecentReleases } from '@lading/publisher';
import { type BilledUpdate, egressCost, type UpdateBill, updateBill } from '@lading/splitter';
import { type Command, InvalidArgumentError } from 'commander';
import type { CommandContext } from '../command-context.js';
import { byteSize, wholeNumber } from '../options.js';
import { formatBytes } from '../output/byte-size.js';
import { textFacts, textTable } from '../output/text-table.js';
import type { PublishSettings } from './publish-settings.js';

/** Flags about what a publish costs players. */
export interface BillFlags {
  readonly bill?: number;
  readonly maxUpdate?: number;
  readonly price?: number;
  readonly installs?: number;
}

/** What a publish costs players, and what of it is more than it may be. */
export interface PublishBill {
  readonly bill: UpdateBill;
  readonly maxUpdate: number | undefined;
  readonly tooLarge: readonly BilledUpdate[];
  /** If every install updates everything from the release that is live now. */
  readonly cost: number | undefined;
}

const DEFAULT_RELEASES = 3;
const MAX_ROOTS_SHOWN = 40;

/** Adds the flags about what a publish costs players. */
export function withBillOptions(command: Command): Command {
  return command
    .option(
      '--bill <n>',
      `live releases whose players the update bill counts (default: ${DEFAULT_RELEASES})`,
      wholeNumber,
    )
    .option(
      '--max-update <size>',
      'publish nothing and exit with 1 where the update of a root is larger, such as 2MB',
      byteSize,
    )
    .option('--price <amount>', 'price of a gigabyte of traffic, for the cost of the update', amount)
    .option('--installs <n>', 'installs that update, for the cost (default: 1000)', wholeNumber);
}

/** Works out the bill of a publish, by the first target; `undefined` where its channel does not move. */
export async function publishBill(
  context: CommandContext,
  { choice, options }: PublishSettings,
  { regions, source }: PreparedRegions,
  flags: BillFlags,
): Promise<PublishBill | undefined> {
  const { action } = regions[0].plan.channel;
  if (action !== 'create' && action !== 'advance') return undefined;
  const recent = await readRecentReleases(choice.target, {
    roots: source.roots,
    channel: options.channel,
    last: flags.bill ?? DEFAULT_RELEASES,
    signal: context.signal,
  });
  const before = recent.flatMap(({ content }) => content?.release ?? []);
  const bill = updateBill(before, source.release);
  const { maxUpdate, price, installs = 1_000 } = flags;
  const tooLarge = bill.updates.filter(({ downloadBytes }) => downloadBytes > (maxUpdate ?? Number.POSITIVE_INFINITY));
  const bytes = (bill.from[0] ?? bill.fromNothing).everything.downloadBytes;
  const cost = price === undefined ? undefined : egressCost(bytes, { perGigabyte: price, installs });
  return { bill, maxUpdate, tooLarge, cost };
}

/** A bill as plain JSON. */
export function billJson({ bill, maxUpdate, tooLarge, cost }: PublishBill): JsonObject {
  const { updates: _, ...rest } = bill;
  return JSON.parse(
    JSON.stringify({
      ...rest,
      maxUpdateBytes: maxUpdate ?? null,
      tooLarge: tooLarge.map(({ root, from, downloadBytes }) => ({ root, from, downloadBytes })),
      cost: cost ?? null,
    }),
  ) as JsonObject;
}

/** A bill for a terminal: a row per root, a column per earlier release. */
export function billText({ bill, maxUpdate, tooLarge, cost }: PublishBill): string {
  const columns = [...bill.from, bill.fromNothing];
  const roots = bill.fromNothing.roots.map(({ root }) => root);
  const rows = roots
    .slice(0, MAX_ROOTS_SHOWN)
    .map((root) => [root, ...columns.map((column) => updateText(column.roots.find((one) => one.root === root)))]);
  const everything = ['everything', ...columns.map((column) => updateText(column.everything))];
  const header = ['update bill', ...bill.from.map(({ version }) => `from ${version}`), 'from nothing'];
  const more =
    roots.length > MAX_ROOTS_SHOWN ? [['more roots', `${roots.length - MAX_ROOTS_SHOWN} (see --json)`] as const] : [];
  const facts = textFacts([
    ...more,
    ['cost', cost === undefined ? '' : cost.toFixed(2)],
    ...tooLarge.map(
      ({ root, from, downloadBytes }) =>
        [
          'too large',
          `${root} from ${from}: ${formatBytes(downloadBytes)}; --max-update is ${formatBytes(maxUpdate ?? 0)}`,
        ] as const,
    ),
  ]);
  const table = textTable(header, [...rows, everything]);
  return facts === '' ? table : `${table}\n\n${facts}`;
}

function updateText(update: { readonly downloadBytes: number; readonly requests: number } | undefined): string {
  if (update === undefined) return '';
  return update.requests === 0 ? 'nothing' : `${formatBytes(update.downloadBytes)} in ${update.requests}`;
}

function amount(value: string): number {
  const number = Number(value);
  if (!/^\d+(\.\d+)?$/.test(value) || !Number.isFinite(number))
    throw new InvalidArgumentError('Expected an amount such as 0.09.');
  return number;
}
