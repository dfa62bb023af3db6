import { ManifestError } from '../manifest-error.js';
import type { DefoldResource, HashAlgorithm } from './defold-manifest.js';
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
  HASH_DIGEST,
  HEADER_LEGACY,
  LEGACY_MAGIC,
  MANIFEST_DATA,
  RESOURCE_V1,
  RESOURCE_V3,
  RESOURCE_V4,
} from './manifest-schema.js';
import { ProblemList } from './problem-list.js';
import { type DecodeContext, decodeMessage } from './protobuf-message.js';

type LegacyVersion = 1 | 3 | 4;

/** An entry whose dependants still are what the wire says: digests (1, 3), or places in the list (4). */
interface RawResource extends Omit<DefoldResource, 'dependants'> {
  readonly digests: readonly string[];
  readonly places: readonly number[];
}

/**
 * Parses the data of a manifest before version 5. Such a file has no version of its own: its header carries a magic
 * number and the version. There are no sizes; version 1 has no flags either, so its resources get 0.
 */
export function parseLegacyManifest(bytes: Uint8Array, context: DecodeContext): ManifestContent {
  const data = decodeMessage(bytes, MANIFEST_DATA, { ...context, path: '' });
  const version = assertLegacyVersion(data.header);
  const raw = decodeMessage(data.header as Uint8Array, HEADER_LEGACY, { ...context, path: '/header' });
  const header = readHeader(raw, context);
  const entries: RawResource[] = [];
  for (const [index, entry] of data.resources.entries()) {
    if (context.problems.isFull) break;
    const algorithm = header.resourceHashAlgorithm;
    entries.push(parseEntry(entry, version, { ...context, algorithm, path: `/resources/${index}` }));
  }
  const resources = resolveDependants(entries, version, context);
  reportRepeatedUrlHashes(resources, context.problems);
  const engineVersions =
    version === 1
      ? data.engineVersions.map((message, index) => readCommit(message, `/engineVersions/${index}`, context))
      : readEngineVersions(data.engineVersions, context);
  return { version, header, engineVersions, hasExcludedResources: undefined, resources };
}

function assertLegacyVersion(header: Uint8Array | undefined): LegacyVersion {
  const peeked = peekVersion(header);
  if (peeked === 1 || peeked === 3 || peeked === 4) return peeked;
  const found = peeked === undefined ? 'no version' : `version ${peeked}`;
  throw new ManifestError('ERR_MANIFEST_VERSION', `Manifest has ${found}; expected 5, or 1, 3 or 4 of old`, {
    details: { expected: 5, actual: peeked ?? null },
    hint: 'Version 5 is what Defold 1.4.8 and later write. A file without a version is no manifest, or a damaged one.',
  });
}

/** The version that a header names, if it begins as the old ones do. Problems are found when it is read for good. */
function peekVersion(header: Uint8Array | undefined): number | undefined {
  const problems = new ProblemList();
  const raw = decodeMessage(header ?? new Uint8Array(), HEADER_LEGACY, {
    problems,
    isComplete: false,
    path: '/header',
  });
  return raw.magicNumber === LEGACY_MAGIC ? raw.version : undefined;
}

interface EntryPlace extends DecodeContext {
  readonly path: string;
  readonly algorithm: HashAlgorithm;
}

function parseEntry(bytes: Uint8Array, version: LegacyVersion, at: EntryPlace): RawResource {
  switch (version) {
    case 1: {
      const entry = decodeMessage(bytes, RESOURCE_V1, at);
      return { ...parseCommon(entry, at), flags: 0, digests: readDigests(entry.dependants, at), places: [] };
    }
    case 3: {
      const entry = decodeMessage(bytes, RESOURCE_V3, at);
      return {
        ...parseCommon(entry, at),
        flags: entry.flags ?? 0,
        digests: readDigests(entry.dependants, at),
        places: [],
      };
    }
    case 4: {
      const entry = decodeMessage(bytes, RESOURCE_V4, at);
      return { ...parseCommon(entry, at), flags: entry.flags ?? 0, digests: [], places: entry.dependants };
    }
  }
}

interface CommonFields {
  readonly url: string | undefined;
  readonly urlHash: bigint | undefined;
  readonly hash: Uint8Array | undefined;
}

function parseCommon(
  { url = '', urlHash = MISSING_URL_HASH, hash }: CommonFields,
  at: EntryPlace,
): Omit<RawResource, 'flags' | 'digests' | 'places'> {
  if (url !== '') checkUrl(url, urlHash, at);
  const hexDigest = readDigest(hash, at.algorithm, { problems: at.problems, path: `${at.path}/hash` });
  return { url, urlHash, hexDigest, sizeBytes: 0, compressedSizeBytes: undefined };
}

function readDigests(list: readonly Uint8Array[], { algorithm, path, problems }: EntryPlace): string[] {
  return list.map((bytes, index) => readDigest(bytes, algorithm, { problems, path: `${path}/dependants/${index}` }));
}

function resolveDependants(
  entries: readonly RawResource[],
  version: LegacyVersion,
  { problems }: DecodeContext,
): DefoldResource[] {
  const counter = dependantCounter();
  const byDigest = version === 4 ? new Map<string, bigint[]>() : groupByDigest(entries);
  return entries.map(({ digests, places, ...resource }, index) => {
    const path = `/resources/${index}/dependants`;
    const dependants = new Set<bigint>();
    for (const digest of digests) {
      const urlHashes = byDigest.get(digest);
      if (urlHashes === undefined && digest !== '') problems.add(path, `names ${digest}, which no resource has`);
      counter.add(urlHashes?.length ?? 0);
      for (const urlHash of urlHashes ?? []) dependants.add(urlHash);
    }
    counter.add(places.length);
    for (const place of places) {
      const target = entries[place];
      if (target !== undefined) dependants.add(target.urlHash);
      else problems.add(path, `names place ${place}; there are ${entries.length} resources`);
    }
    return { ...resource, dependants: [...dependants] };
  });
}

function groupByDigest(entries: readonly RawResource[]): Map<string, bigint[]> {
  const byDigest = new Map<string, bigint[]>();
  for (const { hexDigest, urlHash } of entries) {
    const group = byDigest.get(hexDigest);
    if (group === undefined) byDigest.set(hexDigest, [urlHash]);
    else group.push(urlHash);
  }
  return byDigest;
}

/** Version 1 names engines by their 40-digit commit id, as ASCII, not by a digest. */
function readCommit(bytes: Uint8Array, path: string, context: DecodeContext): string {
  const { data } = decodeMessage(bytes, HASH_DIGEST, { ...context, path });
  const commit = data === undefined ? '' : String.fromCharCode(...data.subarray(0, 64));
  if (data !== undefined && !/^[0-9a-f]{40}$/.test(commit))
    context.problems.add(path, 'is no commit id of 40 hex digits');
  return commit;
}
