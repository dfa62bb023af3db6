// The three documents.

export { archivesOfRoot } from './archives-of-root.js';
export type { Channel, ReleasePointer } from './channel-document.js';
export { parseChannel, serializeChannel } from './channel-document.js';
export type { CreateRootOptions } from './create-root.js';
export { CREATE_ROOT_DEFAULTS, createRoot } from './create-root.js';
export { renumberRelease, sameReleaseContent } from './release-content.js';
export type {
  ArchiveDirectory,
  Release,
  ReleaseArchive,
  ReleaseCompat,
  ReleaseRoot,
  RootPolicy,
} from './release-document.js';
export { parseRelease, serializeRelease } from './release-document.js';
export type { VariantAxis, VariantChoice } from './release-variants.js';
export {
  chosenValues,
  MAX_VARIANT_AXES,
  MAX_VARIANT_VALUES,
  variantLayers,
  variantNameProblem,
  variantText,
} from './release-variants.js';
export { roleKeys } from './role-keys.js';
export type { KeyAlgorithm, Role, RoleKeys, Root, RootKey } from './root-document.js';
export { parseRoot, serializeRoot } from './root-document.js';

// Where they stand, and what app they are for.

export {
  archiveKey,
  channelKey,
  historyKey,
  isArchiveName,
  MAX_CHANNEL_BYTES,
  MAX_RELEASE_BYTES,
  MAX_ROOT_BYTES,
  releaseKey,
  rootKey,
} from './bucket-layout.js';
export { canonicalJson } from './canonical-json.js';
export { appSatisfies, semverRangeProblem } from './semver-range.js';

// Keys and signatures.

export type { PublicKey } from './public-key.js';
export { importPublicKey } from './public-key.js';
export type { SignatureVector } from './signature.js';
export { verifySignature, verifyVectorSignature } from './signature.js';
export type { GenerateSigningKeyOptions, SigningKey } from './signing-key.js';
export { GENERATE_SIGNING_KEY_DEFAULTS, generateSigningKey, importSigningKey } from './signing-key.js';

// Envelopes: bytes and who signed them.

export type { Envelope, EnvelopeSignature, PayloadType, UnverifiedEnvelope } from './envelope.js';
export { MAX_SIGNATURES, maxEnvelopeBytes, PAYLOAD_TYPES, readEnvelope } from './envelope.js';
export type { OpenEnvelopeOptions } from './open-envelope.js';
export { openEnvelope } from './open-envelope.js';
export { addSignatures, sealEnvelope } from './seal-envelope.js';

// Signing and verifying documents.

export type { SignedDocument } from './sign-document.js';
export { signChannel, signRelease, signRoot } from './sign-document.js';
export type { TrustedRoot } from './trusted-root.js';
export { rotatedRoles, trustRoot, updateRoot } from './trusted-root.js';
export type { ChannelFloor, VerifiedChannel, VerifyChannelOptions } from './verify-channel.js';
export { assertAboveFloor, verifyChannel } from './verify-channel.js';
export type { VerifyReleaseOptions } from './verify-release.js';
export { verifyRelease } from './verify-release.js';
