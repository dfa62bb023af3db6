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
    return this.isAsked ? (await loadRecords()).beginTrial : undefined;
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
    if (probation === undefined && !hasBlocked) return undefined;
    const { countStart, giveUpTrial, readBlocked, readTrial } = await loadRecords();
    const settled = await store.transaction(
      (records) => {
        const isOver = probation !== undefined && countStart(records, probation.maxStarts);
        const given = isOver ? giveUpTrial(records, { failure: 'crash' }) : undefined;
        return { given, trial: readTrial(records)?.release, blocked: readBlocked(records) };
      },
      { signal },
    );
    this.#blocked = settled.blocked;
    if (this.isAsked) this.#watch(settled.trial);
    return settled.given;
  }

  /** Looks whether what was mounted just now is on probation. */
  async note(signal: AbortSignal | undefined): Promise<void> {
    if (!this.isAsked) return;
    const { readTrial } = await loadRecords();
    const trial = await this.#options.store.transaction(readTrial, { signal });
    if (trial?.release !== this.#trial) this.#watch(trial?.release);
  }

  /** What is mounted is good. */
  async markReady(signal: AbortSignal | undefined): Promise<void> {
    const { endTrial } = await loadRecords();
    await this.#options.store.transaction(endTrial, { signal });
    this.#watch(undefined);
  }

  /** Puts the records back to the last good mounts. `undefined` where nothing is on probation. */
  async giveUp(
    failure: ProbationFailure,
    { reason, signal }: { readonly reason?: string | undefined; readonly signal?: AbortSignal | undefined },
  ): Promise<BlockedRelease | undefined> {
    const { giveUpTrial, readBlocked } = await loadRecords();
    const { given, blocked } = await this.#options.store.transaction(
      (records) => ({ given: giveUpTrial(records, { failure, reason }), blocked: readBlocked(records) }),
      { signal },
    );
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
function loadRecords(): Promise<typeof import('./probation.js')> {
  return loadPart(() => import('./probation.js'));
}
