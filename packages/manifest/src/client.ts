// What a page needs before its first verified byte, and nothing else. Bundlers that split by file (esbuild) follow every line of a barrel,
// used or not: through `index.ts` a page would load Defold's formats and the publisher's side with its first script.

export { MANIFEST_MEMBER } from './defold/defold-manifest.js';
export { hashResourcePath } from './defold/path-hash.js';
export type { Digest } from './digest.js';
export { digestHex, digestOf, isDigest, subtleCrypto } from './digest.js';
export { bytesToHex } from './hex.js';
export type { JsonObject, JsonValue, LadingErrorOptions, Problem } from './lading-error.js';
export { isLadingError, LadingError } from './lading-error.js';
export { loadPart } from './load-part.js';
export type { ManifestErrorCode } from './manifest-error.js';
export { ManifestError } from './manifest-error.js';
export { assertResourcePath, isResourcePath, MAX_RESOURCE_PATH_BYTES, resourcePathProblem } from './resource-path.js';
export { resourcePathOf } from './resource-url.js';
export { archivesOfRoot } from './trust/archives-of-root.js';
export {
  channelKey,
  isArchiveName,
  MAX_CHANNEL_BYTES,
  MAX_RELEASE_BYTES,
  MAX_ROOT_BYTES,
  releaseKey,
  rootKey,
} from './trust/bucket-layout.js';
export type { Channel, ReleasePointer } from './trust/channel-document.js';
export { maxEnvelopeBytes } from './trust/envelope.js';
export { loadSemver } from './trust/load-semver.js';
export type {
  ArchiveDirectory,
  Release,
  ReleaseArchive,
  ReleaseCompat,
  ReleaseRoot,
  RootPolicy,
} from './trust/release-document.js';
export type { VariantAxis, VariantChoice } from './trust/release-variants.js';
export { chosenValues, variantLayers } from './trust/release-variants.js';
export type { KeyAlgorithm, Role, RoleKeys, Root, RootKey } from './trust/root-document.js';
export type { TrustedRoot } from './trust/trusted-root.js';
export { trustRoot, updateRoot } from './trust/trusted-root.js';
export type { ChannelFloor, VerifiedChannel, VerifyChannelOptions } from './trust/verify-channel.js';
export { assertAboveFloor, verifyChannel } from './trust/verify-channel.js';
export type { VerifyReleaseOptions } from './trust/verify-release.js';
export { verifyRelease } from './trust/verify-release.js';
