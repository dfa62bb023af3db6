import type { JsonObject } from '@lading/manifest';
import { type PublishPlan, type PublishResult, publishPlanJson } from '@lading/publisher';
import type { CommandResult } from '../command-context.js';
import { EXIT } from '../exit-code.js';
import { formatBytes } from '../output/byte-size.js';
import { textFacts, textTable } from '../output/text-table.js';
import { billJson, billText, type PublishBill } from './publish-bill.js';

/** What there is to say about a publish before it is done. */
export interface PublishFacts {
  readonly target: string;
  readonly plan: PublishPlan;
  readonly bill: PublishBill | undefined;
}

/** What a publish would do. */
export function planResult(facts: PublishFacts): CommandResult {
  return { json: { ...factsJson(facts), dryRun: true }, text: factsText(facts, ['dry run', 'nothing was changed']) };
}

/** Why a publish was not done: the update is larger than it may be. */
export function refusedResult(facts: PublishFacts): CommandResult {
  return {
    json: { ...factsJson(facts), status: 'refused' },
    text: factsText(facts, ['status', 'refused: the update is larger than --max-update, nothing was changed']),
    exitCode: EXIT.failedCheck,
  };
}

/** What a publish did. */
export function publishedResult(facts: PublishFacts, result: PublishResult): CommandResult {
  const { status, uploadedObjects, uploadedBytes } = result;
  const channel = result.channel as unknown as JsonObject;
  return {
    json: { ...factsJson(facts), status, channel, uploadedObjects, uploadedBytes },
    text: factsText(facts, ['status', status]),
  };
}

function factsJson({ target, plan, bill }: PublishFacts): JsonObject {
  return { target, plan: publishPlanJson(plan), ...(bill === undefined ? {} : { bill: billJson(bill) }) };
}

function factsText({ target, plan, bill }: PublishFacts, last: readonly [string, string]): string {
  const bills = bill === undefined ? [] : [billText(bill)];
  return [uploadsText(plan), ...bills, textFacts([...planFacts(plan, target), last])].join('\n\n');
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
