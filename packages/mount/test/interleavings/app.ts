import { isLadingError } from '@lading/manifest';
import { type ContentOrigin, createRuntime, type MountStore, memoryOrigin, type Runtime } from '@lading/mount';
import { Killed } from './trust-model.js';
import type { View } from './world.js';

/** A process of the app: a real runtime over a store that it shares. */
export class App {
  readonly #store: MountStore;
  readonly #pin: Uint8Array;
  #runtime: Runtime | undefined;
  #view: View | undefined;
  #nowMs = 0;
  #writesLeft: number = Number.POSITIVE_INFINITY;
  #fetchesToPause: number = Number.POSITIVE_INFINITY;

  constructor(store: MountStore, pin: Uint8Array) {
    this.#store = store;
    this.#pin = pin;
  }

  /** A new process, without a look at the network. */
  async start(): Promise<void> {
    this.#writesLeft = Number.POSITIVE_INFINITY;
    await this.#runtime?.close();
    this.#runtime = await createRuntime({
      store: this.#mortal(),
      origin: this.#origin(),
      keys: this.#pin,
      installId: 'one',
      start: 'stored',
      attempts: 1,
      now: () => new Date(this.#nowMs),
    });
  }

  /**
   * One look; the process is killed before it makes more than `writes` changes of the store. The network takes its time with one
   * answer, where `pauseAt` says which.
   */
  async look(
    view: View,
    { nowMs, writes, pauseAt }: { nowMs: number; writes: number; pauseAt?: number | undefined },
  ): Promise<string> {
    this.#see(view, nowMs);
    this.#writesLeft = writes;
    this.#fetchesToPause = pauseAt ?? Number.POSITIVE_INFINITY;
    return verdict(async () => (await this.#running.refresh()).outcome);
  }

  /** Gets everything that the newest known release has. */
  async ensure(view: View): Promise<string> {
    this.#see(view, this.#nowMs);
    return verdict(async () => {
      await this.#running.ensure('/a.txt');
      return 'mounted';
    });
  }

  /** The texts that it serves, of both archives. */
  async read(): Promise<string> {
    const texts = await Promise.all(
      ['/a.txt', '/b.txt'].map((path) => verdict(async () => new TextDecoder().decode(await this.#running.read(path)))),
    );
    return texts[0] === texts[1] ? String(texts[0]) : `a mixture: ${texts.join(', ')}`;
  }

  get latest(): string | undefined {
    return this.#running.status().latest?.digest;
  }

  async close(): Promise<void> {
    await this.#runtime?.close();
  }

  get #running(): Runtime {
    if (this.#runtime === undefined) throw new Error('the app does not run');
    return this.#runtime;
  }

  #see(view: View, nowMs: number): void {
    this.#view = view;
    this.#nowMs = nowMs;
    this.#writesLeft = Number.POSITIVE_INFINITY;
  }

  #origin(): ContentOrigin {
    const current = (): ContentOrigin => memoryOrigin(this.#view?.files ?? new Map());
    return {
      name: 'network',
      fetch: async (key, options) => {
        if (this.#fetchesToPause-- === 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        return current().fetch(key, options);
      },
      open: (key, options) => current().open(key, options),
      stream: (key, options) => current().stream(key, options),
    };
  }

  /** The store, until the process dies. */
  #mortal(): MountStore {
    const store = this.#store;
    return {
      ...store,
      transaction: (change, options) => {
        if (this.#writesLeft-- <= 0) throw new Killed();
        return store.transaction(change, options);
      },
    };
  }
}

/** Longer than a whole look. */
const PAUSE_MS = 8;

async function verdict(work: () => Promise<string>): Promise<string> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Killed) return 'killed';
    if (isLadingError(error)) return error.code;
    throw error;
  }
}
