import { type Digest, loadPart } from '@lading/manifest/client';
import { PROBATION_RECORDS } from './good-release.js';
import type { RecordTransaction } from './mount-store.js';
import type { BlockedRelease, ProbationFailure } from './probation.js';
import type { ResolvedRuntimeOptions } from './runtime-options.js';

/** Notes in the records that mounts come from a release which has to prove itself. */
export type TrialStart = (records: RecordTransaction, release: Digest) => void;

/** Watches over the release that is on probation, and knows those that failed. The records are the truth; this is their clock. */
export class ReleaseProbation {
  readonly #options: Pick<ResolvedRuntimeOptions, 'store' | 'probation'>;
  readonly #onTimeout: () => void;
  #trial: Digest | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #blocked: readonly BlockedRelease[] = [];

  constructor(options: Pick<ResolvedRuntimeOptions, 'store' | 'probation'>, onTimeout: () => void) {
    this.#options = options;
    this.#onTimeout = onTimeout;
  }

  /** Whether releases have to prove themselves. */
  get isAsked(): boolean {
    return this.#options.probation !== undefined;
  }

  /** What puts a release on probation in the records, where it has to prove itself. */
  async trialStart(): Promise<TrialStart | undefined> {
    return this.isAsked ? (await loadSteps()).beginTrial : undefined;
  }

  get trial(): Digest | undefined {
    return this.#trial;
  }

  get blocked(): readonly BlockedRelease[] {
    return this.#blocked;
  }

  blockedBy(release: Digest): BlockedRelease | undefined {
    return this.#blocked.find((one) => one.release === release);
  }

  /** Reads what earlier sessions left. @returns The release that was given up, as it was not marked ready as often as it may. */
  async settle(signal: AbortSignal | undefined): Promise<BlockedRelease | undefined> {
    const { store, probation } = this.#options;
    const hasBlocked = (await store.record(PROBATION_RECORDS.blocked, { signal })) !== undefined;
    if (!this.isAsked && !hasBlocked) return undefined;
    const { settleTrial } = await loadSteps();
    const { given, trial, blocked } = await settleTrial(store, probation?.maxStarts, signal);
    this.#blocked = blocked;
    if (this.isAsked) this.#watch(trial);
    return given;
  }

  /** Looks whether what was mounted just now is on probation. */
  async note(signal: AbortSignal | undefined): Promise<void> {
    if (!this.isAsked) return;
    const trial = await (await loadSteps()).currentTrial(this.#options.store, signal);
    if (trial !== this.#trial) this.#watch(trial);
  }

  /** What is mounted is good. */
  async markReady(signal: AbortSignal | undefined): Promise<void> {
    await (await loadSteps()).passTrial(this.#options.store, signal);
    this.#watch(undefined);
  }

  /** Puts the records back to the last good mounts. `undefined` where nothing is on probation. */
  async giveUp(
    failure: ProbationFailure,
    { reason, signal }: { readonly reason?: string | undefined; readonly signal?: AbortSignal | undefined },
  ): Promise<BlockedRelease | undefined> {
    const { failTrial } = await loadSteps();
    const { given, blocked } = await failTrial(this.#options.store, { failure, reason }, signal);
    this.#blocked = blocked;
    if (given !== undefined) this.#watch(undefined);
    return given;
  }

  /** Stops the clock. */
  end(): void {
    this.#watch(undefined);
  }

  #watch(release: Digest | undefined): void {
    clearTimeout(this.#timer);
    this.#trial = release;
    const timeoutMs = this.#options.probation?.timeoutMs;
    if (release !== undefined && timeoutMs !== undefined) this.#timer = setTimeout(this.#onTimeout, timeoutMs);
  }
}

/** What reads and writes the records of probation: for apps that ask for it, and where a release failed. */
function loadSteps(): Promise<typeof import('./probation-steps.js')> {
  return loadPart(() => import('./probation-steps.js'));
}
