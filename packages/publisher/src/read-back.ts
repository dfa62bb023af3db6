import { maxEnvelopeBytes, type Problem, type ReleaseArchive, verifyRelease } from '@lading/manifest';
import { eachLimited } from './each-limited.js';
import { immutableError } from './plan-publish.js';
import { PublishError } from './publish-error.js';
import type { PublishPlan } from './publish-plan.js';
import type { PublishTarget } from './publish-target.js';
import { newestRoot, type ReleaseSource } from './release-source.js';

/** Options of the read-back. */
export interface ReadBackOptions {
  readonly source: ReleaseSource;
  readonly concurrency: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Lists the target again and checks that every archive of the release is there whole, uploaded now or before; where the
 * target tells digests, that its bytes are the right ones. After this the release may be written.
 *
 * @throws PublishError `ERR_PUBLISH_READ_BACK` for what is missing or was uploaded wrongly, `ERR_PUBLISH_IMMUTABLE` for
 * what was there before with other bytes.
 */
export async function readBackArchives(
  plan: PublishPlan,
  target: PublishTarget,
  { source, concurrency, signal }: ReadBackOptions,
): Promise<void> {
  const missing = new Map(source.release.archives.map((archive) => [archive.key, archive]));
  const problems: Problem[] = [];
  for await (const { key, sizeBytes } of target.list('archives/', { signal })) {
    const archive = missing.get(key);
    if (archive === undefined) continue;
    missing.delete(key);
    if (sizeBytes !== archive.sizeBytes)
      problems.push({ path: key, problem: `has ${sizeBytes} bytes, expected ${archive.sizeBytes}` });
  }
  for (const key of missing.keys()) problems.push({ path: key, problem: 'is not there' });
  if (problems.length === 0 && target.capabilities.digests === true) {
    await eachLimited(source.release.archives, { concurrency, signal }, async (archive, inner) => {
      const problem = await digestProblem(target, archive, inner);
      if (problem !== undefined) problems.push(problem);
    });
  }
  throwProblems(plan, problems);
}

async function digestProblem(
  target: PublishTarget,
  archive: ReleaseArchive,
  signal: AbortSignal,
): Promise<Problem | undefined> {
  const info = await target.head(archive.key, { signal });
  if (info === undefined) return { path: archive.key, problem: 'is not there' };
  if (info.digest === archive.digest) return undefined;
  return { path: archive.key, problem: `has ${info.digest ?? 'no digest'}, expected ${archive.digest}` };
}

function throwProblems(plan: PublishPlan, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const old = new Set(plan.present.map(({ key }) => key));
  const damaged = problems.filter(({ path, problem }) => old.has(path) && problem !== 'is not there');
  if (damaged.length > 0) throw immutableError(damaged);
  throw readBackError(problems);
}

/**
 * Reads the release back as a client will and verifies it.
 *
 * @throws PublishError `ERR_PUBLISH_READ_BACK`, or `ERR_PUBLISH_IMMUTABLE` where it was there before and is not the right
 * one; what was signed by keys that are retired by now is such a case.
 */
export async function readBackRelease(
  plan: PublishPlan,
  target: PublishTarget,
  options: ReadBackOptions,
): Promise<void> {
  const { key, digest, sizeBytes, sequence, project } = plan.release;
  const maxBytes = maxEnvelopeBytes(sizeBytes);
  const got = await target.get(key, { signal: options.signal, maxBytes });
  if (got === undefined) throw readBackError([{ path: key, problem: 'is not there' }]);
  try {
    await verifyRelease(got.bytes, newestRoot(options.source.roots), { digest, sizeBytes, sequence, project });
  } catch (error) {
    const problem = {
      path: key,
      problem: `does not verify: ${error instanceof Error ? error.message : String(error)}`,
    };
    throw plan.present.some((object) => object.key === key) ? immutableError([problem]) : readBackError([problem]);
  }
}

function readBackError(problems: readonly Problem[]): PublishError {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return new PublishError(
    'ERR_PUBLISH_READ_BACK',
    `Read back from the target, "${first?.path}" ${first?.problem}${more}`,
    {
      details: { problems: problems.map(({ path, problem }) => ({ path, problem })) },
      hint: 'The channel was not touched. Run the command again; if it stays, something else writes to or deletes from the target.',
    },
  );
}
