export { blobSource } from './blob-source.js';
export type { ByteSource, ReadOptions } from './byte-source.js';
export type { CoalesceOptions } from './coalesced-source.js';
export { COALESCE_DEFAULTS, coalescedSource } from './coalesced-source.js';
export type { ContentIds, PathId, RootId } from './content-ids.js';
export type { ContentOrigin, OriginObject, OriginOptions } from './content-origin.js';
export type { ContentFinding, ContentProgress, ContentReport } from './content-report.js';
export { contentTypeOf } from './content-type.js';
export { HTTP_ORIGIN_DEFAULTS, httpOrigin } from './http-origin.js';
export { httpSource } from './http-source.js';
export type { HttpSourceOptions } from './http-source-options.js';
export { HTTP_SOURCE_DEFAULTS } from './http-source-options.js';
export { memoryContent } from './memory-content.js';
export { memoryOrigin } from './memory-origin.js';
export { memorySource } from './memory-source.js';
export { memoryStore } from './memory-store.js';
export { mirroredOrigin } from './mirrored-origin.js';
export type { MountConflict } from './mount-conflicts.js';
export { MAX_CONFLICTS } from './mount-conflicts.js';
export type { MountErrorCode } from './mount-error.js';
export { MountError } from './mount-error.js';
export type { MountMode } from './mount-intent.js';
export { MAX_MOUNT_NAME } from './mount-intent.js';
export type { ArchiveStore, ArchiveWriter, MountStore, RecordTransaction, StoreOptions } from './mount-store.js';
export type {
  ContentEntry,
  ContentKey,
  DecodeDefoldPayload,
  DefoldPayload,
  MountedContent,
} from './mounted-content.js';
export type { HttpOriginOptions } from './origin-request.js';
export type { PathPredicate } from './path-pattern.js';
export { compilePatterns } from './path-pattern.js';
export type { BlockedRelease, ProbationFailure } from './probation.js';
export type { RetryOptions } from './retry.js';
export { RETRY_DEFAULTS } from './retry.js';
export { ENSURE_PRIORITY } from './root-priority.js';
export type {
  AddMountOptions,
  Ensured,
  EnsureOptions,
  Prefetched,
  Refreshed,
  ReleaseSummary,
  Runtime,
  RuntimeSnapshot,
  RuntimeStatus,
} from './runtime.js';
export { createRuntime } from './runtime.js';
export type { RuntimeEvent, RuntimeEvents, RuntimeEventType } from './runtime-events.js';
export type { ProbationOptions, RuntimeOptions } from './runtime-options.js';
export { RUNTIME_DEFAULTS } from './runtime-options.js';
export type { Missing, Mount, Progress, Resolution, ResolvedEntry, RuntimeVariant } from './runtime-types.js';
export { createSha256 } from './sha256-stream.js';
export type { KnownRelease, TrustContext, TrustOptions, TrustState } from './trust-state.js';
export { loadTrust } from './trust-state.js';
export type { TrustUpdate, UpdateTrustOptions } from './update-trust.js';
export { updateTrust } from './update-trust.js';
export type { VerifyContentOptions } from './verify-content.js';
export { verifyContent } from './verify-content.js';
export type { Archive, ArchiveContent, ArchiveEntry } from './zip/archive.js';
export type { ArchiveLimits } from './zip/archive-limits.js';
export { ARCHIVE_LIMITS_DEFAULTS } from './zip/archive-limits.js';
export type { ArchiveCodecs, Sha256Stream } from './zip/codecs.js';
export { WEB_CODECS } from './zip/codecs.js';
export type { OpenArchiveOptions, TrustedDirectory } from './zip/open-archive.js';
export { checkArchive, openArchive } from './zip/open-archive.js';
