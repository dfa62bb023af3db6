export type { ByteSource, ReadOptions } from './byte-source.js';
export type { ContentOrigin, OriginOptions } from './content-origin.js';
export type { MountErrorCode } from './mount-error.js';
export { MountError } from './mount-error.js';
export type { ArchiveStore, ArchiveWriter, MountStore, RecordTransaction, StoreOptions } from './mount-store.js';
export type { Missing, Mount, Progress, Resolution, ResolvedEntry } from './runtime-types.js';
