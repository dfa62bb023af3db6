// The contract and its reference.

export type { MemoryObject, MemoryTarget, MemoryTargetOptions } from './memory-target.js';
export { memoryTarget } from './memory-target.js';
export type { PatientTargetOptions } from './patient-target.js';
export { PATIENT_TARGET_DEFAULTS, patientTarget } from './patient-target.js';
export type { PublishErrorCode } from './publish-error.js';
export { PublishError } from './publish-error.js';
export type {
  ListedObject,
  ObjectBody,
  ObjectInfo,
  ObjectMeta,
  PublishTarget,
  PutCondition,
  TargetCallOptions,
  TargetCapabilities,
} from './publish-target.js';

// A publish: look, plan, apply.

export type { ApplyPublishOptions, PublishResult } from './apply-publish.js';
export { APPLY_PUBLISH_DEFAULTS, applyPublish } from './apply-publish.js';
export type { ApplyRegionsOptions } from './apply-regions.js';
export { applyRegions } from './apply-regions.js';
export type { PreparedPublish, PreparePublishOptions } from './prepare-publish.js';
export { preparePublish } from './prepare-publish.js';
export type { PreparedRegions, RegionPlan } from './prepare-regions.js';
export { prepareRegions } from './prepare-regions.js';
export type { ChannelAction, PlannedCalls, PlannedObject, PublishPlan } from './publish-plan.js';
export { publishPlanJson } from './publish-plan.js';
export type { PublishProgress, PublishStage } from './publish-progress.js';
export type { PublishShardOptions, PublishShardResult, Shard } from './publish-shard.js';
export { publishShard, shardArchives } from './publish-shard.js';
export type { ReleaseSource } from './release-source.js';
export { newestRoot } from './release-source.js';

// What is public, and what was.

export type { WholeRelease } from './choose-release.js';
export { chooseCurrent, chooseRevoked, chooseRollback } from './choose-release.js';
export type { LiveRelease, LiveReleasesOptions } from './live-releases.js';
export { liveReleases } from './live-releases.js';
export type { Published, PublishedChannel, PublishedRelease, ReadPublishedOptions } from './published.js';
export { readPublished, readPublishedRelease } from './published.js';
export { publishedSource } from './published-source.js';
export type { ReadRecentReleasesOptions, ReadRelease } from './read-live-releases.js';
export { readLiveReleases, readRecentReleases } from './read-live-releases.js';
export { readOldestRoot } from './target-roots.js';
export type { ChannelDocument } from './verify-documents.js';

// Garbage: what nobody needs any more.

export type { GarbageOptions, GarbageResult } from './garbage/collect-garbage.js';
export { collectGarbage, GARBAGE_DEFAULTS, prepareGarbage } from './garbage/collect-garbage.js';
export type { GarbagePlan, OpenTombstone } from './garbage/plan-garbage.js';
export type { Deletion, Tombstone, Verdict } from './garbage/tombstone.js';

// Does the target do what publishing needs?

export type { TargetCheck } from './doctor/check.js';
export type { ExamineTargetOptions } from './doctor/examine-target.js';
export { examineTarget } from './doctor/examine-target.js';

// The steps of looking and planning, for callers that need them one by one.

export { numberRelease } from './number-release.js';
export type { ObjectKind } from './object-headers.js';
export { OBJECT_HEADERS, objectKind } from './object-headers.js';
export type { PlanPublishOptions } from './plan-publish.js';
export { planPublish } from './plan-publish.js';
export type { CurrentChannel, ReadTargetStateOptions, TargetState } from './target-state.js';
export { readTargetState } from './target-state.js';

// For those who write targets.

export { bodySizeBytes, collectBody, readBody } from './object-body.js';
export { parseTargetUrl, targetUrlScheme } from './parse-target-url.js';
export { printable } from './printable.js';
export { conflictError, tooLargeError, wrongBodyError } from './target-errors.js';
export { assertTargetKey, compareKeys, MAX_TARGET_KEY_BYTES, targetKeyProblem } from './target-key.js';
