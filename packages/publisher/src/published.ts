import {
  channelKey,
  type Digest,
  historyKey,
  MAX_CHANNEL_BYTES,
  MAX_RELEASE_BYTES,
  type Release,
} from '@lading/manifest';
import { eachLimited } from './each-limited.js';
import { printable } from './printable.js';
import { PublishError } from './publish-error.js';
import type { ListedObject, PublishTarget, TargetCallOptions } from './publish-target.js';
import type { ReleaseSource } from './release-source.js';
import { compareKeys } from './target-key.js';
import { readRoots } from './target-roots.js';
import { type ChannelDocument, verifyChannelDocument, verifyReleaseDocument } from './verify-documents.js';

/** A channel document on a target, current or replaced. */
export interface PublishedChannel extends ChannelDocument {
  readonly key: string;
  readonly isCurrent: boolean;
  /** When it was written, for a current one; when it was replaced, for another. Unknown where the target tells no times. */
  readonly modifiedAt: Date | undefined;
}

/** What a target shows or has shown to players. */
export interface Published {
  /** The pinned chain of roots, and newer ones that only the target has. */
  readonly roots: ReleaseSource['roots'];
  /** Every channel document there is: by name of the channel, the highest sequence first. */
  readonly channels: readonly PublishedChannel[];
}

/** A release that a channel points at or has pointed at. */
export interface PublishedRelease {
  readonly release: Release;
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  readonly sizeBytes: number;
}

/** Options of {@link readPublished}. */
export interface ReadPublishedOptions extends TargetCallOptions {
  /** The trusted root, or a chain that starts with it. */
  readonly roots: ReleaseSource['roots'];
  /** How many documents are read at a time. Default 8. */
  readonly concurrency?: number | undefined;
}

/** Documents are small; a listing must not become a flood. */
const READS_AT_ONCE = 8;

const CHANNEL_KEY = /^channels\/([^/]+)\.json$/;
const HISTORY_KEY = /^history\/([^/]+)\/[^/]+\.json$/;

/**
 * Reads every channel document of a target, current and replaced, and verifies all of them.
 *
 * Current ones are read before replaced ones: a channel that moves meanwhile is then seen at least once.
 *
 * @throws PublishError `ERR_PUBLISH_TRUST` for a document or root that does not verify, `ERR_PUBLISH_CONFLICT` for one that
 * was deleted between listing and reading, and what the target throws.
 * @example
 * const { channels } = await readPublished(target, { roots: [await trustRoot(bytes)] });
 * channels.filter(({ isCurrent }) => isCurrent).map(({ channel }) => channel.name); // → ['beta', 'stable']
 */
export async function readPublished(target: PublishTarget, options: ReadPublishedOptions): Promise<Published> {
  const { signal, concurrency } = options;
  const roots = await readRoots(options.roots, target, { signal });
  const current = await readChannels(target, 'channels/', { signal, roots, concurrency });
  const replaced = await readChannels(target, 'history/', { signal, roots, concurrency });
  const digests = new Set(current.map(({ digest }) => digest));
  // A publish that was killed just before its switch has kept a document that is still current.
  const channels = [...current, ...replaced.filter(({ digest }) => !digests.has(digest))].sort(byNameThenNewest);
  return { roots, channels };
}

/**
 * Reads the release that a channel document points at, and verifies it.
 *
 * @returns `undefined` where it is not there (any more).
 * @throws PublishError `ERR_PUBLISH_TRUST`.
 */
export async function readPublishedRelease(
  target: PublishTarget,
  { channel }: Pick<PublishedChannel, 'channel'>,
  { roots, signal }: ReadPublishedOptions,
): Promise<PublishedRelease | undefined> {
  const pointer = channel.release;
  const got = await target.get(pointer.key, { signal, maxBytes: MAX_RELEASE_BYTES });
  if (got === undefined) return undefined;
  const release = await verifyReleaseDocument(got.bytes, roots, { ...pointer, project: channel.project });
  return { release, bytes: got.bytes, digest: pointer.digest, sizeBytes: pointer.sizeBytes };
}

