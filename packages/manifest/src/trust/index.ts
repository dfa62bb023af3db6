export type { Channel, ReleasePointer } from './channel-document.js';
export type { ArchiveDirectory, Release, ReleaseArchive, ReleaseCompat, ReleaseRoot } from './release-document.js';
export type { KeyAlgorithm, Role, RoleKeys, Root, RootKey } from './root-document.js';
