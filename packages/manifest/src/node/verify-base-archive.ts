import { createHash } from 'node:crypto';
import type { BaseArchiveEntry, BaseArchiveIndex, DefoldManifest } from '../index.js';
import {
  bytesToHex,
  type ManifestError,
  type Problem,
  parseBaseArchiveIndex,
  problemsError,
  RESOURCE_BUNDLED,
  storedSizeBytes,
} from '../index.js';

/** Files of a base archive, whole. */
export interface BaseArchiveFiles {
  readonly arci: Uint8Array;
  readonly arcd: Uint8Array;
  /** Where given, the archive must be the one that it names and hold every resource that it calls bundled. */
  readonly manifest?: DefoldManifest | undefined;
}

/** What was checked. */
export interface BaseArchiveEvidence {
  readonly index: BaseArchiveIndex;
  /** Blobs whose digest was computed: all of them. */
  readonly blobCount: number;
  /** Bytes of those blobs. */
  readonly storedBytes: number;
}

const HEADER_BYTES = 48;
const MD5_HEX_DIGITS = 32;
const MAX_PROBLEMS = 1_000;

/** Names of hashes for node:crypto, by bytes of a digest. */
const HASH_BY_SIZE: ReadonlyMap<number, string> = new Map([
  [16, 'md5'],
  [20, 'sha1'],
  [32, 'sha256'],
  [64, 'sha512'],
]);

/**
 * Checks a base archive whole: the index's MD5, the digest of every blob, no two blobs overlapping, and, against the
 * manifest, the archive identifier and the presence and sizes of every bundled resource.
 *
 * These hashes find damage and mix-ups. They are Defold's, MD5 and SHA-1: they prove nothing about who made the files.
 *
 * @returns What was checked. It never returns for a damaged archive.
 * @throws ManifestError `ERR_BASE_ARCHIVE_DIGEST` with all problems (`details.problems`: `{ path: hexDigest, problem }`),
 * `ERR_BASE_ARCHIVE` for an index that cannot be read.
 */
export function verifyBaseArchive({ arci, arcd, manifest }: BaseArchiveFiles): BaseArchiveEvidence {
  const index = parseBaseArchiveIndex(arci);
  const problems: Problem[] = [];
  const md5 = createHash('md5').update(arci.subarray(HEADER_BYTES)).digest('hex');
  if (md5 !== index.md5) problems.push({ path: 'arci', problem: `has the MD5 ${md5}; its header says ${index.md5}` });
  for (const entry of index.entries) problems.push(...checkBlob(entry, arcd));
  problems.push(...checkOverlaps(index.entries));
  if (manifest !== undefined) problems.push(...checkManifest(manifest, index));
  if (problems.length > 0) throw damageError(problems);
  const storedBytes = index.entries.reduce((sum, entry) => sum + storedSizeBytes(entry), 0);
  return { index, blobCount: index.entries.length, storedBytes };
}

function checkBlob(entry: BaseArchiveEntry, arcd: Uint8Array): Problem[] {
  const { hexDigest, offset } = entry;
  const end = offset + storedSizeBytes(entry);
  if (end > arcd.length) return [{ path: hexDigest, problem: `ends at byte ${end}; the data has ${arcd.length}` }];
  const algorithm = HASH_BY_SIZE.get(hexDigest.length / 2);
  if (algorithm === undefined) throw new Error(`unreachable: a digest of ${hexDigest.length} digits was parsed`);
  const actual = createHash(algorithm).update(arcd.subarray(offset, end)).digest('hex');
  return actual === hexDigest ? [] : [{ path: hexDigest, problem: `has the digest ${actual}` }];
}

function checkOverlaps(entries: readonly BaseArchiveEntry[]): Problem[] {
  const sorted = [...entries].filter((entry) => storedSizeBytes(entry) > 0).sort((a, b) => a.offset - b.offset);
  return sorted.flatMap((entry, i) => {
    const before = sorted[i - 1];
    if (before === undefined || before.offset + storedSizeBytes(before) <= entry.offset) return [];
    return [{ path: entry.hexDigest, problem: `starts at byte ${entry.offset}, inside ${before.hexDigest}` }];
  });
}

function checkManifest(manifest: DefoldManifest, index: BaseArchiveIndex): Problem[] {
  const identifier = manifest.archiveIdentifier === undefined ? '' : bytesToHex(manifest.archiveIdentifier);
  const problems: Problem[] = [];
  // An identifier of zeros or none is what tools write that know no archive.
  if (identifier.length === MD5_HEX_DIGITS && !/^0*$/.test(identifier) && identifier !== index.md5) {
    problems.push({ path: 'manifest', problem: `belongs to the archive ${identifier}; this one is ${index.md5}` });
  }
  const byDigest = new Map(index.entries.map((entry) => [entry.hexDigest, entry]));
  for (const resource of manifest.resources) {
    if ((resource.flags & RESOURCE_BUNDLED) === 0) continue;
    const entry = byDigest.get(resource.hexDigest);
    const path = resource.url === '' ? `urlHash ${resource.urlHash.toString(16).padStart(16, '0')}` : resource.url;
    if (entry === undefined) problems.push({ path, problem: `is bundled, but ${resource.hexDigest} is not there` });
    else if (manifest.version === 5 && resource.sizeBytes !== entry.sizeBytes) {
      problems.push({ path, problem: `has ${resource.sizeBytes} bytes; the archive says ${entry.sizeBytes}` });
    }
  }
  return problems;
}

function damageError(problems: readonly Problem[]): ManifestError {
  return problemsError('ERR_BASE_ARCHIVE_DIGEST', 'Base archive is damaged', problems.slice(0, MAX_PROBLEMS), {
    details: { problemCount: problems.length },
    hint: 'Take game.arci, game.arcd and game.dmanifest from one and the same build.',
  });
}
