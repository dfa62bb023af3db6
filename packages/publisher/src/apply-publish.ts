import { type Channel, releaseKey, rootKey, type SigningKey, signChannel, verifyChannel } from '@lading/manifest';
import { assertSameRoot, assertWritable, isRefused } from './assert-writable.js';
import { eachLimited } from './each-limited.js';
import { saveFromGarbage } from './garbage/save-from-garbage.js';
import { OBJECT_HEADERS } from './object-headers.js';
import type { PublishPlan } from './publish-plan.js';
import { ProgressMeter, type PublishProgress } from './publish-progress.js';
import type { PublishTarget, TargetCallOptions } from './publish-target.js';
import { readBackArchives, readBackRelease } from './read-back.js';
import { newestRoot, type ReleaseSource } from './release-source.js';
import { trusted } from './trust-error.js';

/** Options of {@link applyPublish}. */
export interface ApplyPublishOptions {
  /** The source that the plan was made for. */
  readonly source: ReleaseSource;
  /** Keys that sign the channel. May be empty where the plan leaves it alone. */
  readonly channelKeys: readonly SigningKey[];
  /** How many archives are uploaded at a time. Default 8. */
  readonly concurrency?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: PublishProgress) => void) | undefined;
}

/** What {@link ApplyPublishOptions} fields are where they are not given. */
export const APPLY_PUBLISH_DEFAULTS: { readonly concurrency: number } = { concurrency: 8 };

/** What a publish did. */
export interface PublishResult {
  readonly status: 'published' | 'refreshed' | 'repaired' | 'up-to-date';
  /** The channel as it is now. */
  readonly channel: Channel;
  readonly uploadedObjects: number;
  readonly uploadedBytes: number;
}

/**
 * Does what a plan says: a write that must be refused, archives, read back, release, roots, the replaced channel document
 * into `history/`, and the channel last, in one conditional write. Whatever stops it, and whenever: who reads the channel has
 * the old release whole or the new one whole, and the next publish goes on with what is there. Nothing is deleted, and no
 * archive, release or root is written over.
 *
 * @throws PublishError `ERR_PUBLISH_CONFLICT` where somebody else changed the channel since the plan was made;
 * `ERR_PUBLISH_READ_BACK`, `ERR_PUBLISH_IMMUTABLE`, `ERR_PUBLISH_TRUST` (keys that the newest root does not name),
 * `ERR_PUBLISH_SOURCE` (an archive that is not the one of the release), `ERR_TARGET_UNSUPPORTED` (a target without
 * conditional writes), what the target throws, and the signal's reason.
 * @example
 * const { plan, source } = await preparePublish(await openReleaseFolder('dist'), target, { channel, now, expiresAt });
 * await applyPublish(plan, target, { source, channelKeys: [key] });
 */
export async function applyPublish(
  plan: PublishPlan,
  target: PublishTarget,
  options: ApplyPublishOptions,
): Promise<PublishResult> {
  const { source, signal } = options;
  signal?.throwIfAborted();
  if (plan.release.digest !== source.digest) throw new Error('unreachable: the plan was made for another release');
  if (plan.isUpToDate) return resultOf(plan);
  const envelope = plan.channel.action === 'keep' ? undefined : await signNext(plan, options.channelKeys, source);
  await assertWritable(target, plan, source, { signal });
  const meter = new ProgressMeter(plan, options.onProgress);
  const concurrency = options.concurrency ?? APPLY_PUBLISH_DEFAULTS.concurrency;
  const readBack = { source, concurrency, signal };

  await uploadArchives(plan, target, { source, concurrency, signal, meter });
  meter.stage('read-back');
  await saveFromGarbage(target, neededKeys(source), { signal });
  await readBackArchives(plan, target, readBack);
  meter.stage('release');
  await uploadRelease(plan, target, source, { signal, meter });
  await readBackRelease(plan, target, readBack);
  meter.stage('root');
  await uploadRoots(plan, target, source, { signal, meter });
  if (envelope !== undefined) {
    meter.stage('channel');
    await keepHistory(plan, target, { signal });
    await target.putIf(plan.channel.key, envelope, OBJECT_HEADERS.channel, plan.channel.condition, { signal });
  }
  meter.end();
  return resultOf(plan);
}

