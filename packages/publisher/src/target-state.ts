import {
  type Channel,
  channelKey,
  isLadingError,
  MAX_CHANNEL_BYTES,
  MAX_RELEASE_BYTES,
  type Release,
  type TrustedRoot,
  verifyRelease,
} from '@lading/manifest';
import { PublishError } from './publish-error.js';
import type { ListedObject, PublishTarget, TargetCallOptions } from './publish-target.js';
import type { ReleaseSource } from './release-source.js';
import { joinRoots, rootVersions } from './target-roots.js';
import { type ChannelDocument, verifyChannelDocument } from './verify-documents.js';

/** The most objects that are listed: what comes from outside is bounded. */
const MAX_LISTED_OBJECTS = 1_000_000;

/** A channel as it is on the target now. */
export interface CurrentChannel extends ChannelDocument {
  readonly etag: string;
  /** The release that it points at, where that is there and verifies. */
  readonly release: { readonly release: Release; readonly bytes: Uint8Array } | undefined;
}

/** What a target has that matters for one publish. */
export interface TargetState {
  /** Our chain of roots, and newer ones that only the target has. */
  readonly roots: ReleaseSource['roots'];
  /** What is there of `archives/`, `releases/` and `root/`; of archives only those that the release names. */
  readonly objects: ReadonlyMap<string, ListedObject>;
  /** How many objects `archives/` has, named by this release or not. */
  readonly archiveCount: number;
  readonly channel: CurrentChannel | undefined;
}

/** Options of {@link readTargetState}. */
export interface ReadTargetStateOptions {
  /** Name of the channel. */
  readonly channel: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads what a target has: the channel first (its etag is the condition of the later switch), then one listing each of
 * `archives/`, `releases/` and `root/`. No object is asked for by itself.
 *
 * @throws PublishError `ERR_PUBLISH_TRUST` where the channel or a root on the target does not verify with our roots: it is
 * never written over. `ERR_TARGET_TOO_LARGE` above 1,000,000 objects. And what the target throws.
 */
export async function readTargetState(
  source: ReleaseSource,
  target: PublishTarget,
  { channel: name, signal }: ReadTargetStateOptions,
): Promise<TargetState> {
  const found = await target.get(channelKey(name), { signal, maxBytes: MAX_CHANNEL_BYTES });
  const objects = new Map<string, ListedObject>();
  const wanted = new Set(source.release.archives.map((archive) => archive.key));
  const archiveCount = await listInto(objects, target, 'archives/', (key) => wanted.has(key), signal);
  await listInto(objects, target, 'releases/', () => true, signal);
  await listInto(objects, target, 'root/', () => true, signal);
  const roots = await joinRoots(source.roots, target, rootVersions(objects.keys()), { signal });
  if (found === undefined) return { roots, objects, archiveCount, channel: undefined };
  const current = await verifyChannelDocument(found.bytes, roots, { project: source.release.project, name });
  const release = await readCurrentRelease(target, roots, current.channel, { signal });
  return { roots, objects, archiveCount, channel: { ...current, etag: found.info.etag, release } };
}

async function listInto(
  objects: Map<string, ListedObject>,
  target: PublishTarget,
  prefix: string,
  isWanted: (key: string) => boolean,
  signal: AbortSignal | undefined,
): Promise<number> {
  let count = 0;
  for await (const object of target.list(prefix, { signal })) {
    count += 1;
    if (count > MAX_LISTED_OBJECTS) throw tooManyError(target, prefix);
    if (isWanted(object.key)) objects.set(object.key, object);
  }
  return count;
}

/** A release that is missing or does not verify is no reason to stop: the next publish replaces what points at it. */
async function readCurrentRelease(
  target: PublishTarget,
  roots: readonly TrustedRoot[],
  channel: Channel,
  options: TargetCallOptions,
): Promise<CurrentChannel['release']> {
  const got = await target.get(channel.release.key, { ...options, maxBytes: MAX_RELEASE_BYTES });
  const newest = roots.at(-1);
  if (got === undefined || newest === undefined) return undefined;
  try {
    const release = await verifyRelease(got.bytes, newest, { ...channel.release, project: channel.project });
    return { release, bytes: got.bytes };
  } catch (error) {
    if (isLadingError(error)) return undefined;
    throw error;
  }
}

function tooManyError(target: PublishTarget, prefix: string): PublishError {
  const message = `${target.name} has more than ${MAX_LISTED_OBJECTS} objects below ${prefix}`;
  return new PublishError('ERR_TARGET_TOO_LARGE', message, {
    details: { prefix, maxObjects: MAX_LISTED_OBJECTS },
    hint: 'Delete what no release needs any more, or publish to a new prefix.',
  });
}
