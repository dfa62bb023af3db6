import type { JsonObject } from '@lading/manifest';
import { type PublishPlan, type PublishResult, publishPlanJson } from '@lading/publisher';
import type { CommandResult } from '../command-context.js';
import type { TargetChoice } from '../config/open-target.js';
import { formatBytes } from '../output/byte-size.js';
import { textFacts, textTable } from '../output/text-table.js';

/** What a publish would do. */
export function planResult({ target }: TargetChoice, plan: PublishPlan): CommandResult {
  return {
    json: { target: target.name, dryRun: true, plan: publishPlanJson(plan) },
    text: `${uploadsText(plan)}\n\n${textFacts([...planFacts(plan, target.name), ['dry run', 'nothing was changed']])}`,
  };
}

/** What a publish did. */
export function publishedResult({ target }: TargetChoice, plan: PublishPlan, result: PublishResult): CommandResult {
  return {
    json: {
      target: target.name,
      status: result.status,
      channel: result.channel as unknown as JsonObject,
      uploadedObjects: result.uploadedObjects,
      uploadedBytes: result.uploadedBytes,
      plan: publishPlanJson(plan),
    },
    text: `${uploadsText(plan)}\n\n${textFacts([...planFacts(plan, target.name), ['status', result.status]])}`,
  };
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
