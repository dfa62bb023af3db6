import { ManifestError } from '../manifest-error.js';
import type { DefoldManifest, DefoldManifestHeader, DefoldResource, HashAlgorithm } from './defold-manifest.js';
import {
  checkUrl,
  dependantCounter,
  type ManifestContent,
  MISSING_URL_HASH,
  readDigest,
  readEngineVersions,
  readHeader,
  reportRepeatedUrlHashes,
} from './manifest-parts.js';
import {
  HEADER_V5,
  MANIFEST_DATA,
  MANIFEST_FILE,
  MAX_MANIFEST_BYTES,
  NOT_COMPRESSED,
  RESOURCE_V5,
} from './manifest-schema.js';
import { parseLegacyManifest } from './parse-legacy-manifest.js';
import { ProblemList } from './problem-list.js';
import { type DecodeContext, decodeMessage } from './protobuf-message.js';

const HINT = 'The manifest is damaged or not one of Defold. Take it from the build again.';

/**
 * Parses a Defold resource manifest: version 5 (engines from 1.4.8 on), or 1, 3 and 4 for reading old content.
 *
 * Strict: a required field that is missing, a singular one that comes twice, a packed list, a number out of range, a
 * digest of another length than its algorithm's, a url that is not its hash, a url hash twice: the manifest is refused,
 * with all its problems (after a thousand, reading stops). Unknown fields are skipped. Order is not judged: see {@link findManifestProblems}.
 *
 * The signature is not checked; `data` keeps the signed bytes for {@link verifyDefoldManifestSignature}.
 *
 * @throws ManifestError `ERR_MANIFEST` (`details.problems`: `{ path: '/resources/17/hash', problem }`),
 * `ERR_MANIFEST_VERSION` for a version that nobody reads, `ERR_TOO_LARGE` above 64 MiB, 2^20 resources or 2^23 dependants.
 * @example
 * parseDefoldManifest(await readFile('game.dmanifest')).resources.length; // → 44
 */
export function parseDefoldManifest(bytes: Uint8Array): DefoldManifest {
  assertManifestSize(bytes);
  const problems = new ProblemList();
  const context: DecodeContext = { problems, isComplete: true };
  const file = decodeMessage(bytes, MANIFEST_FILE, { ...context, path: '' });
  problems.throwIfAny('ERR_MANIFEST', 'Manifest is refused', HINT);
  const { version, archiveIdentifier } = file;
  // Copies: what was verified must not change when the caller reuses its buffer.
  const signature = (file.signature as Uint8Array).slice();
  const data = (file.data as Uint8Array).slice();
  const content =
    version === undefined ? parseLegacyManifest(data, context) : parseContent(data, assertVersion5(version), context);
  problems.throwIfAny('ERR_MANIFEST', `Manifest (version ${content.version}) is refused`, HINT);
  return { ...content, data, signature, archiveIdentifier: archiveIdentifier?.slice() };
}

/** Refuses a file above the limit before anything is decoded. */
export function assertManifestSize(bytes: Uint8Array): void {
  if (bytes.length <= MAX_MANIFEST_BYTES) return;
  throw new ManifestError('ERR_TOO_LARGE', `Manifest has ${bytes.length} bytes; the limit is ${MAX_MANIFEST_BYTES}`, {
    details: { sizeBytes: bytes.length, maxBytes: MAX_MANIFEST_BYTES },
  });
}

function parseContent(bytes: Uint8Array, version: 5, context: DecodeContext): ManifestContent {
  const data = decodeMessage(bytes, MANIFEST_DATA, { ...context, path: '' });
  const header = parseHeader(data.header, context);
  const counter = dependantCounter();
  const resources: DefoldResource[] = [];
  for (const [index, entry] of data.resources.entries()) {
    if (context.problems.isFull) break;
    const resource = parseResource(entry, header.resourceHashAlgorithm, { ...context, path: `/resources/${index}` });
    counter.add(resource.dependants.length);
    resources.push(resource);
  }
  reportRepeatedUrlHashes(resources, context.problems);
  return {
    version,
    header,
    engineVersions: readEngineVersions(data.engineVersions, context),
    hasExcludedResources: data.hasExcludedResources,
    resources,
  };
}

/** Refuses any version but 5. */
export function assertVersion5(version: number): 5 {
  if (version === 5) return version;
  throw new ManifestError('ERR_MANIFEST_VERSION', `Manifest has version ${version}; expected 5, or 1, 3 or 4 of old`, {
    details: { expected: 5, actual: version },
    hint: 'Version 5 is what Defold 1.4.8 and later write. Build the content again with such a version.',
  });
}

function parseHeader(bytes: Uint8Array | undefined, context: DecodeContext): DefoldManifestHeader {
  const raw = decodeMessage(bytes ?? new Uint8Array(), HEADER_V5, {
    ...context,
    // A header that is missing is one problem, not five.
    isComplete: bytes !== undefined,
    path: '/header',
  });
  return readHeader(raw, context);
}

function parseResource(
  bytes: Uint8Array,
  algorithm: HashAlgorithm,
  at: DecodeContext & { readonly path: string },
): DefoldResource {
  const {
    hash,
    url = '',
    urlHash = MISSING_URL_HASH,
    size,
    compressedSize,
    flags,
    dependants,
  } = decodeMessage(bytes, RESOURCE_V5, at);
  if (url !== '') checkUrl(url, urlHash, at);
  return {
    urlHash,
    url,
    hexDigest: readDigest(hash, algorithm, { problems: at.problems, path: `${at.path}/hash` }),
    sizeBytes: size ?? 0,
    compressedSizeBytes: compressedSize === NOT_COMPRESSED ? undefined : compressedSize,
    flags: flags ?? 0,
    dependants,
  };
}
