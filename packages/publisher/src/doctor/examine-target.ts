import { isLadingError } from '@lading/manifest';
import type { PublishTarget } from '../publish-target.js';
import { type Finding, ok, runCheck, skipped, type TargetCheck, warning } from './check.js';
import {
  checkCors,
  checkFreshness,
  checkPrivacy,
  checkPublicHeaders,
  checkPublicRead,
  checkRange,
  type PublicChecks,
} from './check-public.js';
import { checkClock, checkConditions, checkLatency, checkWrite } from './check-target.js';
import { type ProbeObjects, probeObjects } from './probe-objects.js';

/** Options of {@link examineTarget}. */
export interface ExamineTargetOptions {
  /** Names the probes of this examination: letters and digits, another one each time. */
  readonly id: string;
  /** The caller's clock. */
  readonly now: () => Date;
  /** Where browsers read the prefix, through the CDN where there is one. Default: what the target says, else not checked. */
  readonly publicUrl?: string | undefined;
  /** Origin of the page that the game is served from. Default `https://game.example`. */
  readonly origin?: string | undefined;
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Tries the real thing: writes an object as archives are and one as channels are, reads them as a publish does and, over the
 * public URL, as a player does, and removes them. What does not work is a finding with what to do about it, never an error.
 *
 * Checks: `write`, `conditions`, `clock`, `latency`; with a public URL `public-read`, `headers`, `range`, `cors`, `freshness`,
 * `privacy`; and `clean-up`.
 *
 * @example
 * const checks = await examineTarget(target, { id: 'a1b2c3', now: () => new Date(), publicUrl: 'https://cdn.example.com/game/' });
 * checks.filter(({ status }) => status === 'failed');
 */
export async function examineTarget(
  target: PublishTarget,
  options: ExamineTargetOptions,
): Promise<readonly TargetCheck[]> {
  const { now, signal } = options;
  const probes = probeObjects(options.id);
  const checks = [await runCheck('write', () => checkWrite(target, probes, { signal }))];
  try {
    if (checks[0]?.status !== 'ok') return checks;
    checks.push(await runCheck('conditions', () => checkConditions(target, probes, { signal })));
    checks.push(await runCheck('clock', () => checkClock(target, probes, now, { signal })));
    checks.push(await runCheck('latency', () => checkLatency(target, probes, () => performance.now(), { signal })));
    checks.push(...(await examinePublic(target, probes, options)));
  } finally {
    checks.push(await runCheck('clean-up', () => removeProbes(target, probes)));
  }
  return checks;
}

async function examinePublic(
  target: PublishTarget,
  probes: ProbeObjects,
  { publicUrl, origin = 'https://game.example', fetch = globalThis.fetch, signal }: ExamineTargetOptions,
): Promise<TargetCheck[]> {
  const url = publicUrl ?? target.publicUrl?.('');
  const baseUrl = url === undefined || url.endsWith('/') ? url : `${url}/`;
  const shared: PublicChecks | undefined =
    baseUrl === undefined ? undefined : { target, probes, baseUrl, origin, fetch, signal };
  const checks: TargetCheck[] = [];
  for (const [name, check] of Object.entries(PUBLIC_CHECKS)) {
    const cannot = publicProblem(shared, checks);
    checks.push(
      shared === undefined || cannot !== undefined
        ? { name, ...skipped(cannot ?? '') }
        : await runCheck(name, () => check(shared)),
    );
  }
  return checks;
}

const PUBLIC_CHECKS: Readonly<Record<string, (checks: PublicChecks) => Promise<Finding>>> = {
  'public-read': checkPublicRead,
  headers: checkPublicHeaders,
  range: checkRange,
  cors: checkCors,
  freshness: checkFreshness,
  privacy: checkPrivacy,
};

/** Why nothing more can be learned from the public URL. */
function publicProblem(shared: PublicChecks | undefined, done: readonly TargetCheck[]): string | undefined {
  if (shared === undefined) return 'no public URL is known';
  return done.some(({ name, status }) => name === 'public-read' && status === 'failed')
    ? 'players cannot read'
    : undefined;
}

/** Not under the signal: an examination that was stopped clears up, too. */
async function removeProbes(target: PublishTarget, { archive, channel }: ProbeObjects): Promise<Finding> {
  const staying = warning(`may not delete: ${archive} and ${channel} stay`, 'Delete them by hand; nobody reads them.');
  if (target.remove === undefined) return staying;
  try {
    for (const key of [archive, channel]) await target.remove(key);
  } catch (error) {
    if (isLadingError(error, 'ERR_TARGET_FORBIDDEN')) return staying;
    throw error;
  }
  return ok('what was written was removed');
}
