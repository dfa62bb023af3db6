import {
  type Digest,
  historyKey,
  isLadingError,
  MAX_CHANNEL_BYTES,
  MAX_RELEASE_BYTES,
  MAX_ROOT_BYTES,
  ManifestError,
  parseRelease,
  type Release,
  type ReleasePointer,
  readEnvelope,
  releaseKey,
  rootKey,
  type TrustedRoot,
  trustRoot,
  updateRoot,
  type VerifiedChannel,
  verifyChannel,
  verifyRelease,
} from '@lading/manifest';
import type { ContentOrigin } from './content-origin.js';
import type { FindingList } from './content-report.js';
import { MountError } from './mount-error.js';
import { probeRoot } from './probe-root.js';

/** What the checks of documents share. */
export interface DocumentCheck {
  readonly origin: ContentOrigin;
  readonly found: FindingList;
  readonly now: Date;
  readonly signal: AbortSignal | undefined;
  /** Says that a file was read, with its size. */
  readonly onFile: (key: string, sizeBytes: number) => void;
}

/**
 * Checks every root from the first one there is, each against the one before it and the pinned one byte for byte.
 * Gives the chain up to the newest that the pinned one leads to, oldest first; none where none can be trusted.
 */
export async function verifyRoots(trust: Uint8Array | 'first-use', check: DocumentCheck): Promise<TrustedRoot[]> {
  const pinned = trust === 'first-use' ? undefined : await trustRoot(trust);
  const chain: TrustedRoot[] = [];
  let trusted = pinned;
  let former: TrustedRoot | undefined;
  for (let version = 1; ; version++) {
    const key = rootKey(version);
    const bytes = await fetchRoot(version, version > (trusted?.root.version ?? 0) && version > 1, check);
    // Roots below the pinned one may be gone; above it the chain ends where there is none.
    if (bytes === undefined && version > (pinned?.root.version ?? 0)) break;
    if (bytes === undefined) continue;
    try {
      const root = former === undefined ? await trustRoot(bytes) : await updateRoot(former, bytes);
      assertVersion(root, version);
      assertPinned(root, pinned);
      assertKnownSigners(bytes, [...Object.keys(root.root.keys), ...Object.keys(former?.root.keys ?? {})]);
      former = root;
      chain.push(root);
      if (trusted === undefined || version > trusted.root.version) trusted = root;
    } catch (error) {
      check.found.add(key, error);
      former = undefined; // The next one cannot be judged by it.
      if (version >= (pinned?.root.version ?? 1)) break;
    }
  }
  if (trusted === undefined && !check.found.has(rootKey(1))) check.found.add(rootKey(1), missing(rootKey(1)));
  if (trusted === undefined) return [];
  const newest = trusted.root.version;
  return [...chain.filter(({ root }) => root.version < newest), trusted];
}

function assertVersion({ root }: TrustedRoot, version: number): void {
  if (root.version === version) return;
  throw new ManifestError('ERR_TRUST_ROOT', `Root has version ${root.version}, its name says ${version}`, {
    details: { expected: version, actual: root.version },
  });
}

function assertPinned(root: TrustedRoot, pinned: TrustedRoot | undefined): void {
  if (pinned === undefined || pinned.root.version !== root.root.version) return;
  if (root.bytes.length === pinned.bytes.length && root.bytes.every((byte, i) => byte === pinned.bytes[i])) return;
  throw new ManifestError('ERR_TRUST_ROOT', `Root ${root.root.version} is another one than the trusted one`);
}

/** A signature by an unknown key decides nothing, but it has no business in a file of which every byte is accounted for. */
function assertKnownSigners(bytes: Uint8Array, known: readonly string[]): void {
  const keyids = new Set(known);
  const strangers = readEnvelope(bytes).keyids.filter((keyid) => !keyids.has(keyid));
  if (strangers.length === 0) return;
  throw new ManifestError('ERR_TRUST_SIGNATURE', `Signed by ${strangers.length} unknown keys beside the known ones`, {
    details: { keyids: strangers },
  });
}

/** Checks a channel. Gives what it points at; `undefined` where it is broken. */
export async function verifyChannelFile(
  key: string,
  trusted: TrustedRoot,
  check: DocumentCheck,
): Promise<{ readonly release: ReleasePointer; readonly project: string } | undefined> {
  try {
    const bytes = await existingFile(key, MAX_CHANNEL_BYTES, check);
    const name = key.slice('channels/'.length, -'.json'.length);
    const { channel, isExpired } = await verifyChannel(bytes, trusted, { now: check.now, name });
    assertKnownSigners(bytes, trusted.root.roles.channel.keyids);
    if (isExpired) check.found.warn(key, expired(channel.expiresAt));
    return { release: channel.release, project: channel.project };
  } catch (error) {
    check.found.add(key, error);
    return undefined;
  }
}

