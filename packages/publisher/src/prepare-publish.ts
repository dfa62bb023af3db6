import type { SigningKey } from '@lading/manifest';
import { numberRelease } from './number-release.js';
import { type PlanPublishOptions, planPublish } from './plan-publish.js';
import type { PublishPlan } from './publish-plan.js';
import type { PublishTarget } from './publish-target.js';
import type { ReleaseSource } from './release-source.js';
import { readTargetState } from './target-state.js';

/** Options of {@link preparePublish}. */
export interface PreparePublishOptions extends Omit<PlanPublishOptions, 'digests'> {
  /** Keys that may sign the release again under a higher sequence. Default: none, and a low sequence is an error. */
  readonly releaseKeys?: readonly SigningKey[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A plan, and the source that goes with it: maybe renumbered, maybe the release that is current already. */
export interface PreparedPublish {
  readonly plan: PublishPlan;
  readonly source: ReleaseSource;
}

/**
 * Looks at the target, numbers the release and plans its publish. Writes nothing: this is what `--dry-run` does.
 *
 * @throws PublishError what {@link readTargetState}, {@link numberRelease} and {@link planPublish} throw.
 */
export async function preparePublish(
  source: ReleaseSource,
  target: PublishTarget,
  options: PreparePublishOptions,
): Promise<PreparedPublish> {
  const state = await readTargetState(source, target, { channel: options.channel, signal: options.signal });
  const numbered = await numberRelease(source, state, { releaseKeys: options.releaseKeys });
  const plan = planPublish(numbered, state, { ...options, digests: target.capabilities.digests });
  return { plan, source: numbered };
}
