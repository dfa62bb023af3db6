import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { ResourceGraph } from '@lading/graph';
import {
  type ArchiveDirectory,
  archiveKey,
  type DefoldManifest,
  type Digest,
  type JsonObject,
  type Problem,
} from '@lading/manifest';
import type { ContentSource } from '../content/content-source.js';
import { type DefoldIndex, indexDefoldManifest } from '../content/defold-index.js';
import type { PlannedArchive, SplitPlan } from '../plan/split-plan.js';
import { printable, SplitError, splitProblems, systemErrorCode } from '../split-error.js';
import { writeCanonicalArchive } from '../zip/canonical-archive.js';
import { DeflatePool } from '../zip/deflate-pool.js';
import type { ArchiveCache } from './archive-cache.js';
import { type ArchiveManifests, archiveManifests } from './archive-manifest.js';
import { type ArchiveFacts, archiveMembers } from './archive-members.js';
import { sweepTemporaryFiles, temporaryFile } from './atomic-file.js';

/** Options of {@link writeArchives}. */
export interface WriteArchivesOptions {
  /** Folder of the bucket layout; archives go into `<out>/archives`. */
  readonly out: string;
  /** The graph that was planned. Default: a root is taken to need all that its archives hold. */
  readonly graph?: ResourceGraph | undefined;
  /** The Defold manifest of the content. Default: the source's own. */
  readonly manifest?: Uint8Array | DefoldManifest | undefined;
  /** What Defold archives tell of their build. Default: the archive's name and user fields alone. */
  readonly facts?: ArchiveFacts | undefined;
  /** `never` stores every member. Default `auto`. */
  readonly deflate?: 'auto' | 'never' | undefined;
  /** Worker threads that deflate, at most; they do not change the bytes. Default: as many as the machine has cores. */
  readonly threads?: number | undefined;
  /** What was written before into this folder, so that only what changed is made anew. Default: nothing is known. */
  readonly cache?: ArchiveCache | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each member. Default none. */
  readonly onProgress?: ((progress: WriteProgress) => void) | undefined;
}

/** How far {@link writeArchives} is. */
export interface WriteProgress {
  readonly archive: string;
  /** Archives that are finished. */
  readonly archives: number;
  readonly archiveCount: number;
  /** Members written, over all archives. */
  readonly members: number;
  /** Bytes of archives written, over all archives. */
  readonly writtenBytes: number;
}

/** One archive as it lies on disk. */
export interface WrittenArchive {
  readonly name: string;
  /** Key in the bucket layout: `archives/<name>.<hash16>.zip`. */
  readonly key: string;
  /** Path of the file. */
  readonly file: string;
  readonly sizeBytes: number;
  readonly digest: Digest;
  readonly directory: ArchiveDirectory;
  readonly entries: number;
  readonly encoder: string;
  readonly priority: number;
  /** As the plan says it. */
  readonly variant?: string | undefined;
  readonly meta?: JsonObject | undefined;
  /** False where the very same archive was there already, and was left alone. */
  readonly isNew: boolean;
}

/**
 * Writes the archives of a plan into `<out>/archives/<name>.<hash16>.zip`, one after the other, and yields each when it
 * stands there. A file under its final name is always whole: it is written under a temporary name and renamed. An archive
 * that is there already with the same bytes is left alone.
 *
 * Resources with a hexDigest become members of that name, with their resource header, each distinct blob once, and the
 * archive gets the smallest right manifest and a member with the archive's facts; others become members of their path.
 *
 * @throws SplitError `ERR_CONTENT_MISSING` with everything that the content lacks, before anything is written;
 *   `ERR_CONTENT_DIGEST`, `ERR_CONTENT_CORRUPT` and other content errors while reading; `ERR_ARCHIVE_WRITE` for the disk.
 * @example
 * const archives = [];
 * for await (const archive of writeArchives(plan, content, { out: 'dist' })) archives.push(archive);
 */
export async function* writeArchives(
  plan: SplitPlan,
  content: ContentSource,
  options: WriteArchivesOptions,
): AsyncGenerator<WrittenArchive, void, undefined> {
  const { signal } = options;
  const folder = join(options.out, 'archives');
  const index = defoldIndexOf(content, options.manifest);
  await assertContentIsThere(plan, content, { index, signal });
  const manifests = index === undefined ? undefined : archiveManifests(plan, index, options.graph);
  await sweepTemporaryFiles(folder);
  const meter = { archives: 0, members: 0, writtenBytes: 0 };
  const pool = new DeflatePool(options.threads ?? availableParallelism());
  try {
    for (const archive of plan.archives) {
      signal?.throwIfAborted();
      const written = await writeOrKeep(archive, content, { ...options, folder, manifests, meter, plan, pool });
      meter.archives += 1;
      meter.writtenBytes += written.sizeBytes;
      yield written;
    }
  } finally {
    await pool.close();
  }
}