/**
 * Reads the channel documents of one channel, the newest first, until `isEnough` says so. Each is read only when it is asked
 * for: a history may be long.
 */
export async function readChannelBack(
  target: PublishTarget,
  name: string,
  {
    isEnough,
    signal,
    ...options
  }: ReadPublishedOptions & { isEnough(documents: readonly PublishedChannel[]): boolean },
): Promise<Published> {
  const roots = await readRoots(options.roots, target, { signal });
  const found: PublishedChannel[] = [];
  const current = await readChannel(target, channelKey(name), name, { signal, roots });
  if (current !== undefined) found.push(current);
  for (const past of await pastKeys(target, name, { signal })) {
    if (isEnough(found)) break;
    const document = await readListed(target, past, name, { signal, roots });
    if (document.digest !== found[0]?.digest) found.push(document);
  }
  return { roots, channels: found };
}

/** Keys of the documents that were replaced, the highest sequence first. */
async function pastKeys(target: PublishTarget, name: string, options: TargetCallOptions): Promise<string[]> {
  const keys: { readonly key: string; readonly sequence: number }[] = [];
  for await (const { key } of target.list(`history/${name}/`, options)) {
    const sequence = Number(/\/([1-9]\d{0,15})\.[0-9a-f]{16}\.json$/.exec(key)?.[1] ?? 0);
    if (sequence > 0) keys.push({ key, sequence });
  }
  return keys.sort((a, b) => b.sequence - a.sequence || compareKeys(a.key, b.key)).map(({ key }) => key);
}

async function readChannels(
  target: PublishTarget,
  prefix: 'channels/' | 'history/',
  { signal, roots, concurrency = READS_AT_ONCE }: ReadPublishedOptions,
): Promise<PublishedChannel[]> {
  const listed: ListedObject[] = [];
  for await (const object of target.list(prefix, { signal })) listed.push(object);
  const found: PublishedChannel[] = [];
  await eachLimited(listed, { concurrency, signal }, async ({ key }, inner) => {
    const name = (CHANNEL_KEY.exec(key) ?? HISTORY_KEY.exec(key))?.[1];
    if (name === undefined) return; // not of the layout
    found.push(await readListed(target, key, name, { signal: inner, roots }));
  });
  return found;
}

async function readListed(
  target: PublishTarget,
  key: string,
  name: string,
  options: ReadPublishedOptions,
): Promise<PublishedChannel> {
  const document = await readChannel(target, key, name, options);
  if (document === undefined) throw goneError(key);
  return document;
}

async function readChannel(
  target: PublishTarget,
  key: string,
  name: string,
  { signal, roots }: ReadPublishedOptions,
): Promise<PublishedChannel | undefined> {
  const got = await target.get(key, { signal, maxBytes: MAX_CHANNEL_BYTES });
  if (got === undefined) return undefined;
  const document = await verifyChannelDocument(got.bytes, roots, { name });
  const isCurrent = key === channelKey(name);
  const expected = isCurrent ? key : historyKey(name, document.channel.sequence, document.digest);
  if (key !== expected) throw misnamedError(key, expected);
  return { ...document, key, isCurrent, modifiedAt: got.info.modifiedAt };
}

function byNameThenNewest(a: PublishedChannel, b: PublishedChannel): number {
  return (
    compareKeys(a.channel.name, b.channel.name) ||
    Number(b.isCurrent) - Number(a.isCurrent) ||
    b.channel.sequence - a.channel.sequence ||
    compareKeys(a.key, b.key)
  );
}

function goneError(key: string): PublishError {
  return new PublishError('ERR_PUBLISH_CONFLICT', `"${printable(key)}" was listed, but is not there any more`, {
    details: { key: printable(key) },
    hint: 'Somebody deletes from the target, maybe a garbage collection. Run the command again when it has ended.',
  });
}

function misnamedError(key: string, expected: string): PublishError {
  const message = `"${printable(key)}" holds the document that belongs under "${expected}"`;
  return new PublishError('ERR_PUBLISH_TRUST', message, {
    details: { key: printable(key), expected },
    hint: 'Something else wrote there. Look at it with lading inspect.',
  });
}
