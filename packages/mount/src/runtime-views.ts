import { assertResourcePath, type ReleaseArchive } from '@lading/manifest/client';
import type { ArchiveShelf } from './archive-shelf.js';
import type { ReadOptions } from './byte-source.js';
import { MountError } from './mount-error.js';
import type { MountIntent } from './mount-intent.js';
import { type Candidate, type Generation, winnerOf } from './mount-table.js';
import type { RootPlan } from './root-plan.js';
import type { ReleaseSummary } from './runtime.js';
import type { Missing, Mount, Resolution } from './runtime-types.js';
import { printableName } from './source-name.js';
import type { KnownRelease } from './trust-state.js';

/** A release in short. */
export function summaryOf(known: KnownRelease | undefined): ReleaseSummary | undefined {
  if (known === undefined) return undefined;
  const { project, version, sequence, roots, archives } = known.release;
  const names = archives.map(({ name }) => name);
  return { digest: known.digest, project, version, sequence, roots: Object.keys(roots).sort(), archives: names };
}

/** A mount as users see it. */
export function mountOf(
  intent: MountIntent,
  archive: ReleaseArchive,
  facts: { readonly release: KnownRelease; readonly isLocal: boolean; readonly entries: number },
): Mount {
  return {
    name: intent.name,
    priority: intent.priority,
    sequence: intent.sequence,
    digest: archive.digest,
    release: facts.release.release.version,
    ...(archive.variant === undefined ? {} : { variant: archive.variant }),
    ...(intent.dataOnly ? { dataOnly: true } : {}),
    state: facts.isLocal ? 'local' : 'remote',
    entries: facts.entries,
    sizeBytes: archive.sizeBytes,
    ...(archive.meta === undefined ? {} : { meta: archive.meta }),
  };
}

/** Reads a path from the mount that has it. A broken winner fails the read: what it shadows is never shown instead. */
export async function readFrom(
  generation: Generation,
  path: string,
  options: ReadOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const found = winnerOf(generation, path);
  if (found !== undefined) return found.row.content.read(found.entry, options);
  assertResourcePath(path);
  throw new MountError('ERR_RESOURCE_NOT_FOUND', `No mount has ${printableName(path)}`, {
    details: { path: printableName(path), mounts: generation.rows.map(({ mount }) => mount.name) },
    hint: 'Call ensure() for the root that needs it, or look at mounts().',
  });
}

/** Where a path is found, in words for users. */
export function resolutionOf(path: string, candidates: readonly Candidate[]): Resolution {
  const [winner, ...losers] = candidates;
  if (winner === undefined) {
    assertResourcePath(path);
    return { path, mount: undefined, entry: undefined, shadowed: [], state: 'missing' };
  }
  const { member, sizeBytes, storedSizeBytes, digest } = winner.entry;
  const { mount } = winner.row;
  return {
    path,
    mount,
    entry: { member, sizeBytes, storedSizeBytes, digest },
    shadowed: losers.map(({ row }) => row.mount),
    state: mount.state,
  };
}

/** The archives that a plan wants in the store, each once. */
export function downloadsOf(plan: RootPlan): ReleaseArchive[] {
  const wanted = plan.mounts.filter(({ mode }) => mode === 'download').map(({ archive }) => archive);
  return [...new Map(wanted.map((archive) => [archive.digest, archive])).values()];
}

/** What a plan still needs. */
export function missingOf(plan: RootPlan, shelf: ArchiveShelf): Missing {
  const archives = downloadsOf(plan).filter((archive) => !shelf.isLocal(archive));
  const bytesOf = (archive: ReleaseArchive): number => archive.sizeBytes - shelf.receivedBytes(archive);
  return {
    root: plan.root,
    resources: archives.reduce((sum, { entries }) => sum + entries, 0),
    archives: archives.map(({ name }) => name),
    bytes: archives.reduce((sum, archive) => sum + bytesOf(archive), 0),
    requests: archives.filter((archive) => bytesOf(archive) > 0).length,
  };
}
