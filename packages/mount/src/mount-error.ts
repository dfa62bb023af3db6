import { LadingError } from '@lading/manifest/client';

/** Every code that `@lading/mount` throws. */
export type MountErrorCode =
  // byte sources and downloads
  | 'ERR_SOURCE_RANGE'
  | 'ERR_SOURCE_TRUNCATED'
  | 'ERR_SOURCE_CHANGED'
  | 'ERR_SOURCE_MISSING'
  | 'ERR_SOURCE_FORBIDDEN'
  | 'ERR_SOURCE_UNREACHABLE'
  | 'ERR_SOURCE_FAILED'
  | 'ERR_SOURCE_TOO_LARGE'
  | 'ERR_SOURCE_KEY'
  // archives
  | 'ERR_ARCHIVE_FORMAT'
  | 'ERR_ARCHIVE_NAME'
  | 'ERR_ARCHIVE_METHOD'
  | 'ERR_ARCHIVE_LIMIT'
  | 'ERR_ARCHIVE_CRC'
  | 'ERR_ARCHIVE_DATA'
  | 'ERR_VERIFY_DIGEST'
  | 'ERR_VERIFY_SIZE'
  | 'ERR_VERIFY_ENTRIES'
  // mounts
  | 'ERR_MOUNT_NAME'
  | 'ERR_MOUNT_PRIORITY'
  | 'ERR_MOUNT_EXISTS'
  | 'ERR_MOUNT_NOT_FOUND'
  | 'ERR_RESOURCE_NOT_FOUND'
  | 'ERR_ROOT_NOT_FOUND'
  | 'ERR_MOUNT_PAYLOAD'
  | 'ERR_MOUNT_PATTERN'
  | 'ERR_MOUNT_CONTENT'
  // store
  | 'ERR_STORE_CORRUPT'
  | 'ERR_STORE_FULL'
  | 'ERR_STORE_DENIED'
  | 'ERR_STORE_FAILED'
  | 'ERR_STORE_BUSY'
  // releases
  | 'ERR_RELEASE_INCOMPATIBLE'
  | 'ERR_RELEASE_BLOCKED'
  | 'ERR_CHANNEL_STALE'
  | 'ERR_NO_CHANNEL'
  // why a page is not served by a service worker
  | 'ERR_WORKER_UNSUPPORTED'
  | 'ERR_WORKER_SCOPE'
  | 'ERR_WORKER_MISSING'
  | 'ERR_WORKER_TYPE'
  | 'ERR_WORKER_BLOCKED'
  | 'ERR_WORKER_CONTROL'
  | 'ERR_WORKER_VERSION'
  // use of the runtime
  | 'ERR_RUNTIME_OPTIONS'
  | 'ERR_RUNTIME_CLOSED';

/** An error of `@lading/mount`; `code` is one of {@link MountErrorCode}. */
export class MountError extends LadingError<MountErrorCode> {}