interface WriteContext extends WriteArchivesOptions {
  readonly folder: string;
  readonly manifests: ArchiveManifests | undefined;
  readonly meter: { archives: number; members: number; writtenBytes: number };
  readonly plan: SplitPlan;
  readonly pool: DeflatePool;
}

async function writeOrKeep(
  archive: PlannedArchive,
  content: ContentSource,
  context: WriteContext,
): Promise<WrittenArchive> {
  const { cache, deflate = 'auto', manifests } = context;
  if (cache === undefined || manifests !== undefined) return writeArchive(archive, content, context);
  const { written, stamp } = await cache.find(archive, content, deflate);
  if (written !== undefined) return written;
  const fresh = await writeArchive(archive, content, context);
  await cache.keep(archive, stamp, fresh);
  return fresh;
}

async function writeArchive(
  archive: PlannedArchive,
  content: ContentSource,
  context: WriteContext,
): Promise<WrittenArchive> {
  const { signal, meter, plan, pool, onProgress, deflate, facts } = context;
  const temporary = await temporaryFile(context.folder);
  try {
    const manifest = context.manifests?.of(archive);
    const members = archiveMembers(archive, { content, manifest, facts, signal });
    const result = await writeCanonicalArchive(members, temporary.sink, {
      deflate,
      pool,
      signal,
      onMember: (_member, positionBytes) => {
        meter.members += 1;
        const { archives, members: count, writtenBytes } = meter;
        const progress = { archives, members: count, writtenBytes: writtenBytes + positionBytes };
        onProgress?.({ archive: archive.name, archiveCount: plan.archives.length, ...progress });
      },
    });
    const key = archiveKey(archive.name, result.digest);
    const file = join(context.out, ...key.split('/'));
    const isNew = (await digestOfFile(file, result.sizeBytes)) !== result.digest;
    signal?.throwIfAborted();
    if (isNew) await temporary.commit(file);
    const { name, priority, variant, meta } = archive;
    return { name, key, file, ...result, priority, variant, meta, isNew };
  } finally {
    await temporary.discard();
  }
}

/** The index of the manifest that goes with some content. @internal */
export function defoldIndexOf(
  content: ContentSource,
  manifest: Uint8Array | DefoldManifest | undefined,
): DefoldIndex | undefined {
  const chosen = manifest ?? content.manifest;
  return chosen === undefined ? undefined : indexDefoldManifest(chosen, content.name);
}

/**
 * Checks that the content has all that a plan places, and that Defold content is in the manifest.
 *
 * @throws SplitError `ERR_CONTENT_MISSING` with all of it; `ERR_CONTENT_FORMAT` where there is no manifest for it.
 * @internal
 */
export async function assertContentIsThere(
  plan: SplitPlan,
  content: ContentSource,
  { index, signal }: { readonly index: DefoldIndex | undefined; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const problems: Problem[] = [];
  for (const { resources } of plan.archives) {
    for (const resource of resources) {
      const { path, hexDigest } = resource;
      signal?.throwIfAborted();
      if (hexDigest !== undefined && index === undefined) throw noManifest(content, path);
      if ((await content.stat(resource, { signal })) === undefined) {
        problems.push({ path, problem: `is not in the content${hexDigest === undefined ? '' : ` (as ${hexDigest})`}` });
      } else if (hexDigest !== undefined && index?.entryOf(path)?.hexDigest !== hexDigest) {
        problems.push({ path, problem: `is not in the manifest as ${hexDigest}` });
      }
    }
  }
  if (problems.length === 0) return;
  throw splitProblems('ERR_CONTENT_MISSING', `${printable(content.name)} lacks what the plan places`, problems, {
    hint: 'Graph and content must come from one build. Build both again.',
  });
}

function noManifest(content: ContentSource, path: string): SplitError {
  const name = printable(content.name);
  return new SplitError('ERR_CONTENT_FORMAT', `${name} has no Defold manifest, which ${printable(path)} needs`, {
    details: { source: name, path: printable(path) },
    hint: 'Give the Live Update zip, the publisher folder or the base archive of the build as content.',
  });
}

/** The digest of a file of a given size; `undefined` where there is none, or one of another size. */
async function digestOfFile(file: string, sizeBytes: number): Promise<Digest | undefined> {
  const hash = createHash('sha256');
  let actualBytes = 0;
  try {
    for await (const chunk of createReadStream(file, { end: sizeBytes, highWaterMark: 1_048_576 })) {
      actualBytes += (chunk as Buffer).length;
      hash.update(chunk as Buffer);
    }
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  return actualBytes === sizeBytes ? `sha256:${hash.digest('hex')}` : undefined;
}
