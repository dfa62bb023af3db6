// Defold's messages as tables: field number, type, rule. Source: Defold formats, sections 2.1 and 2.2.

import { message } from './protobuf-schema.js';

/** The most bytes of a manifest file that are read: 64 MiB. */
export const MAX_MANIFEST_BYTES = 67_108_864;

/** The most resources of a manifest: 2^20. */
export const MAX_MANIFEST_RESOURCES = 1_048_576;

/** The most dependants of all resources together: 2^23, above what {@link MAX_MANIFEST_BYTES} holds of real hashes. */
export const MAX_MANIFEST_DEPENDANTS = 8_388_608;

/** The value of `compressed_size` that says "not compressed". */
export const NOT_COMPRESSED = 0xffff_ffff;

const MAX_ENGINE_VERSIONS = 4_096;

/** The file itself. The signature covers exactly the bytes of `data`. `version` is absent before v5. */
export const MANIFEST_FILE = message({
  data: [1, 'bytes', 'required'],
  signature: [2, 'bytes', 'required'],
  archiveIdentifier: [3, 'bytes', 'optional'],
  version: [4, 'uint32', 'optional'],
});

/** `ManifestFile.data`, in all versions. Field 4 came with engine 1.12.4. */
export const MANIFEST_DATA = message({
  header: [1, 'message', 'required'],
  engineVersions: [2, 'message', 'repeated', MAX_ENGINE_VERSIONS],
  resources: [3, 'message', 'repeated', MAX_MANIFEST_RESOURCES],
  hasExcludedResources: [4, 'bool', 'optional'],
});

export const HEADER_V5 = message({
  resourceHashAlgorithm: [1, 'uint32', 'required'],
  signatureHashAlgorithm: [2, 'uint32', 'required'],
  signatureSignAlgorithm: [3, 'uint32', 'required'],
  projectIdentifier: [4, 'message', 'required'],
});

/** `hash` digests the stored payload; `dependants` are url hashes, never packed. */
export const RESOURCE_V5 = message({
  hash: [1, 'message', 'required'],
  url: [2, 'string', 'required'],
  urlHash: [3, 'uint64', 'required'],
  size: [4, 'uint32', 'required'],
  compressedSize: [5, 'uint32', 'required'],
  flags: [6, 'uint32', 'required'],
  dependants: [7, 'uint64', 'repeated', MAX_MANIFEST_RESOURCES],
});

export const HASH_DIGEST = message({ data: [1, 'bytes', 'required'] });

/** Versions 1 to 4 carry a magic number and their version in the header. */
export const HEADER_LEGACY = message({
  magicNumber: [1, 'uint32', 'required'],
  version: [2, 'uint32', 'required'],
  resourceHashAlgorithm: [3, 'uint32', 'required'],
  signatureHashAlgorithm: [4, 'uint32', 'required'],
  signatureSignAlgorithm: [5, 'uint32', 'required'],
  projectIdentifier: [6, 'message', 'required'],
});

export const LEGACY_MAGIC = 0x43cb6d06;

/** v4: dependants are places in the list of resources. */
export const RESOURCE_V4 = message({
  url: [1, 'string', 'required'],
  urlHash: [2, 'uint64', 'required'],
  hash: [3, 'message', 'required'],
  dependants: [4, 'uint32', 'repeated', MAX_MANIFEST_RESOURCES],
  flags: [5, 'uint32', 'required'],
});

/** v3: dependants are digests of resources, as in v1; flags as in v4. */
export const RESOURCE_V3 = message({
  url: [1, 'string', 'required'],
  urlHash: [2, 'uint64', 'required'],
  hash: [3, 'message', 'required'],
  dependants: [4, 'message', 'repeated', MAX_MANIFEST_RESOURCES],
  flags: [5, 'uint32', 'required'],
});

/** v1: as v3, without flags. */
export const RESOURCE_V1 = message({
  url: [1, 'string', 'required'],
  urlHash: [2, 'uint64', 'required'],
  hash: [3, 'message', 'required'],
  dependants: [4, 'message', 'repeated', MAX_MANIFEST_RESOURCES],
});
