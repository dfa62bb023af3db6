import { releaseKey } from '@lading/manifest';
import { assertWritable } from './assert-writable.js';
import { eachLimited } from './each-limited.js';
import { saveFromGarbage } from './garbage/save-from-garbage.js';
import { OBJECT_HEADERS } from './object-headers.js';
import type { PublishPlan } from './publish-plan.js';
import type { ProgressMeter, UploadPlan } from './publish-progress.js';
import type { PublishTarget } from './publish-target.js';
import { readBackArchives, readBackRelease } from './read-back.js';
import type { ReleaseSource } from './release-source.js';

/** What the steps of a publish share. */
export interface ApplyStepOptions {
  readonly source: ReleaseSource;
  readonly meter: ProgressMeter;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Everything that a channel will point at: tries whether the target may be written, uploads archives, saves from the garbage
 * collection what is there, reads back, and writes the release. Who reads a channel sees nothing of it yet.
 */
export async function applyContent(
  plan: PublishPlan,
  target: PublishTarget,
  options: ApplyStepOptions & { readonly concurrency: number },
): Promise<void> {
  const { source, meter, signal } = options;
  await assertWritable(target, plan, source, { signal });
  await uploadArchives(plan, target, options);
  meter.stage('read-back');
  await saveFromGarbage(target, neededKeys(source), { signal });
  await readBackArchives(plan, target, options);
  meter.stage('release');
  await uploadRelease(plan, target, options);
  await readBackRelease(plan, target, options);
}

function neededKeys({ release, digest }: ReleaseSource): ReadonlySet<string> {
  return new Set([...release.archives.map(({ key }) => key), releaseKey(digest)]);
}

/** Uploads the archives that a plan wants to upload. */
export async function uploadArchives(
  plan: UploadPlan,
  target: PublishTarget,
  { source, concurrency, signal, meter }: ApplyStepOptions & { readonly concurrency: number },
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
  { source: { bytes }, signal, meter }: ApplyStepOptions,
): Promise<void> {
  const { key } = plan.release;
  if (!plan.uploads.some((object) => object.key === key)) return;
  await target.put(key, bytes, OBJECT_HEADERS.release, { signal });
  meter.done(key, bytes.length);
}
