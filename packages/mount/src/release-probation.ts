import type { Digest } from '@lading/manifest';
import {
  type BlockedRelease,
  countStart,
  endTrial,
  giveUpTrial,
  type ProbationFailure,
  readBlocked,
  readTrial,
} from './probation.js';
import type { ResolvedRuntimeOptions } from './runtime-options.js';

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
    const trial = await this.#options.store.transaction(readTrial, { signal });
    if (trial?.release !== this.#trial) this.#watch(trial?.release);
  }

  /** What is mounted is good. */
  async markReady(signal: AbortSignal | undefined): Promise<void> {
    await this.#options.store.transaction(endTrial, { signal });
    this.#watch(undefined);
  }

  /** Puts the records back to the last good mounts. `undefined` where nothing is on probation. */
  async giveUp(
    failure: ProbationFailure,
    { reason, signal }: { readonly reason?: string | undefined; readonly signal?: AbortSignal | undefined },
  ): Promise<BlockedRelease | undefined> {
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
