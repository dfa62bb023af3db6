import { isLadingError } from '@lading/manifest';
import { applyChannel, signNext } from './apply-channel.js';
import { applyContent } from './apply-content.js';
import { APPLY_PUBLISH_DEFAULTS, type ApplyPublishOptions, type PublishResult, resultOf } from './apply-publish.js';
import { eachLimited } from './each-limited.js';
import type { PreparedRegions, RegionPlan } from './prepare-regions.js';
import { PublishError, type PublishErrorCode } from './publish-error.js';
import { ProgressMeter, type PublishProgress } from './publish-progress.js';

/** Options of {@link applyRegions}. */
export interface ApplyRegionsOptions extends Omit<ApplyPublishOptions, 'source' | 'onProgress'> {
  /** Gets the progress of one region, and its number. */
  readonly onProgress?: ((progress: PublishProgress, region: number) => void) | undefined;
}

/**
 * Does what {@link prepareRegions} planned: content to all regions at once, each read back, and then the channels, one after the
 * other, all the same document. Where content does not get everywhere, no channel moves. There is no atomic switch across
 * regions: where a channel does not move, the others stay moved, the error says which, and the next publish goes on there.
 *
 * @returns A result for each region, in their order.
 * @throws PublishError what `applyPublish` throws; once a channel has moved, `details.moved` and `details.waiting` name regions.
 * @example
 * const prepared = await prepareRegions(source, [europe, asia], { channel: 'stable', now, expiresAt });
 * await applyRegions(prepared, { channelKeys: [key] });
 */
export async function applyRegions(
  { regions, source, envelope: given }: PreparedRegions,
  options: ApplyRegionsOptions,
): Promise<readonly PublishResult[]> {
  const { signal, channelKeys } = options;
  signal?.throwIfAborted();
  const concurrency = options.concurrency ?? APPLY_PUBLISH_DEFAULTS.concurrency;
  const moving = regions.find(({ plan }) => plan.channel.action !== 'keep');
  const envelope = moving === undefined ? undefined : (given ?? (await signNext(moving.plan, channelKeys, source)));
  const steps = regions
    .map((region, i) => ({
      region,
      source,
      signal,
      meter: new ProgressMeter(region.plan, (progress) => options.onProgress?.(progress, i)),
    }))
    .filter(({ region }) => !region.plan.isUpToDate);
  if (steps.length > 0) {
    await eachLimited(steps, { concurrency: steps.length, signal }, ({ region, ...step }, inner) =>
      applyContent(region.plan, region.target, { ...step, concurrency, signal: inner }),
    );
  }
  const moved: RegionPlan[] = [];
  for (const { region, ...step } of steps) {
    const own = region.plan.channel.action === 'keep' ? undefined : envelope;
    await orSayWhichMoved(applyChannel(region.plan, region.target, { ...step, envelope: own }), regions, moved);
    step.meter.end();
    moved.push(region);
  }
  return regions.map(({ plan }) => resultOf(plan));
}

async function orSayWhichMoved(
  work: Promise<void>,
  regions: readonly RegionPlan[],
  moved: readonly RegionPlan[],
): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (moved.length === 0 || !isLadingError(error)) throw error;
    const names = (some: readonly RegionPlan[]): string[] => some.map(({ target }) => target.name);
    const waiting = names(regions.filter((region) => !moved.includes(region) && !region.plan.isUpToDate));
    const message = `${error.message}. The channel moved on ${names(moved).join(', ')}, not yet on ${waiting.join(', ')}`;
    throw new PublishError(error.code as PublishErrorCode, message, {
      cause: error,
      details: { ...error.details, moved: names(moved), waiting },
      hint: 'Run the command again: it goes on with the regions that wait.',
      retryable: error.retryable,
    });
  }
}
