export type { BundleFolder, ReadBundleFolderOptions } from './read-bundle-folder.js';
export { ARCHIVE_FILES_NAME, READ_BUNDLE_FOLDER_DEFAULTS, readBundleFolder } from './read-bundle-folder.js';
export type { DefoldKeyPair } from './sign-manifest.js';
export { generateDefoldKeyPair, signDefoldManifest } from './sign-manifest.js';
export type { BaseArchiveEvidence, BaseArchiveFiles } from './verify-base-archive.js';
export { verifyBaseArchive } from './verify-base-archive.js';
