import {
  archiveKey,
  type Channel,
  channelKey,
  createRoot,
  digestOf,
  generateSigningKey,
  MAX_CHANNEL_BYTES,
  MAX_RELEASE_BYTES,
  MAX_ROOT_BYTES,
  type Release,
  type ReleaseArchive,
  type Role,
  rootKey,
  type SigningKey,
  signRelease,
  signRoot,
  type TrustedRoot,
  trustRoot,
  updateRoot,
  verifyChannel,
  verifyRelease,
} from '@lading/manifest';
import { applyPublish, type PublishResult } from './apply-publish.js';
import { type PreparePublishOptions, preparePublish } from './prepare-publish.js';
import type { PublishTarget } from './publish-target.js';
import type { ReleaseSource } from './release-source.js';

/** Tests' clock, and how long their channels live. */
export const NOW: Date = new Date('2026-11-21T12:00:00Z');
export const EXPIRES_AT: Date = new Date('2026-12-05T12:00:00Z');

export type Keyring = Readonly<Record<Role, SigningKey>>;

/** A project with its keys and its chain of roots. */
export interface TestProject {
  readonly keys: Keyring;
  readonly roots: readonly [TrustedRoot, ...TrustedRoot[]];
}

async function newKeyring(): Promise<Keyring> {
  const [root, release, channel] = await Promise.all([1, 2, 3].map(async () => (await generateSigningKey()).key));
  if (root === undefined || release === undefined || channel === undefined) throw new Error('unreachable');
  return { root, release, channel };
}

function rootDocument(version: number, keys: Keyring): ReturnType<typeof createRoot> {
  const lists = { root: [keys.root], release: [keys.release], channel: [keys.channel] };
  return createRoot({ version, expiresAt: '2030-01-01T00:00:00Z', keys: lists });
}

export async function newProject(): Promise<TestProject> {
  const keys = await newKeyring();
  const { bytes } = await signRoot(rootDocument(1, keys), [keys.root]);
  return { keys, roots: [await trustRoot(bytes)] };
}

/** The same project with new keys for releases and channels. */
export async function rotated(project: TestProject): Promise<TestProject> {
  const keys = { ...(await newKeyring()), root: project.keys.root };
  const before = project.roots.at(-1) ?? project.roots[0];
  const { bytes } = await signRoot(rootDocument(before.root.version + 1, keys), [keys.root]);
  return { keys, roots: [...project.roots, await updateRoot(before, bytes)] };
}

export async function archiveOf(name: string, bytes: Uint8Array): Promise<ReleaseArchive> {
  const digest = await digestOf(bytes);
  return {
    name,
    key: archiveKey(name, digest),
    sizeBytes: bytes.length,
    digest,
    directory: { offset: 0, sizeBytes: bytes.length, digest },
    entries: 1,
    priority: 0,
    encoder: 'store',
  };
}

/** A release in memory: the content of each archive is a text. */
export async function sourceOf(
  project: TestProject,
  contents: Readonly<Record<string, string>>,
  over: Partial<Release> = {},
): Promise<ReleaseSource> {
  const bodies = new Map(Object.entries(contents).map(([name, text]) => [name, new TextEncoder().encode(text)]));
  const archives: ReleaseArchive[] = [];
  for (const [name, bytes] of bodies) archives.push(await archiveOf(name, bytes));
  const release: Release = {
    format: 'lading.release/1',
    project: 'game',
    version: '1.0.0',
    sequence: 1,
    createdAt: '2026-11-21T00:00:00Z',
    compat: {},
    roots: { '/level.json': { archives: [...bodies.keys()] } },
    archives,
    ...over,
  };
  const { bytes, digest, sizeBytes } = await signRelease(release, [project.keys.release]);
  return {
    name: 'memory',
    roots: project.roots,
    release,
    bytes,
    digest,
    sizeBytes,
    openArchive: async ({ name }) => bodies.get(name) ?? new Uint8Array(),
  };
}

/** `count` archives whose content depends on their number and a word; those below `same` do not depend on the word. */
export function manyArchives(count: number, word: string, same: number = 0): Record<string, string> {
  const entries = Array.from({ length: count }, (_, i) => [`archive-${i}`, `${i < same ? 'same' : word} ${i}`]);
  return Object.fromEntries(entries);
}

export async function publish(
  project: TestProject,
  source: ReleaseSource,
  target: PublishTarget,
  over: Partial<PreparePublishOptions> = {},
): Promise<PublishResult> {
  const options = { channel: 'stable', now: NOW, expiresAt: EXPIRES_AT, ...over };
  const { plan, source: numbered } = await preparePublish(source, target, options);
  const { signal } = over;
  return applyPublish(plan, target, { source: numbered, channelKeys: [project.keys.channel], concurrency: 3, signal });
}

/** What a client that starts from the first root can have. */
export interface Readable {
  readonly channel: Channel;
  readonly release: Release;
}

/**
 * Reads a target as a client does: roots, channel, release, every archive, all verified. Throws where anything that the
 * channel promises is missing or wrong; `undefined` where there is no channel yet.
 */
export async function readAsClient(target: PublishTarget, pinned: TrustedRoot): Promise<Readable | undefined> {
  const found = await target.get(channelKey('stable'), { maxBytes: MAX_CHANNEL_BYTES });
  if (found === undefined) return undefined;
  let trusted = pinned;
  for (;;) {
    const next = await target.get(rootKey(trusted.root.version + 1), { maxBytes: MAX_ROOT_BYTES });
    if (next === undefined) break;
    trusted = await updateRoot(trusted, next.bytes);
  }
  const { channel } = await verifyChannel(found.bytes, trusted, { now: NOW, project: 'game', name: 'stable' });
  const document = await target.get(channel.release.key, { maxBytes: MAX_RELEASE_BYTES });
  if (document === undefined) throw new Error(`${channel.release.key} is not there`);
  const release = await verifyRelease(document.bytes, trusted, { ...channel.release, project: 'game' });
  for (const archive of release.archives) {
    const body = await target.get(archive.key, { maxBytes: archive.sizeBytes });
    if (body === undefined || (await digestOf(body.bytes)) !== archive.digest)
      throw new Error(`${archive.key} is wrong`);
  }
  return { channel, release };
}
