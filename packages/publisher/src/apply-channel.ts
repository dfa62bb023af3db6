import { rootKey, type SigningKey, signChannel, verifyChannel } from '@lading/manifest';
import type { ApplyStepOptions } from './apply-content.js';
import { assertSameRoot, isRefused } from './assert-writable.js';
import { OBJECT_HEADERS } from './object-headers.js';
import type { PublishPlan } from './publish-plan.js';
import type { PublishTarget, TargetCallOptions } from './publish-target.js';
import { newestRoot, type ReleaseSource } from './release-source.js';
import { trusted } from './trust-error.js';

/** Signs the next channel document before anything is uploaded, and checks that clients will take it. */
export async function signNext(
  plan: PublishPlan,
  channelKeys: readonly SigningKey[],
  source: ReleaseSource,
): Promise<Uint8Array> {
  const newest = newestRoot(source.roots);
  const hint = 'Give the channel key that belongs to this root: --key FILE.';
  return trusted(`The channel cannot be signed for root ${newest.root.version}`, hint, async () => {
    const { bytes } = await signChannel(plan.channel.document, channelKeys);
    await verifyChannel(bytes, newest, { now: new Date(0), project: plan.release.project, name: plan.channel.name });
    return bytes;
  });
}

/**
 * What clients see: roots, the replaced channel document into `history/`, and the channel last, in one conditional write.
 *
 * @param envelope - The signed channel document; `undefined` where the plan leaves the channel alone.
 */
export async function applyChannel(
  plan: PublishPlan,
  target: PublishTarget,
  { envelope, source, meter, signal }: ApplyStepOptions & { readonly envelope: Uint8Array | undefined },
): Promise<void> {
  meter.stage('root');
  await uploadRoots(plan, target, { source, signal, meter });
  if (envelope === undefined) return;
  meter.stage('channel');
  await keepHistory(plan, target, { signal });
  await target.putIf(plan.channel.key, envelope, OBJECT_HEADERS.channel, plan.channel.condition, { signal });
}

/** Roots are written once: whoever comes second finds the same one, or stops. */
async function uploadRoots(
  plan: PublishPlan,
  target: PublishTarget,
  { source: { roots }, signal, meter }: ApplyStepOptions,
): Promise<void> {
  const isNew = new Set(plan.uploads.map(({ key }) => key));
  for (const { root, bytes } of roots) {
    const key = rootKey(root.version);
    if (!isNew.has(key)) continue;
    const write = (): Promise<unknown> =>
      target.putIf(key, bytes, OBJECT_HEADERS.root, { ifNoneMatch: '*' }, { signal });
    if (key !== plan.probe?.key && (await isRefused(write))) await assertSameRoot(target, key, bytes, { signal });
    meter.done(key, bytes.length);
  }
}

/** Keeps the document that is about to be replaced. Its name says its content, so one that is there is the same. */
async function keepHistory(plan: PublishPlan, target: PublishTarget, { signal }: TargetCallOptions): Promise<void> {
  const { history } = plan.channel;
  if (history === undefined) return;
  const { key, bytes } = history;
  await isRefused(() => target.putIf(key, bytes, OBJECT_HEADERS.history, { ifNoneMatch: '*' }, { signal }));
}
