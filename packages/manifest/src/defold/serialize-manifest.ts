import { hexToBytes } from '../hex.js';
import { ManifestError } from '../manifest-error.js';
import {
  type DefoldManifest,
  type DefoldManifestHeader,
  type DefoldResource,
  digestSizeBytes,
  HASH_ALGORITHMS,
  SIGN_ALGORITHMS,
} from './defold-manifest.js';
import { checkUrl, type Place, reportRepeatedUrlHashes } from './manifest-parts.js';
import {
  HASH_DIGEST,
  HEADER_V5,
  MANIFEST_DATA,
  MANIFEST_FILE,
  NOT_COMPRESSED,
  RESOURCE_V5,
} from './manifest-schema.js';
import { ProblemList } from './problem-list.js';
import { encodeMessage } from './protobuf-message.js';

/** The fields of a manifest that its signed data are made from. */
export type ManifestDataFields = Pick<
  DefoldManifest,
  'header' | 'engineVersions' | 'hasExcludedResources' | 'resources'
>;

/**
 * Writes a manifest as a version 5 file, from its fields: for what Bob wrote, exactly Bob's bytes. Entries are sorted by
 * unsigned url hash, which the engine's binary search relies on; engine versions keep their order.
 *
 * `data` is not copied but made anew, so a signature must still fit: one over other data is refused. Clear it
 * (`signature: new Uint8Array()`, as Defold itself does from 1.12.4 on) or sign again with `signDefoldManifest`.
 *
 * @throws ManifestError `ERR_MANIFEST` for fields that the format cannot hold, with all problems; `ERR_MANIFEST_SIGNATURE`
 * for a signature that belongs to other data.
 * @example
 * serializeDefoldManifest(parseDefoldManifest(bytes)); // → the same bytes
 */
export function serializeDefoldManifest(manifest: DefoldManifest): Uint8Array<ArrayBuffer> {
  const data = serializeDefoldManifestData(manifest);
  if (manifest.signature.length > 0 && !equalBytes(data, manifest.data)) {
    throw new ManifestError('ERR_MANIFEST_SIGNATURE', 'The manifest carries a signature over other data', {
      hint: 'Set `signature` to an empty array, or sign the changed manifest with signDefoldManifest.',
    });
  }
  const { signature, archiveIdentifier } = manifest;
  return encodeMessage(MANIFEST_FILE, { data, signature, archiveIdentifier, version: 5 });
}

/**
 * Writes the bytes that a version 5 signature covers.
 *
 * @throws ManifestError `ERR_MANIFEST` for fields that the format cannot hold.
 */
export function serializeDefoldManifestData(manifest: ManifestDataFields): Uint8Array<ArrayBuffer> {
  const problems = new ProblemList();
  const sorted = [...manifest.resources].sort(byUrlHash);
  reportRepeatedUrlHashes(sorted, problems);
  const data = encodeMessage(MANIFEST_DATA, {
    header: encodeHeader(manifest.header, problems),
    engineVersions: manifest.engineVersions.map((hex, index) =>
      encodeDigest(hex, 20, { problems, path: `/engineVersions/${index}` }),
    ),
    resources: sorted.map((resource, index) => {
      return encodeResource(resource, manifest.header, { problems, path: `/resources/${index}` });
    }),
    hasExcludedResources: manifest.hasExcludedResources,
  });
  problems.throwIfAny('ERR_MANIFEST', 'Manifest cannot be written');
  return data;
}

/** Orders resources by unsigned url hash, as the engine searches them. */
export function byUrlHash(a: { readonly urlHash: bigint }, b: { readonly urlHash: bigint }): number {
  return a.urlHash < b.urlHash ? -1 : a.urlHash > b.urlHash ? 1 : 0;
}

function encodeHeader(header: DefoldManifestHeader, problems: ProblemList): Uint8Array {
  return encodeMessage(HEADER_V5, {
    resourceHashAlgorithm: HASH_ALGORITHMS.indexOf(header.resourceHashAlgorithm),
    signatureHashAlgorithm: HASH_ALGORITHMS.indexOf(header.signatureHashAlgorithm),
    signatureSignAlgorithm: SIGN_ALGORITHMS.indexOf(header.signatureSignAlgorithm),
    projectIdentifier: encodeDigest(header.projectIdentifier, 20, { problems, path: '/header/projectIdentifier' }),
  });
}

function encodeResource(resource: DefoldResource, header: DefoldManifestHeader, at: Place): Uint8Array {
  const { url, urlHash, hexDigest, sizeBytes, compressedSizeBytes, flags, dependants } = resource;
  checkInteger(sizeBytes, 'size', at);
  checkInteger(compressedSizeBytes ?? NOT_COMPRESSED, 'compressedSize', at);
  checkInteger(flags, 'flags', at);
  checkHash(urlHash, 'urlHash', at);
  for (const hash of dependants) checkHash(hash, 'dependants', at);
  if (url !== '') checkUrl(url, urlHash, at);
  const sizeOfDigest = digestSizeBytes(header.resourceHashAlgorithm) ?? 20;
  const hash = encodeDigest(hexDigest, sizeOfDigest, { ...at, path: `${at.path}/hash` });
  if (!at.problems.isEmpty) return new Uint8Array();
  const compressedSize = compressedSizeBytes ?? NOT_COMPRESSED;
  return encodeMessage(RESOURCE_V5, { hash, url, urlHash, size: sizeBytes, compressedSize, flags, dependants });
}

function encodeDigest(hex: string, sizeBytes: number, at: Place): Uint8Array {
  const data = hexToBytes(hex);
  if (data?.length === sizeBytes) return encodeMessage(HASH_DIGEST, { data });
  at.problems.add(at.path, `is not ${sizeBytes} bytes as hex`);
  return new Uint8Array();
}

function checkInteger(value: number, name: string, at: Place): void {
  if (Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff) return;
  at.problems.add(`${at.path}/${name}`, `is ${value}, which is no unsigned 32-bit integer`);
}

function checkHash(value: bigint, name: string, at: Place): void {
  if (value >= 0n && value <= 0xffff_ffff_ffff_ffffn) return;
  at.problems.add(`${at.path}/${name}`, `is ${value}, which is no unsigned 64-bit integer`);
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
