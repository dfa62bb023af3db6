import type { ObjectMeta, PublishTarget } from '@lading/publisher';
import { type ConformanceCase, type ConformanceSuite, withoutCases } from './conformance-suite.js';
import { LISTINGS, READS_AND_WRITES } from './publish-target-cases.js';
import { CONDITIONS, forbiddenIsNotMissing, LIMITS, metaIsKept, missingIsTyped } from './publish-target-limit-cases.js';

/** What {@link publishTargetConformance} needs to know of a target. */
export interface PublishTargetConformanceOptions {
  /** Makes an empty target, a new one for each case. */
  readonly create: () => Promise<PublishTarget>;
  /** Clears up after a case. */
  readonly destroy?: ((target: PublishTarget) => Promise<void>) | undefined;
  /** Makes a second target over the same objects, as another process would; default: the race uses one target. */
  readonly reopen?: ((target: PublishTarget) => Promise<PublishTarget>) | undefined;
  /** Makes a target that its credentials may not touch; default: no case for it. */
  readonly createForbidden?: (() => Promise<PublishTarget>) | undefined;
  /** Makes a target whose bucket or folder cannot be there; default: no case for it. */
  readonly createMissing?: (() => Promise<PublishTarget>) | undefined;
  /** The headers under which an object is stored, where the target keeps any; default: no case for it. */
  readonly storedMeta?: ((target: PublishTarget, key: string) => Promise<ObjectMeta | undefined>) | undefined;
  /** Names of cases to leave out. */
  readonly skip?: readonly string[] | undefined;
}

/** One promise, tried on an empty target. */
export type PublishTargetCheck = (target: PublishTarget, options: PublishTargetConformanceOptions) => Promise<void>;

/**
 * All promises of {@link PublishTarget} as cases: whatever passes may carry releases.
 *
 * @example
 * runSuite(publishTargetConformance({ create: async () => memoryTarget() }), { describe, it });
 */
export function publishTargetConformance(options: PublishTargetConformanceOptions): ConformanceSuite {
  const cases: ConformanceCase[] = Object.entries(checksFor(options)).map(([name, check]) => ({
    name,
    run: () => runCheck(check, options),
  }));
  return withoutCases({ name: 'PublishTarget', cases }, options.skip);
}

async function runCheck(check: PublishTargetCheck, options: PublishTargetConformanceOptions): Promise<void> {
  const target = await options.create();
  try {
    await check(target, options);
  } finally {
    await target.close?.();
    await options.destroy?.(target);
  }
}

function checksFor(options: PublishTargetConformanceOptions): Record<string, PublishTargetCheck> {
  return {
    ...READS_AND_WRITES,
    ...LISTINGS,
    ...CONDITIONS,
    ...LIMITS,
    ...(options.createForbidden && { 'forbidden is not missing': forbiddenIsNotMissing }),
    ...(options.createMissing && { 'a missing bucket is not a missing object': missingIsTyped }),
    ...(options.storedMeta && { 'Content-Type and Cache-Control are kept': metaIsKept }),
  };
}
