// Defold's messages as tables: field number, type, rule. Source: Defold formats, sections 2.1 and 2.2.

import { type MessageSchema, message } from './protobuf-schema.js';

/** The most bytes of a manifest file that are read: 64 MiB. */
export const MAX_MANIFEST_BYTES = 67_108_864;

/** The most resources of a manifest: 2^20. */
export const MAX_MANIFEST_RESOURCES = 1_048_576;

/** The most dependants of all resources together: 2^23, above what {@link MAX_MANIFEST_BYTES} holds of real hashes. */
export const MAX_MANIFEST_DEPENDANTS = 8_388_608;

/** The value of `compressed_size` that says "not compressed". */
export const NOT_COMPRESSED = 0xffff_ffff;

const MANIFEST_FILE_FIELDS = {
  data: [1, 'bytes', 'required'],
  signature: [2, 'bytes', 'required'],
  archiveIdentifier: [3, 'bytes', 'optional'],
  version: [4, 'uint32', 'optional'],
} as const;
/** The file itself. The signature covers exactly the bytes of `data`. `version` is absent before v5. */
export const MANIFEST_FILE: MessageSchema<typeof MANIFEST_FILE_FIELDS> = message(MANIFEST_FILE_FIELDS);

const MANIFEST_DATA_FIELDS = {
  header: [1, 'message', 'required'],
  engineVersions: [2, 'message', 'repeated', 4_096],
  resources: [3, 'message', 'repeated', 1_048_576],
  hasExcludedResources: [4, 'bool', 'optional'],
} as const;
/** `ManifestFile.data`, in all versions. Field 4 came with engine 1.12.4. */
export const MANIFEST_DATA: MessageSchema<typeof MANIFEST_DATA_FIELDS> = message(MANIFEST_DATA_FIELDS);

const HEADER_V5_FIELDS = {
  resourceHashAlgorithm: [1, 'uint32', 'required'],
  signatureHashAlgorithm: [2, 'uint32', 'required'],
  signatureSignAlgorithm: [3, 'uint32', 'required'],
  projectIdentifier: [4, 'message', 'required'],
} as const;
export const HEADER_V5: MessageSchema<typeof HEADER_V5_FIELDS> = message(HEADER_V5_FIELDS);

const RESOURCE_V5_FIELDS = {
  hash: [1, 'message', 'required'],
  url: [2, 'string', 'required'],
  urlHash: [3, 'uint64', 'required'],
  size: [4, 'uint32', 'required'],
  compressedSize: [5, 'uint32', 'required'],
  flags: [6, 'uint32', 'required'],
  dependants: [7, 'uint64', 'repeated', 1_048_576],
} as const;
/** `hash` digests the stored payload; `dependants` are url hashes, never packed. */
export const RESOURCE_V5: MessageSchema<typeof RESOURCE_V5_FIELDS> = message(RESOURCE_V5_FIELDS);

const HASH_DIGEST_FIELDS = { data: [1, 'bytes', 'required'] } as const;
export const HASH_DIGEST: MessageSchema<typeof HASH_DIGEST_FIELDS> = message(HASH_DIGEST_FIELDS);

const HEADER_LEGACY_FIELDS = {
  magicNumber: [1, 'uint32', 'required'],
  version: [2, 'uint32', 'required'],
  resourceHashAlgorithm: [3, 'uint32', 'required'],
  signatureHashAlgorithm: [4, 'uint32', 'required'],
  signatureSignAlgorithm: [5, 'uint32', 'required'],
  projectIdentifier: [6, 'message', 'required'],
} as const;
/** Versions 1 to 4 carry a magic number and their version in the header. */
export const HEADER_LEGACY: MessageSchema<typeof HEADER_LEGACY_FIELDS> = message(HEADER_LEGACY_FIELDS);

export const LEGACY_MAGIC = 0x43cb6d06;

const RESOURCE_V4_FIELDS = {
  url: [1, 'string', 'required'],
  urlHash: [2, 'uint64', 'required'],
  hash: [3, 'message', 'required'],
  dependants: [4, 'uint32', 'repeated', 1_048_576],
  flags: [5, 'uint32', 'required'],
} as const;
/** v4: dependants are places in the list of resources. */
export const RESOURCE_V4: MessageSchema<typeof RESOURCE_V4_FIELDS> = message(RESOURCE_V4_FIELDS);

const RESOURCE_V3_FIELDS = {
  url: [1, 'string', 'required'],
  urlHash: [2, 'uint64', 'required'],
  hash: [3, 'message', 'required'],
  dependants: [4, 'message', 'repeated', 1_048_576],
  flags: [5, 'uint32', 'required'],
} as const;
/** v3: dependants are digests of resources, as in v1; flags as in v4. */
export const RESOURCE_V3: MessageSchema<typeof RESOURCE_V3_FIELDS> = message(RESOURCE_V3_FIELDS);

const RESOURCE_V1_FIELDS = {
  url: [1, 'string', 'required'],
  urlHash: [2, 'uint64', 'required'],
  hash: [3, 'message', 'required'],
  dependants: [4, 'message', 'repeated', 1_048_576],
} as const;
/** v1: as v3, without flags. */
export const RESOURCE_V1: MessageSchema<typeof RESOURCE_V1_FIELDS> = message(RESOURCE_V1_FIELDS);
