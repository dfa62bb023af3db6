import { existsSync } from 'node:fs';
import { type FSWatcher, watch } from 'chokidar';

/** Editors write a file in several steps, and tools many files: a round begins when this long nothing happened. */
const QUIET_MS = 100;
/** How often to look for what is not there (yet, or any more). */
const ABSENT_MS = 500;

/** Says what the rounds depend on: files and folders, absolute. They are watched from now on, also where they are not there yet. */
export type Watch = (paths: readonly string[]) => void;

/** How {@link watchRounds} watches. */
export interface WatchOptions {
  /** What rounds write: changes of it start no round. */
  readonly ignored: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Runs a round now, and another one whenever something that it depends on has changed and then been quiet for a moment. Rounds
 * never overlap: what changes during one starts the next. Ends when the signal aborts, or a round throws.
 */
export async function watchRounds(round: (watch: Watch) => Promise<void>, options: WatchOptions): Promise<void> {
  const changes = new Changes(options);
  try {
    while (!options.signal.aborted) {
      changes.forget();
      await round((paths) => changes.watch(paths));
      await changes.next();
    }
  } finally {
    await changes.close();
  }
}

/** Changes of watched files, as something to wait for. */
class Changes {
  readonly #watcher: FSWatcher;
  readonly #signal: AbortSignal;
  readonly #watched = new Set<string>();
  readonly #absent = new Set<string>();
  readonly #look: NodeJS.Timeout;
  #quiet: NodeJS.Timeout | undefined;
  #isPending = false;
  #wake: (() => void) | undefined;

  constructor({ ignored, signal }: WatchOptions) {
    this.#signal = signal;
    this.#watcher = watch([], { ignoreInitial: true, ignored: [...ignored] });
    this.#watcher.on('all', (event, path) => {
      if (event.startsWith('unlink') && this.#watched.delete(path)) this.#absent.add(path);
      this.#note();
    });
    this.#look = setInterval(() => this.#lookForAbsent(), ABSENT_MS);
    signal.addEventListener('abort', () => this.#wake?.(), { once: true });
  }

  watch(paths: readonly string[]): void {
    for (const path of paths) {
      if (this.#watched.has(path)) continue;
      if (!existsSync(path)) this.#absent.add(path);
      else this.#begin(path);
    }
  }

  /** What has changed until now is seen to by the round that begins. */
  forget(): void {
    this.#isPending = false;
  }

  async next(): Promise<void> {
    if (this.#isPending || this.#signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
  }

  async close(): Promise<void> {
    clearInterval(this.#look);
    clearTimeout(this.#quiet);
    await this.#watcher.close();
  }

  #begin(path: string): void {
    this.#absent.delete(path);
    this.#watched.add(path);
    this.#watcher.add(path);
  }

  #lookForAbsent(): void {
    for (const path of [...this.#absent].filter(existsSync)) {
      this.#begin(path);
      this.#note();
    }
  }

  #note(): void {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => {
      this.#isPending = true;
      this.#wake?.();
    }, QUIET_MS);
  }
}
