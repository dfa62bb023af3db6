import { bytesToHex } from '../hex.js';
import { ManifestError } from '../manifest-error.js';
import {
  type DefoldManifest,
  type DefoldManifestHeader,
  type DefoldResource,
  digestSizeBytes,
  HASH_ALGORITHMS,
  type HashAlgorithm,
  SIGN_ALGORITHMS,
} from './defold-manifest.js';
import { HASH_DIGEST, MAX_MANIFEST_DEPENDANTS } from './manifest-schema.js';
import { hashResourcePath } from './path-hash.js';
import type { ProblemList } from './problem-list.js';
import { type DecodeContext, decodeMessage } from './protobuf-message.js';

/** What `data` holds. */
export type ManifestContent = Omit<DefoldManifest, 'data' | 'signature' | 'archiveIdentifier'>;

/** A header as it comes from the wire, in any version. */
export interface RawHeader {
  readonly resourceHashAlgorithm: number | undefined;
  readonly signatureHashAlgorithm: number | undefined;
  readonly signatureSignAlgorithm: number | undefined;
  readonly projectIdentifier: Uint8Array | undefined;
}

/** Where problems go, and the place that they name. */
export interface Place {
  readonly path: string;
  readonly problems: ProblemList;
}

/** Names the algorithms of a header and checks them. */
export function readHeader(raw: RawHeader, { problems }: DecodeContext): DefoldManifestHeader {
  const hashName = (value: number | undefined, field: string): HashAlgorithm => {
    const name = HASH_ALGORITHMS[value ?? 0];
    if (name === undefined) problems.add(`/header/${field}`, `is ${value}, which is no hash algorithm`);
    return name ?? 'unknown';
  };
  const resourceHashAlgorithm = hashName(raw.resourceHashAlgorithm, 'resourceHashAlgorithm');
  if (raw.resourceHashAlgorithm === 0)
    problems.add('/header/resourceHashAlgorithm', 'is unknown: no digest can be read');
  const signAlgorithm = SIGN_ALGORITHMS[raw.signatureSignAlgorithm ?? 0];
  if (signAlgorithm === undefined) {
    problems.add('/header/signatureSignAlgorithm', `is ${raw.signatureSignAlgorithm}, which is no sign algorithm`);
  }
  return {
    resourceHashAlgorithm,
    signatureHashAlgorithm: hashName(raw.signatureHashAlgorithm, 'signatureHashAlgorithm'),
    signatureSignAlgorithm: signAlgorithm ?? 'unknown',
    // Bob hashes the title with SHA-1, whatever the header names.
    projectIdentifier: readDigest(raw.projectIdentifier, 'SHA-1', { problems, path: '/header/projectIdentifier' }),
  };
}

/** Reads the list of engine versions: SHA-1 digests, whatever the header names. */
export function readEngineVersions(list: readonly Uint8Array[], { problems }: DecodeContext): string[] {
  return list.map((bytes, index) => readDigest(bytes, 'SHA-1', { problems, path: `/engineVersions/${index}` }));
}

/** The engine finds a resource by its hash alone: a url that is not its hash would show one path and serve another. */
export function checkUrl(url: string, urlHash: bigint, at: Place): void {
  if (urlHash === MISSING_URL_HASH) return;
  const expected = hashResourcePath(url);
  if (expected === urlHash) return;
  at.problems.add(`${at.path}/url`, `has the hash ${hex64(expected)}, but urlHash is ${hex64(urlHash)}`);
}

/** Reads a HashDigest message as hex. A missing one has been reported where the field was. */
export function readDigest(bytes: Uint8Array | undefined, algorithm: HashAlgorithm, at: Place): string {
  if (bytes === undefined) return '';
  const { data } = decodeMessage(bytes, HASH_DIGEST, { ...at, isComplete: true });
  const expected = digestSizeBytes(algorithm);
  if (data === undefined || expected === undefined) return '';
  if (data.length === expected) return bytesToHex(data);
  at.problems.add(at.path, `has ${data.length} bytes; ${algorithm} has ${expected}`);
  return '';
}

/** Stands in for a url hash that is missing, which has been reported; no entry has it for good. */
export const MISSING_URL_HASH: bigint = -1n;

/** Reports every url hash that comes a second time: lookups would take one or the other. */
export function reportRepeatedUrlHashes(resources: readonly DefoldResource[], problems: ProblemList): void {
  if (resources.every((resource, i) => i === 0 || (resources[i - 1] as DefoldResource).urlHash < resource.urlHash))
    return;
  const seen = new Map<bigint, number>();
  resources.forEach(({ urlHash }, index) => {
    const first = seen.get(urlHash);
    if (urlHash === MISSING_URL_HASH) return;
    if (first === undefined) seen.set(urlHash, index);
    else problems.add(`/resources/${index}/urlHash`, `is ${hex64(urlHash)}, as that of resource ${first}`);
  });
}

/** Counts dependants over all resources and stops at the limit. */
export function dependantCounter(): { add(count: number): void } {
  let total = 0;
  return {
    add(count: number): void {
      total += count;
      if (total <= MAX_MANIFEST_DEPENDANTS) return;
      throw new ManifestError('ERR_TOO_LARGE', `The manifest has more than ${MAX_MANIFEST_DEPENDANTS} dependants`, {
        details: { maxCount: MAX_MANIFEST_DEPENDANTS },
      });
    },
  };
}

/** A url hash as 16 hex digits, the way Defold prints hashes. */
export function hex64(value: bigint): string {
  return value.toString(16).padStart(16, '0');
}
