// Rules and plan.

export { assertPlanIsWhole } from './plan/assert-plan-is-whole.js';
export { byConsumers } from './plan/by-consumers.js';
export { parseByteSize } from './plan/byte-size.js';
export { checkSplitRules } from './plan/check-split-rules.js';
export type { CutItem, CutPart } from './plan/content-defined-cuts.js';
export { cutByContent } from './plan/content-defined-cuts.js';
export type { ContentNames } from './plan/content-types.js';
export { contentNamesOf, contentTypes } from './plan/content-types.js';
export type { FixedRules, RuleFaults, RuleFix } from './plan/fix-rules.js';
export { fixRules } from './plan/fix-rules.js';
export type { PathPredicate } from './plan/globs.js';
export { anyGlob } from './plan/globs.js';
export type { KeptApart } from './plan/kept-apart.js';
export { findKeptApart } from './plan/kept-apart.js';
export { parseSplitPlan } from './plan/parse-split-plan.js';
export type { PlanSplitOptions } from './plan/plan-split.js';
export { planSplit } from './plan/plan-split.js';
export { replanSplit } from './plan/replan-split.js';
export type { PlacementRule, PlannedArchive, PlannedResource, RootFacts, SplitPlan } from './plan/split-plan.js';
export type { ArchiveRule, RootRule, SharedRule, SplitRules } from './plan/split-rules.js';
export { SPLIT_RULES_DEFAULTS } from './plan/split-rules.js';
export type { AssignedGroup, Assignment, SplitGraph, SplitStrategy } from './plan/split-strategy.js';
export type { PathVariant, VariantRules } from './plan/variant-rules.js';
export { variantReader } from './plan/variant-rules.js';

// What an update costs.

export type { MovedResource, PlanDiff } from './diff/diff-plans.js';
export { diffPlans } from './diff/diff-plans.js';
export type { ReleaseDiff } from './diff/diff-releases.js';
export { diffReleases } from './diff/diff-releases.js';
export type { ArchivesDiff, RootUpdate } from './diff/root-updates.js';
export type { BilledUpdate, EgressPrice, ReleaseBill, UpdateBill, UpdateBillOptions } from './diff/update-bill.js';
export { egressCost, updateBill } from './diff/update-bill.js';

// Content.

export type { BaseArchiveFiles } from './content/base-archive.js';
export { baseArchive } from './content/base-archive.js';
export type { ContentFacts, ContentOptions, ContentRequest, ContentSource } from './content/content-source.js';
export { directoryContent } from './content/directory-content.js';
export { liveUpdateZip } from './content/live-update-zip.js';
export { openContent } from './content/open-content.js';
export { publisherFolder } from './content/publisher-folder.js';

// Canonical archives and releases.

export { ArchiveCache } from './write/archive-cache.js';
export type { ArchiveFacts } from './write/archive-members.js';
export type { BuildReleaseInput } from './write/build-release.js';
export { buildRelease } from './write/build-release.js';
export type { WriteArchivesOptions, WriteProgress, WrittenArchive } from './write/write-archives.js';
export { writeArchives } from './write/write-archives.js';
export type { ArchiveMember, BytesMember, FileMember } from './zip/archive-member.js';
export { MAX_ARCHIVE_MEMBERS } from './zip/archive-member.js';
export type { ArchiveSink } from './zip/archive-output.js';
export type { CanonicalArchive, CanonicalArchiveOptions } from './zip/canonical-archive.js';
export { writeCanonicalArchive } from './zip/canonical-archive.js';
export { MAX_DIRECTORY_BYTES } from './zip/central-directory.js';
export { isCompressedType } from './zip/compressed-types.js';
export { DEFLATE_ENCODER, STORE_ENCODER } from './zip/deflate-encoder.js';

// Export, and zips that others wrote.

export { writeExportFolder } from './write/write-export-folder.js';
export type { ExportOptions, ExportResult, OrdinaryZipOptions } from './write/write-ordinary-zip.js';
export { writeOrdinaryZip } from './write/write-ordinary-zip.js';
export type { ForeignZipEntry } from './zip/foreign-entries.js';
export type { ForeignZip, ForeignZipOptions } from './zip/foreign-zip.js';
export { FOREIGN_ZIP_DEFAULTS, readForeignZip } from './zip/foreign-zip.js';

// Errors.

export { SplitError, type SplitErrorCode } from './split-error.js';
