import { existsSync } from 'node:fs';
import type { ScanCache } from '@lading/graph/node';
import {
  type JsonObject,
  type Release,
  renumberRelease,
  type SignedDocument,
  sameReleaseContent,
  signRelease,
} from '@lading/manifest';
import { folderOrigin } from '@lading/mount/node';
import { folderTarget } from '@lading/publisher/node';
import { type ArchiveCache, buildRelease, type WrittenArchive, writeArchives } from '@lading/splitter';
import type { CommandContext, CommandResult } from '../command-context.js';
import { loadRoleKey } from '../config/role-key.js';
import { type BuildSettings, outSetting } from '../config/settings.js';
import type { AllOptions } from '../options.js';
import { formatBytes } from '../output/byte-size.js';
import { planText } from '../output/plan-text.js';
import { textFacts } from '../output/text-table.js';
import { assertIsContent } from './assert-is-content.js';
import { type PlannedSource, planSource } from './plan-source.js';
import { newestRelease, readPlan } from './read-revision.js';
import { writeRelease } from './write-release.js';

/** Flags of `lading split`. */
export type SplitOptions = AllOptions & {
  readonly out?: string;
  readonly key?: string;
  readonly plan?: string;
  readonly threads?: number;
};

/**
 * What is known from an earlier split of the same source into the same folder. Releases of such splits are numbered one after
 * the other, so that the newest of the folder is the last one.
 */
export interface SplitCaches {
  readonly scan: ScanCache;
  readonly archives: ArchiveCache;
  newest?: Release | undefined;
}

/** What a split came to. */
export interface SplitOutcome extends CommandResult {
  readonly archives: readonly WrittenArchive[];
  readonly digest: string;
  readonly warnings: readonly string[];
}

/** Plans, writes the archives and the signed release: what `lading split` does once. */
export async function splitRelease(
  context: CommandContext,
  settings: BuildSettings,
  { options, caches }: { readonly options: SplitOptions; readonly caches?: SplitCaches | undefined },
): Promise<SplitOutcome> {
  const { key, root } = await loadRoleKey(context, 'release', options);
  const out = await outSetting(context, options.out);
  const given = options.plan === undefined ? undefined : await readPlan(context, options.plan);
  const planned = await planSource(context, settings, { given, cache: caches?.scan });
  try {
    assertIsContent(planned.plan, planned.content, out);
    const archives = await writeAll(context, planned, { out, settings, options, caches });
    const built = buildRelease({ ...settings.release, plan: planned.plan, archives });
    const release = caches === undefined ? built : await numbered(context, built, { out, caches });
    const signed = await signRelease(release, [key]);
    const target = folderTarget(out);
    const written = await writeRelease(target, signed, { root, release });
    await target.close?.();
    if (caches !== undefined) caches.newest = release;
    return splitResult(planned, { archives, release, signed, out, releaseKey: written.key });
  } finally {
    await planned.close();
  }
}

/** The number of the newest release in the folder where the content is the same, else the next one. */
async function numbered(
  context: CommandContext,
  release: Release,
  { out, caches }: { readonly out: string; readonly caches: SplitCaches },
): Promise<Release> {
  const newest = caches.newest ?? (existsSync(out) ? await newestRelease(context, folderOrigin(out)) : undefined);
  if (newest === undefined || newest.sequence < release.sequence) return release;
  return renumberRelease(release, newest.sequence + (sameReleaseContent(release, newest) ? 0 : 1));
}

interface WriteAllOptions {
  readonly out: string;
  readonly settings: BuildSettings;
  readonly options: SplitOptions;
  readonly caches: SplitCaches | undefined;
}

async function writeAll(
  context: CommandContext,
  { plan, content, graph }: PlannedSource,
  { out, settings, options, caches }: WriteAllOptions,
): Promise<WrittenArchive[]> {
  const totalBytes = plan.archives.reduce((sum, archive) => sum + Math.max(0, archive.sizeBytes), 0);
  const { project, compat } = settings.release;
  // Without the release version: with it every archive of every release would have other bytes.
  const facts = { project, engines: compat.engines };
  const bar = context.progress('split');
  const archives: WrittenArchive[] = [];
  try {
    const onProgress = ({ writtenBytes, archive }: { writtenBytes: number; archive: string }): void =>
      bar.update(writtenBytes, Math.max(totalBytes, writtenBytes), archive);
    const { signal } = context;
    const write = { out, graph, facts, threads: options.threads, cache: caches?.archives, signal, onProgress };
    for await (const archive of writeArchives(plan, content, write)) archives.push(archive);
    return archives;
  } finally {
    bar.end();
  }
}

interface SplitFacts {
  readonly archives: readonly WrittenArchive[];
  readonly release: Release;
  readonly signed: SignedDocument;
  readonly out: string;
  readonly releaseKey: string;
}

function splitResult(
  { plan }: PlannedSource,
  { archives, release, signed, out, releaseKey }: SplitFacts,
): SplitOutcome {
  const sizeBytes = archives.reduce((sum, archive) => sum + archive.sizeBytes, 0);
  return {
    archives,
    digest: signed.digest,
    warnings: plan.warnings,
    json: {
      out,
      release: {
        key: releaseKey,
        digest: signed.digest,
        sizeBytes: signed.sizeBytes,
        document: release as unknown as JsonObject,
      },
      archives: archives.map(({ name, key, sizeBytes: bytes, digest, entries, isNew }) => ({
        name,
        key,
        sizeBytes: bytes,
        digest,
        entries,
        isNew,
      })),
      plan: plan as unknown as JsonObject,
    },
    text: `${planText(plan)}\n\n${textFacts([
      ['archives', `${archives.length}, ${formatBytes(sizeBytes)} (${archives.filter((a) => a.isNew).length} new)`],
      ['release', `${release.project} ${release.version}, sequence ${release.sequence}`],
      ['digest', signed.digest],
      ['written to', out],
    ])}`,
  };
}
