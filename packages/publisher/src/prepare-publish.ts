import type { SigningKey } from '@lading/manifest';
import { findDamaged } from './find-damaged.js';
import { numberRelease } from './number-release.js';
import { type PlanPublishOptions, planPublish } from './plan-publish.js';
import type { PublishPlan } from './publish-plan.js';
import type { PublishTarget } from './publish-target.js';
import type { ReleaseSource } from './release-source.js';
import { readTargetState, type TargetState } from './target-state.js';

/** Options of {@link preparePublish}. */
export interface PreparePublishOptions extends Omit<PlanPublishOptions, 'digests' | 'follow'> {
  /** Keys that may sign the release again under a higher sequence. Default: none, and a low sequence is an error. */
  readonly releaseKeys?: readonly SigningKey[] | undefined;
  /**
   * Look closer at what the release needs and the target has, and upload again what is wrong, or what the target tells no
   * digest of. Default false: archives of another size are an error.
   */
  readonly repair?: boolean | undefined;
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
  const trusted = options.repair === true ? await withoutDamaged(numbered, state, target, options) : state;
  const plan = planPublish(numbered, trusted, { ...options, digests: target.capabilities.digests });
  return { plan, source: numbered };
}

/** What a target has, without what is damaged of it. */
export async function withoutDamaged(
  source: ReleaseSource,
  state: TargetState,
  target: PublishTarget,
  { signal }: PreparePublishOptions,
): Promise<TargetState> {
  const damaged = await findDamaged(source, state, target, { signal });
  return { ...state, objects: new Map([...state.objects].filter(([key]) => !damaged.has(key))) };
}
