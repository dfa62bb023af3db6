import { hash } from 'node:crypto';
import {
  type DefoldManifest,
  type DefoldResource,
  hashResourcePath,
  parseDefoldManifest,
  parseResourceHeader,
  RESOURCE_COMPRESSED,
  RESOURCE_ENCRYPTED,
  RESOURCE_HEADER_BYTES,
} from '@lading/manifest';
import { printable, SplitError } from '../split-error.js';
import type { ContentRequest } from './content-source.js';

/** A Defold manifest with the look-ups that content and archives need. @internal */
export interface DefoldIndex {
  readonly manifest: DefoldManifest;
  /** The entry of a path; also of `/url-hash/<16 hex digits>`, as graphs of builds without urls call it. */
  entryOf(path: string): DefoldResource | undefined;
  entryOfHash(urlHash: bigint): DefoldResource | undefined;
  /** All entries whose content is this blob. */
  entriesOf(hexDigest: string): readonly DefoldResource[];
  /** The name of the blob of a resource. */
  blobOf(resource: ContentRequest): string | undefined;
}

const URL_HASH_PATH = /^\/url-hash\/([0-9a-f]{16})$/;
const HASHES: ReadonlyMap<string, string> = new Map([
  ['SHA-1', 'sha1'],
  ['MD5', 'md5'],
  ['SHA-256', 'sha256'],
  ['SHA-512', 'sha512'],
]);

/** The hash of a resource's path, as manifests name it. @internal */
export function urlHashOf(path: string): bigint {
  const known = URL_HASH_PATH.exec(path);
  return known?.[1] === undefined ? hashResourcePath(path) : BigInt(`0x${known[1]}`);
}

/**
 * Reads a manifest of version 5.
 *
 * @throws SplitError `ERR_CONTENT_VERSION` for an older one; ManifestError where it is no manifest.
 * @internal
 */
export function indexDefoldManifest(manifest: Uint8Array | DefoldManifest, source: string): DefoldIndex {
  const parsed = manifest instanceof Uint8Array ? parseDefoldManifest(manifest) : manifest;
  if (parsed.version !== 5) {
    const name = printable(source);
    throw new SplitError('ERR_CONTENT_VERSION', `${name} has a manifest of version ${parsed.version}, expected 5`, {
      details: { source: name, expected: 5, actual: parsed.version },
      hint: 'Build the content again with Defold 1.4.8 or later: engines since then refuse older content.',
    });
  }
  const byHash = new Map(parsed.resources.map((entry) => [entry.urlHash, entry]));
  const byBlob = new Map<string, DefoldResource[]>();
  for (const entry of parsed.resources) {
    const entries = byBlob.get(entry.hexDigest);
    if (entries === undefined) byBlob.set(entry.hexDigest, [entry]);
    else entries.push(entry);
  }
  const entryOf = (path: string): DefoldResource | undefined => {
    // A real path that looks like a hash is found as itself first.
    return byHash.get(hashResourcePath(path)) ?? byHash.get(urlHashOf(path));
  };
  return {
    manifest: parsed,
    entryOf,
    entryOfHash: (urlHash) => byHash.get(urlHash),
    entriesOf: (hexDigest) => byBlob.get(hexDigest) ?? [],
    blobOf: ({ path, hexDigest }) => hexDigest ?? entryOf(path)?.hexDigest,
  };
}

/**
 * Checks a stored blob: its digest is its name, and its header and length say what the manifest's entries say.
 *
 * @param member - The 16-byte resource header and the payload.
 * @throws SplitError `ERR_CONTENT_DIGEST` for other bytes, `ERR_CONTENT_CORRUPT` for a wrong header or length.
 * @internal
 */
export function verifyDefoldMember(
  member: Uint8Array,
  hexDigest: string,
  place: { source: string; index: DefoldIndex },
): void {
  const { source, index } = place;
  if (member.length < RESOURCE_HEADER_BYTES) {
    throw corrupt(source, hexDigest, `has ${member.length} bytes, fewer than its 16-byte header`);
  }
  const payload = member.subarray(RESOURCE_HEADER_BYTES);
  const algorithm = HASHES.get(index.manifest.header.resourceHashAlgorithm) ?? 'sha1';
  const actual = hash(algorithm, payload, 'hex');
  if (actual !== hexDigest) {
    throw new SplitError(
      'ERR_CONTENT_DIGEST',
      `${printable(source)}: the content named ${hexDigest} has digest ${actual}`,
      {
        details: { source: printable(source), expected: hexDigest, actual },
        hint: 'The content was changed or cut off after it was built.',
      },
    );
  }
  const header = parseResourceHeader(member);
  for (const entry of index.entriesOf(hexDigest)) {
    const stored = entry.compressedSizeBytes ?? entry.sizeBytes;
    if (payload.length !== stored)
      throw corrupt(source, hexDigest, `has ${payload.length} bytes, the manifest says ${stored}`);
    if (header.sizeBytes !== entry.sizeBytes) {
      throw corrupt(
        source,
        hexDigest,
        `has size ${header.sizeBytes} in its header, the manifest says ${entry.sizeBytes}`,
      );
    }
    const isCompressed = (entry.flags & RESOURCE_COMPRESSED) !== 0;
    const isEncrypted = (entry.flags & RESOURCE_ENCRYPTED) !== 0;
    if (header.isCompressed !== isCompressed || header.isEncrypted !== isEncrypted) {
      throw corrupt(source, hexDigest, 'has other flags in its header than in the manifest');
    }
  }
}

function corrupt(source: string, hexDigest: string, problem: string): SplitError {
  return new SplitError('ERR_CONTENT_CORRUPT', `${printable(source)}: the content named ${hexDigest} ${problem}`, {
    details: { source: printable(source), hexDigest, problem },
  });
}
