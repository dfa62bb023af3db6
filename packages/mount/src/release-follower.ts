import { installIdOf } from './install-id.js';
import { assertCompatible, isInRollout, mustMove } from './release-compat.js';
import type { Refreshed } from './runtime.js';
import { noChannelError, staleError } from './runtime-errors.js';
import type { RuntimeEmitter } from './runtime-events.js';
import type { ResolvedRuntimeOptions } from './runtime-options.js';
import { summaryOf } from './runtime-views.js';
import { SerialQueue } from './serial-queue.js';
import { type KnownRelease, loadTrust, type TrustContext, type TrustState } from './trust-state.js';
import { updateTrust } from './update-trust.js';

/** Follows a channel: what is trusted, which release is the newest, and what the last look at the channel said. */
export class ReleaseFollower {
  readonly #options: ResolvedRuntimeOptions;
  readonly #events: RuntimeEmitter;
  readonly #refreshes = new SerialQueue();
  #trust: TrustState | undefined;
  #isStale = false;

  constructor(options: ResolvedRuntimeOptions, events: RuntimeEmitter) {
    this.#options = options;
    this.#events = events;
  }

  get trust(): TrustState | undefined {
    return this.#trust;
  }

  get latest(): KnownRelease | undefined {
    return this.#trust?.latest;
  }

  /** True where the channel had expired when it was last read. */
  get isStale(): boolean {
    return this.#isStale;
  }

  /** Whether the app has something to run with: content that is known already, or what it was built with. */
  get #hasContent(): boolean {
    return this.latest !== undefined || this.#options.base !== undefined;
  }

  /** Where trust is kept and where it comes from. */
  context(signal: AbortSignal | undefined): TrustContext {
    const { store, origin } = this.#options;
    return { store, origin, signal };
  }

  /** Reads what is stored and, unless told otherwise, the channel. Trouble with it matters only where there is nothing else to run. */
  async start(signal: AbortSignal | undefined): Promise<void> {
    const { trust, start } = this.#options;
    if (trust === undefined) return;
    this.#trust = await loadTrust(trust, this.context(signal));
    if (start === 'stored') return;
    try {
      const { outcome } = await this.refresh(signal);
      if (outcome === 'stale' && !this.#hasContent) throw staleError();
    } catch (error) {
      signal?.throwIfAborted();
      if (!this.#hasContent) throw error;
    }
  }

  /** Reads what the store knows by now: another process over it has moved on. */
  reload(signal: AbortSignal | undefined): Promise<void> {
    return this.#refreshes.run(async () => {
      const { trust } = this.#options;
      if (trust === undefined) return;
      const former = this.latest?.digest;
      this.#trust = await loadTrust(trust, this.context(signal));
      const latest = summaryOf(this.latest);
      if (latest !== undefined && latest.digest !== former) this.#events.emit('release', latest);
    });
  }

  /** Reads the channel, one call at a time. What is wrong with it is an event and an error; the trust stays as it was. */
  refresh(signal: AbortSignal | undefined): Promise<Refreshed> {
    return this.#refreshes.run(async () => {
      try {
        return await this.#refresh(signal);
      } catch (error) {
        this.#events.emit('refreshFailed', { error });
        throw error;
      }
    });
  }

  async #refresh(signal: AbortSignal | undefined): Promise<Refreshed> {
    const { trust, now } = this.#options;
    if (trust === undefined || this.#trust === undefined) throw noChannelError();
    const installId = await installIdOf(this.#options, signal);
    const { latest: held } = this.#trust;
    const readAt = now();
    const accept: Parameters<typeof updateTrust>[1]['accept'] = async (known, channel) => {
      await assertCompatible(known, this.#options);
      return mustMove(held, channel, readAt) || isInRollout(installId, channel);
    };
    const { state, outcome, channel } = await updateTrust(
      this.#trust,
      { ...trust, now: readAt, accept },
      this.context(signal),
    );
    this.#trust = state;
    this.#isStale = outcome === 'stale';
    if (this.#isStale) this.#events.emit('stale', { channel: channel.name, expiresAt: channel.expiresAt });
    const latest = summaryOf(this.latest);
    if (outcome === 'adopted' && latest !== undefined) this.#events.emit('release', latest);
    return { outcome, latest };
  }
}
