// The runtime of a page and what it cannot do without. Bundlers that split by file (esbuild) follow every line of a barrel, used or not:
// through `index.ts` a page would load what only tools need, and early what is only needed later.

export type { ByteSource, ReadOptions } from './byte-source.js';
export type { PathId, RootId } from './content-ids.js';
export type { ContentOrigin, OriginObject, OriginOptions } from './content-origin.js';
export { httpOrigin } from './http-origin.js';
export { memoryStore } from './memory-store.js';
export type { MountConflict } from './mount-conflicts.js';
export type { MountErrorCode } from './mount-error.js';
export { MountError } from './mount-error.js';
export type { MountMode } from './mount-intent.js';
export type { ArchiveStore, ArchiveWriter, MountStore, RecordTransaction, StoreOptions } from './mount-store.js';
export type { MountedContent } from './mounted-content.js';
export type { HttpOriginOptions } from './origin-request.js';
export type { BlockedRelease, ProbationFailure } from './probation.js';
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
export type { Missing, Mount, Progress, Resolution, ResolvedEntry, RuntimeVariant } from './runtime-types.js';
