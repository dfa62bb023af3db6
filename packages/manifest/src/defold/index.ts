// biome-ignore-all assist/source/organizeImports: in reading order

// Paths
export { hashResourcePath } from './path-hash.js';

// Manifests
export type {
  DefoldManifest,
  DefoldManifestHeader,
  DefoldResource,
  HashAlgorithm,
  SignAlgorithm,
} from './defold-manifest.js';
export {
  MANIFEST_MEMBER,
  RESOURCE_BUNDLED,
  RESOURCE_COMPRESSED,
  RESOURCE_ENCRYPTED,
  RESOURCE_EXCLUDED,
} from './defold-manifest.js';
export { MAX_MANIFEST_BYTES, MAX_MANIFEST_DEPENDANTS, MAX_MANIFEST_RESOURCES } from './manifest-schema.js';

// Reading them
export { parseDefoldManifest } from './parse-manifest.js';
export { findManifestProblems } from './manifest-problems.js';
export { assertSignedManifestEncoding } from './signed-manifest-encoding.js';
export type { DefoldSignatureEvidence } from './manifest-signature.js';
export { verifyDefoldManifestSignature } from './manifest-signature.js';
export type { EngineVersion } from './engine-versions.js';
export { describeEngineVersions } from './engine-versions.js';

// Writing them
export type { ManifestDataFields } from './serialize-manifest.js';
export { serializeDefoldManifest, serializeDefoldManifestData } from './serialize-manifest.js';
export type { EntrySelection, SelectManifestEntriesOptions } from './select-entries.js';
export { SELECT_MANIFEST_ENTRIES_DEFAULTS, selectManifestEntries } from './select-entries.js';
export type { NewDefoldManifest, NewDefoldResource } from './create-manifest.js';
export { createDefoldManifest } from './create-manifest.js';

// Stored resources
export type { ResourceHeader } from './resource-header.js';
export { parseResourceHeader, RESOURCE_HEADER_BYTES, writeResourceHeader } from './resource-header.js';
export { decodeResourcePayload, MAX_RESOURCE_BYTES } from './resource-payload.js';
export { applyXteaCtr } from './xtea-ctr.js';
export { decodeLz4Block } from './lz4-block.js';

// Base archives
export type { BaseArchiveEntry, BaseArchiveIndex } from './base-archive-index.js';
export {
  BLOB_COMPRESSED,
  BLOB_ENCRYPTED,
  MAX_BASE_ARCHIVE_INDEX_BYTES,
  parseBaseArchiveIndex,
  readBaseArchiveResource,
  storedSizeBytes,
} from './base-archive-index.js';
export type { ArchiveFile, ArchiveFiles, ArchivePiece } from './archive-files.js';
export { joinArchivePieces, MAX_ARCHIVE_FILES_BYTES, parseArchiveFiles } from './archive-files.js';