/**
 * Checks a channel document that another one replaced: it was signed under some root of the chain, and its name says its
 * content. The release that it points at may be gone.
 */
export async function verifyHistoryFile(
  key: string,
  chain: readonly TrustedRoot[],
  check: DocumentCheck,
): Promise<void> {
  try {
    const bytes = await existingFile(key, MAX_CHANNEL_BYTES, check);
    const { channel, digest, root } = await verifyUnderAny(bytes, chain);
    assertKnownSigners(bytes, root.root.roles.channel.keyids);
    const expected = historyKey(channel.name, channel.sequence, digest);
    if (key !== expected) throw new ManifestError('ERR_TRUST_MISMATCH', `The document belongs under ${expected}`);
  } catch (error) {
    check.found.add(key, error);
  }
}

async function verifyUnderAny(
  bytes: Uint8Array,
  chain: readonly TrustedRoot[],
): Promise<VerifiedChannel & { readonly root: TrustedRoot }> {
  let newestError: unknown;
  for (const root of [...chain].reverse()) {
    try {
      // Expiry is no matter here: it was public once.
      return { ...(await verifyChannel(bytes, root, { now: new Date(0) })), root };
    } catch (error) {
      newestError ??= error;
    }
  }
  throw newestError;
}

/** Checks a release by the digest that names it, and against what a channel says of it, where one does. */
export async function verifyReleaseFile(
  digest: Digest,
  trusted: TrustedRoot,
  check: DocumentCheck & { readonly stated: { release: ReleasePointer; project: string } | undefined },
): Promise<Release | undefined> {
  const key = releaseKey(digest);
  try {
    const bytes = await existingFile(key, MAX_RELEASE_BYTES, check);
    const { payload } = readEnvelope(bytes);
    const own = parseRelease(payload);
    const stated = check.stated;
    const release = await verifyRelease(bytes, trusted, {
      digest,
      sizeBytes: stated?.release.sizeBytes ?? payload.length,
      sequence: stated?.release.sequence ?? own.sequence,
      project: stated?.project ?? own.project,
    });
    assertKnownSigners(bytes, trusted.root.roles.release.keyids);
    return release;
  } catch (error) {
    check.found.add(key, namedAs(error, digest));
    return undefined;
  }
}

/** Documents are parsed here before they verify, to learn what they claim; a claim that fails to parse is a bad digest first. */
function namedAs(error: unknown, digest: Digest): unknown {
  if (!isLadingError(error, 'ERR_DOCUMENT', 'ERR_JSON')) return error;
  return new ManifestError('ERR_TRUST_DIGEST', `Release does not hold what its name says: ${error.message}`, {
    cause: error,
    details: { ...error.details, expected: digest },
  });
}

async function existingFile(key: string, maxBytes: number, check: DocumentCheck): Promise<Uint8Array> {
  const bytes = await fetchFile(key, maxBytes, check);
  if (bytes === undefined) throw missing(key);
  return bytes;
}

/** A root that may not exist is probed for; one that must is fetched like every file. */
async function fetchRoot(version: number, isProbe: boolean, check: DocumentCheck): Promise<Uint8Array | undefined> {
  const key = rootKey(version);
  if (!isProbe) return fetchFile(key, MAX_ROOT_BYTES, check);
  const bytes = await probeRoot(check.origin, version, { signal: check.signal });
  if (bytes !== undefined) check.onFile(key, bytes.length);
  return bytes;
}

async function fetchFile(key: string, maxBytes: number, check: DocumentCheck): Promise<Uint8Array | undefined> {
  const bytes = await check.origin.fetch(key, { maxBytes, signal: check.signal });
  if (bytes !== undefined) check.onFile(key, bytes.length);
  return bytes;
}

function missing(key: string): MountError {
  return new MountError('ERR_SOURCE_MISSING', `There is no ${key}`, { details: { key } });
}

function expired(expiresAt: string): MountError {
  return new MountError('ERR_CHANNEL_STALE', `The channel expired at ${expiresAt}: nobody adopts it`, {
    details: { expiresAt },
  });
}