function neededKeys({ release, digest }: ReleaseSource): ReadonlySet<string> {
  return new Set([...release.archives.map(({ key }) => key), releaseKey(digest)]);
}

interface UploadOptions {
  readonly meter: ProgressMeter;
  readonly signal?: AbortSignal | undefined;
}

/** Signs the next channel document before anything is uploaded, and checks that clients will take it. */
async function signNext(
  plan: PublishPlan,
  channelKeys: readonly SigningKey[],
  source: ReleaseSource,
): Promise<Uint8Array> {
  const newest = newestRoot(source.roots);
  const hint = 'Give the channel key that belongs to this root: --key FILE.';
  return trusted(`The channel cannot be signed for root ${newest.root.version}`, hint, async () => {
    const { bytes } = await signChannel(plan.channel.document, channelKeys);
    await verifyChannel(bytes, newest, { now: new Date(0), project: plan.release.project, name: plan.channel.name });
    return bytes;
  });
}

async function uploadArchives(
  plan: PublishPlan,
  target: PublishTarget,
  {
    source,
    concurrency,
    signal,
    meter,
  }: UploadOptions & { readonly source: ReleaseSource; readonly concurrency: number },
): Promise<void> {
  const isNew = new Set(plan.uploads.map(({ key }) => key));
  const archives = source.release.archives.filter(({ key }) => isNew.has(key));
  meter.stage('archives');
  await eachLimited(archives, { concurrency, signal }, async (archive, inner) => {
    const body = await source.openArchive(archive, { signal: inner });
    const meta = { ...OBJECT_HEADERS.archive, digest: archive.digest };
    await target.put(archive.key, body, meta, { signal: inner, onProgress: meter.of(archive.key) });
    meter.done(archive.key, archive.sizeBytes);
  });
}

async function uploadRelease(
  plan: PublishPlan,
  target: PublishTarget,
  { bytes }: ReleaseSource,
  { signal, meter }: UploadOptions,
): Promise<void> {
  const { key } = plan.release;
  if (!plan.uploads.some((object) => object.key === key)) return;
  await target.put(key, bytes, OBJECT_HEADERS.release, { signal });
  meter.done(key, bytes.length);
}

/** Roots are written once: whoever comes second finds the same one, or stops. */
async function uploadRoots(
  plan: PublishPlan,
  target: PublishTarget,
  { roots }: ReleaseSource,
  { signal, meter }: UploadOptions,
): Promise<void> {
  const isNew = new Set(plan.uploads.map(({ key }) => key));
  for (const { root, bytes } of roots) {
    const key = rootKey(root.version);
    if (!isNew.has(key)) continue;
    const write = (): Promise<unknown> =>
      target.putIf(key, bytes, OBJECT_HEADERS.root, { ifNoneMatch: '*' }, { signal });
    if (key !== plan.probe?.key && (await isRefused(write))) await assertSameRoot(target, key, bytes, { signal });
    meter.done(key, bytes.length);
  }
}

/** Keeps the document that is about to be replaced. Its name says its content, so one that is there is the same. */
async function keepHistory(plan: PublishPlan, target: PublishTarget, { signal }: TargetCallOptions): Promise<void> {
  const { history } = plan.channel;
  if (history === undefined) return;
  const { key, bytes } = history;
  await isRefused(() => target.putIf(key, bytes, OBJECT_HEADERS.history, { ifNoneMatch: '*' }, { signal }));
}

function resultOf(plan: PublishPlan): PublishResult {
  const { action, document } = plan.channel;
  const status =
    action === 'refresh' ? 'refreshed' : action !== 'keep' ? 'published' : plan.isUpToDate ? 'up-to-date' : 'repaired';
  return {
    status,
    channel: document,
    uploadedObjects: plan.uploads.length,
    uploadedBytes: plan.uploadBytes,
  };
}
