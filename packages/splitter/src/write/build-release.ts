import type { Release, ReleaseArchive, ReleaseCompat } from '@lading/manifest';
import type { SplitPlan } from '../plan/split-plan.js';
import { SplitError } from '../split-error.js';
import type { WrittenArchive } from './write-archives.js';

/** What {@link buildRelease} puts together. */
export interface BuildReleaseInput {
  readonly project: string;
  readonly version: string;
  /** Rises with every release. */
  readonly sequence: number;
  /** RFC 3339 in UTC, from the caller: a build must not read the clock. */
  readonly createdAt: string;
  readonly plan: SplitPlan;
  /** Every archive of the plan, as `writeArchives` yields them, in any order. */
  readonly archives: Iterable<WrittenArchive>;
  /** Default: fits every app. */
  readonly compat?: ReleaseCompat | undefined;
}

/**
 * Makes the release document of a plan and its archives. Pure; archives stand in the order of the plan.
 *
 * @throws SplitError `ERR_SPLIT_LOST` where an archive of the plan was not written, or one was written that is not planned.
 */
export function buildRelease(input: BuildReleaseInput): Release {
  const { project, version, sequence, createdAt, plan, compat = {} } = input;
  const written = new Map([...input.archives].map((archive) => [archive.name, archive]));
  const archives = plan.archives.map(({ name }) => {
    const archive = written.get(name);
    if (archive === undefined) throw notWhole(`Archive ${name} is planned, but was not written`, name);
    written.delete(name);
    return releaseArchive(archive);
  });
  for (const name of written.keys()) throw notWhole(`Archive ${name} was written, but is not planned`, name);
  const facts = new Map(Object.entries(plan.rootFacts ?? {}));
  const roots = Object.entries(plan.roots).map(
    ([path, names]) => [path, { archives: names, ...facts.get(path) }] as const,
  );
  return {
    format: 'lading.release/1',
    project,
    version,
    sequence,
    createdAt,
    compat,
    roots: Object.assign(Object.create(null), Object.fromEntries(roots)),
    archives,
    ...(plan.variants === undefined ? {} : { variants: plan.variants }),
  };
}

function releaseArchive(archive: WrittenArchive): ReleaseArchive {
  const { name, key, sizeBytes, digest, directory, entries, priority, encoder, variant, meta } = archive;
  return {
    name,
    key,
    sizeBytes,
    digest,
    directory,
    entries,
    priority,
    encoder,
    ...(variant === undefined ? {} : { variant }),
    ...(meta === undefined ? {} : { meta }),
  };
}

function notWhole(message: string, archive: string): SplitError {
  return new SplitError('ERR_SPLIT_LOST', message, { details: { archive } });
}
