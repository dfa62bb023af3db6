import { hex64 } from './manifest-parts.js';
import { HASH_DIGEST, HEADER_V5, MANIFEST_DATA, MANIFEST_FILE, RESOURCE_V5 } from './manifest-schema.js';
import { assertManifestSize, assertVersion5, parseDefoldManifest } from './parse-manifest.js';
import { hashResourcePath } from './path-hash.js';
import { ProblemList } from './problem-list.js';
import { type DecodeContext, decodeMessage } from './protobuf-message.js';

/** Lengths of MD5, SHA-1, SHA-256 and SHA-512. */
const DIGEST_SIZES: readonly number[] = [16, 20, 32, 64];

/**
 * Checks that a manifest is signed and encoded so that every reader sees the same: nothing that must be single comes
 * twice, every length and number is in range, digests have the length of a digest, names are UTF-8 and come once.
 *
 * It judges the encoding, for any producer's idea of the fields: it does not ask for all that the engine asks for, and it
 * does not check the signature. {@link parseDefoldManifest} is the judge of whether Defold can use the manifest; that one
 * also takes unsigned manifests, as Defold 1.12.4 and later write them. A manifest before version 5 goes through it here.
 *
 * @throws ManifestError `ERR_MANIFEST` with all problems, `ERR_MANIFEST_VERSION`, `ERR_TOO_LARGE`.
 * @see docs: reliability, "Rules for signed protobuf"
 */
export function assertSignedManifestEncoding(bytes: Uint8Array): void {
  assertManifestSize(bytes);
  const problems = new ProblemList();
  const context: DecodeContext = { problems, isComplete: false };
  const file = decodeMessage(bytes, MANIFEST_FILE, { ...context, path: '' });
  if (file.data === undefined) problems.add('/data', 'is missing');
  if (file.signature === undefined) problems.add('/signature', 'is missing');
  else if (file.signature.length === 0) problems.add('/signature', 'is empty');
  problems.throwIfAny('ERR_MANIFEST', 'Signed manifest is refused');
  if (file.version === undefined) {
    parseDefoldManifest(bytes);
    return;
  }
  assertVersion5(file.version);
  checkData(file.data as Uint8Array, context);
  problems.throwIfAny('ERR_MANIFEST', 'Signed manifest is refused');
}

function checkData(bytes: Uint8Array, context: DecodeContext): void {
  const data = decodeMessage(bytes, MANIFEST_DATA, { ...context, path: '' });
  if (data.header === undefined) context.problems.add('/header', 'is missing');
  else decodeMessage(data.header, HEADER_V5, { ...context, path: '/header' });
  data.engineVersions.forEach((version, index) => {
    checkDigest(version, `/engineVersions/${index}`, context);
  });
  const places = new Map<bigint, number>();
  for (const [index, entry] of data.resources.entries()) {
    if (context.problems.isFull) return;
    checkResource(entry, index, places, context);
  }
}

function checkResource(bytes: Uint8Array, index: number, places: Map<bigint, number>, context: DecodeContext): void {
  const path = `/resources/${index}`;
  const { hash, url, urlHash } = decodeMessage(bytes, RESOURCE_V5, { ...context, path });
  checkDigest(hash, `${path}/hash`, context);
  if (url === undefined) {
    context.problems.add(`${path}/url`, 'is missing');
    return;
  }
  // Without a url hash (a varint), the url names the resource.
  const name = urlHash ?? hashResourcePath(url);
  const first = places.get(name);
  if (first === undefined) places.set(name, index);
  else context.problems.add(`${path}/urlHash`, `is ${hex64(name)}, as that of resource ${first}`);
}

function checkDigest(bytes: Uint8Array | undefined, path: string, context: DecodeContext): void {
  const data = bytes === undefined ? undefined : decodeMessage(bytes, HASH_DIGEST, { ...context, path }).data;
  if (data === undefined) context.problems.add(path, 'is missing');
  else if (!DIGEST_SIZES.includes(data.length))
    context.problems.add(path, `has ${data.length} bytes, as no digest has`);
}
