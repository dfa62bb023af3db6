import type { Channel, SigningKey } from '@lading/manifest';
import { applyChannel, signNext } from './apply-channel.js';
import { applyContent } from './apply-content.js';
import type { PublishPlan } from './publish-plan.js';
import { ProgressMeter, type PublishProgress } from './publish-progress.js';
import type { PublishTarget } from './publish-target.js';
import type { ReleaseSource } from './release-source.js';

/** Options of {@link applyPublish}. */
export interface ApplyPublishOptions {
  /** The source that the plan was made for. */
  readonly source: ReleaseSource;
  /** Keys that sign the channel. May be empty where the plan leaves it alone. */
  readonly channelKeys: readonly SigningKey[];
  /** How many archives are uploaded at a time. Default 8. */
  readonly concurrency?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: PublishProgress) => void) | undefined;
}

/** What {@link ApplyPublishOptions} fields are where they are not given. */
export const APPLY_PUBLISH_DEFAULTS: { readonly concurrency: number } = { concurrency: 8 };

/** What a publish did. */
export interface PublishResult {
  readonly status: 'published' | 'refreshed' | 'repaired' | 'up-to-date';
  /** The channel as it is now. */
  readonly channel: Channel;
  readonly uploadedObjects: number;
  readonly uploadedBytes: number;
}

/**
 * Does what a plan says: a write that must be refused, archives, read back, release, roots, the replaced channel document
 * into `history/`, and the channel last, in one conditional write. Whatever stops it, and whenever: who reads the channel has
 * the old release whole or the new one whole, and the next publish goes on with what is there. Nothing is deleted, and no
 * archive, release or root is written over.
 *
 * @throws PublishError `ERR_PUBLISH_CONFLICT` where somebody else changed the channel since the plan was made;
 * `ERR_PUBLISH_READ_BACK`, `ERR_PUBLISH_IMMUTABLE`, `ERR_PUBLISH_TRUST` (keys that the newest root does not name),
 * `ERR_PUBLISH_SOURCE` (an archive that is not the one of the release), `ERR_TARGET_UNSUPPORTED` (a target without
 * conditional writes), what the target throws, and the signal's reason.
 * @example
 * const { plan, source } = await preparePublish(await openReleaseFolder('dist'), target, { channel, now, expiresAt });
 * await applyPublish(plan, target, { source, channelKeys: [key] });
 */
export async function applyPublish(
  plan: PublishPlan,
  target: PublishTarget,
  options: ApplyPublishOptions,
): Promise<PublishResult> {
  const { source, signal } = options;
  signal?.throwIfAborted();
  if (plan.release.digest !== source.digest) throw new Error('unreachable: the plan was made for another release');
  if (plan.isUpToDate) return resultOf(plan);
  const envelope = plan.channel.action === 'keep' ? undefined : await signNext(plan, options.channelKeys, source);
  const meter = new ProgressMeter(plan, options.onProgress);
  const concurrency = options.concurrency ?? APPLY_PUBLISH_DEFAULTS.concurrency;
  await applyContent(plan, target, { source, concurrency, signal, meter });
  await applyChannel(plan, target, { envelope, source, signal, meter });
  meter.end();
  return resultOf(plan);
}

/** What doing a plan comes to. */
export function resultOf(plan: PublishPlan): PublishResult {
  const { action, document } = plan.channel;
  const status =
    action === 'refresh' ? 'refreshed' : action !== 'keep' ? 'published' : plan.isUpToDate ? 'up-to-date' : 'repaired';
  return {
    status,
    channel: document,
    uploadedObjects: plan.uploads.length,
    uploadedBytes: plan.uploadBytes,
  };
}
