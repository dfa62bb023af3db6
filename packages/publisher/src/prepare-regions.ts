import { type Channel, type Digest, readEnvelope, type TrustedRoot } from '@lading/manifest';
import { numberRelease } from './number-release.js';
import { planPublish } from './plan-publish.js';
import { type PreparePublishOptions, withoutDamaged } from './prepare-publish.js';
import { PublishError } from './publish-error.js';
import type { PublishPlan } from './publish-plan.js';
import type { PublishTarget } from './publish-target.js';
import { newestRoot, type ReleaseSource } from './release-source.js';
import { readTargetState, type TargetState } from './target-state.js';

/** What happens to one of several targets. */
export interface RegionPlan {
  readonly target: PublishTarget;
  readonly plan: PublishPlan;
}

/** A publish to several targets at once. */
export interface PreparedRegions {
  readonly regions: readonly [RegionPlan, ...RegionPlan[]];
  readonly source: ReleaseSource;
  /** The signed channel document that some region has already and others lack; absent: a new one is to be signed. */
  readonly envelope?: Uint8Array | undefined;
}

/**
 * Looks at several targets, numbers the release above all of them, and plans a publish to all: every region gets the same
 * channel document, so that clients may change from one to another. Where an earlier publish reached only some regions, the
 * others get what those have. Writes nothing. One target is the plain case: the plan is that of `preparePublish`.
 *
 * @throws PublishError what `preparePublish` throws, and `ERR_PUBLISH_TRUST` where regions have different roots.
 */
export async function prepareRegions(
  source: ReleaseSource,
  targets: readonly [PublishTarget, ...PublishTarget[]],
  options: PreparePublishOptions,
): Promise<PreparedRegions> {
  const { channel, signal, releaseKeys } = options;
  const states = await Promise.all(targets.map((target) => readTargetState(source, target, { channel, signal })));
  const roots = longestChain(states);
  const leader = leadingState(states, targets);
  const numbered = await numberAbove({ ...source, roots }, [leader.state, ...states], { releaseKeys });
  const lead = planPublish(
    numbered,
    leader.state,
    leader.isAlone ? options : { ...options, refreshBefore: END_OF_TIME },
  );
  const follow = followOf(lead, leader.state);
  const regions: RegionPlan[] = [];
  for (const [i, target] of targets.entries()) {
    const state = states[i];
    if (state === undefined) throw new Error('unreachable: a state for each target');
    const checked = options.repair === true ? await withoutDamaged(numbered, state, target, options) : state;
    const { digests } = target.capabilities;
    regions.push({ target, plan: planPublish(numbered, checked, { ...options, follow, digests }) });
  }
  const [first, ...others] = regions;
  if (first === undefined) throw new Error('unreachable: there is a target');
  const envelope = follow.digest === undefined ? undefined : leader.state.channel?.bytes;
  return { regions: [first, ...others], source: numbered, envelope };
}

/** Numbers a release for the first of several regions, and above the current releases of all. */
async function numberAbove(
  source: ReleaseSource,
  states: readonly TargetState[],
  options: Parameters<typeof numberRelease>[2],
): Promise<ReleaseSource> {
  let numbered = source;
  for (const state of states) {
    const pointer = state.channel?.channel.release;
    const isBelow =
      pointer !== undefined && pointer.digest !== numbered.digest && pointer.sequence >= numbered.release.sequence;
    if (state === states[0] || isBelow)
      numbered = await numberRelease(source, { ...state, roots: source.roots }, options);
  }
  return numbered;
}

const END_OF_TIME = new Date(8_640_000_000_000_000);

/** The document that all regions get: the one that the leading region has, where it is to be left alone. */
function followOf(
  { channel }: PublishPlan,
  { channel: current }: TargetState,
): { readonly document: Channel; readonly digest?: Digest | undefined } {
  const { document, action } = channel;
  return { document, digest: action === 'keep' ? current?.digest : undefined };
}

/** The region whose channel is furthest. It is not alone where another one has another document of that sequence. */
function leadingState(
  states: readonly TargetState[],
  targets: readonly PublishTarget[],
): { readonly state: TargetState; readonly isAlone: boolean } {
  const sequenceOf = ({ channel }: TargetState): number => channel?.channel.sequence ?? 0;
  const [first] = states;
  if (first === undefined) throw new Error(`unreachable: ${targets.length} targets without a state`);
  const state = states.reduce((best, one) => (sequenceOf(one) > sequenceOf(best) ? one : best), first);
  const isAlone = states.every(
    (one) => sequenceOf(one) < sequenceOf(state) || one.channel?.digest === state.channel?.digest,
  );
  return { state, isAlone };
}

/** The chain of the region that knows the most roots; all others must be its beginning. */
function longestChain(states: readonly TargetState[]): ReleaseSource['roots'] {
  const chains = states.map(({ roots }) => roots);
  const [first, ...others] = chains;
  if (first === undefined) throw new Error('unreachable: there is a target');
  const longest = others.reduce(
    (best, chain) => (newestRoot(chain).root.version > newestRoot(best).root.version ? chain : best),
    first,
  );
  for (const chain of chains) {
    for (const root of chain) assertAmong(root, longest);
  }
  return longest;
}

function assertAmong(root: TrustedRoot, chain: ReleaseSource['roots']): void {
  const { version } = root.root;
  const same = chain.find((one) => one.root.version === version);
  const [ours, theirs] = [root, same].map((one) => one && readEnvelope(one.bytes).payload);
  if (ours?.length === theirs?.length && ours?.every((byte, i) => byte === theirs?.[i]) === true) return;
  throw new PublishError('ERR_PUBLISH_TRUST', `Root ${version} is another one in another region`, {
    details: { version },
    hint: 'The targets belong to different projects or keys. Publish to them one by one.',
  });
}
