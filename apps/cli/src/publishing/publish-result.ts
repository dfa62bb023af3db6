import type { JsonObject } from '@lading/manifest';
import { type PreparedRegions, type PublishPlan, type PublishResult, publishPlanJson } from '@lading/publisher';
import type { CommandResult } from '../command-context.js';
import { EXIT } from '../exit-code.js';
import { formatBytes } from '../output/byte-size.js';
import { textFacts, textTable } from '../output/text-table.js';
import { billJson, billText, type PublishBill } from './publish-bill.js';

/** What there is to say about a publish before it is done. */
export interface PublishFacts {
  /** The named target first, then those that get the same. */
  readonly regions: PreparedRegions['regions'];
  readonly bill: PublishBill | undefined;
}

/** What a publish would do. */
export function planResult(facts: PublishFacts): CommandResult {
  return {
    json: { ...factsJson(facts, mirrorsJson(facts)), dryRun: true },
    text: factsText(facts, ['dry run', 'nothing was changed']),
  };
}

/** Why a publish was not done: the update is larger than it may be. */
export function refusedResult(facts: PublishFacts): CommandResult {
  return {
    json: { ...factsJson(facts, mirrorsJson(facts)), status: 'refused' },
    text: factsText(facts, ['status', 'refused: the update is larger than --max-update, nothing was changed']),
    exitCode: EXIT.failedCheck,
  };
}

/** What a publish did. */
export function publishedResult(facts: PublishFacts, results: readonly PublishResult[]): CommandResult {
  const [first, ...others] = results;
  if (first === undefined) throw new Error('unreachable: a result for each target');
  const statuses = others.map(({ status, uploadedObjects, uploadedBytes }) => ({
    status,
    uploadedObjects,
    uploadedBytes,
  }));
  const mirrors = mirrorsJson(facts).map((mirror, i) => ({ ...mirror, ...statuses[i] }));
  const { status, uploadedObjects, uploadedBytes } = first;
  const channel = first.channel as unknown as JsonObject;
  return {
    json: { ...factsJson(facts, mirrors), status, channel, uploadedObjects, uploadedBytes },
    text: factsText(facts, ['status', results.map((one) => one.status).join(', ')]),
  };
}

function mirrorsJson({ regions }: PublishFacts): JsonObject[] {
  return regions.slice(1).map(({ target, plan }) => ({ target: target.name, plan: publishPlanJson(plan) }));
}

/** The named target as if it were the only one; the others beside it. */
function factsJson({ regions, bill }: PublishFacts, mirrors: readonly JsonObject[]): JsonObject {
  const [{ target, plan }] = regions;
  return {
    target: target.name,
    plan: publishPlanJson(plan),
    ...(bill === undefined ? {} : { bill: billJson(bill) }),
    ...(mirrors.length === 0 ? {} : { mirrors }),
  };
}

function factsText({ regions, bill }: PublishFacts, last: readonly [string, string]): string {
  const bills = bill === undefined ? [] : [billText(bill)];
  const [{ target, plan }, ...others] = regions;
  const mirrors = others.map(({ target: mirror, plan: own }): [string, string] => [
    'mirror',
    `${mirror.name}: ${own.uploads.length} objects, ${formatBytes(own.uploadBytes)}, channel: ${own.channel.action}`,
  ]);
  return [uploadsText(plan), ...bills, textFacts([...planFacts(plan, target.name), ...mirrors, last])].join('\n\n');
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
