import { existsSync } from 'node:fs';
import { type FSWatcher, watch } from 'chokidar';
import { CliError } from '../cli-error.js';

/** Editors write a file in several steps, and tools many files: a round begins when this long nothing happened. */
const QUIET_MS = 100;
/** How often to look for what is not there (yet, or any more). */
const ABSENT_MS = 500;

/**
 * Says what the rounds depend on: files and folders, absolute. Once it resolves no change of them is missed; what is not there
 * yet is watched when it comes.
 */
export type Watch = (paths: readonly string[]) => Promise<void>;

/** How {@link watchRounds} watches. */
export interface WatchOptions {
  /** Tells of an absolute path whether its changes start no round: what rounds write, and what they do not read. */
  readonly ignores: (path: string) => boolean;
  readonly signal: AbortSignal;
}

/**
 * Runs a round now, and another one whenever something that it depends on has changed and then been quiet for a moment. Rounds
 * never overlap: what changes during one starts the next. Ends when the signal aborts, or a round throws.
 *
 * @throws CliError `ERR_WATCH` where the system does not watch so many files.
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
  readonly #options: WatchOptions;
  /** One for each path: it says when it sees everything below. */
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #absent = new Set<string>();
  readonly #look: NodeJS.Timeout;
  #quiet: NodeJS.Timeout | undefined;
  #isPending = false;
  #failure: CliError | undefined;
  #wake: (() => void) | undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#look = setInterval(() => this.#lookForAbsent(), ABSENT_MS);
    options.signal.addEventListener('abort', () => this.#wake?.(), { once: true });
  }

  async watch(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      if (this.#watchers.has(path)) continue;
      if (existsSync(path)) await this.#begin(path);
      else this.#absent.add(path);
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** What has changed until now is seen to by the round that begins. */
  forget(): void {
    this.#isPending = false;
  }

  async next(): Promise<void> {
    while (!this.#isPending && this.#failure === undefined && !this.#options.signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  async close(): Promise<void> {
    clearInterval(this.#look);
    clearTimeout(this.#quiet);
    await Promise.all([...this.#watchers.values()].map((watcher) => watcher.close()));
  }

  /** Watches a path that is there; resolves when all below it is watched. */
  async #begin(path: string): Promise<void> {
    this.#absent.delete(path);
    // What may not be read is told by the round that wants to read it.
    const ignored = (at: string): boolean => at !== path && this.#options.ignores(at);
    const watcher = watch(path, { ignoreInitial: true, ignorePermissionErrors: true, ignored });
    this.#watchers.set(path, watcher);
    watcher.on('all', (event, at) => {
      if (at === path && event.startsWith('unlink')) this.#lose(path, watcher);
      this.#note();
    });
    await new Promise<void>((resolve) => {
      watcher.once('ready', resolve);
      watcher.on('error', (error) => {
        this.#failure ??= watchError(path, error);
        this.#wake?.();
        resolve();
      });
    });
  }

  #lose(path: string, watcher: FSWatcher): void {
    this.#watchers.delete(path);
    this.#absent.add(path);
    void watcher.close();
  }

  #lookForAbsent(): void {
    for (const path of [...this.#absent].filter(existsSync)) void this.#begin(path).then(() => this.#note());
  }

  #note(): void {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => {
      this.#isPending = true;
      this.#wake?.();
    }, QUIET_MS);
  }
}

function watchError(path: string, cause: unknown): CliError {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
  const why = code === 'ENOSPC' || code === 'EMFILE' ? 'the system does not watch so many files' : code;
  return new CliError('ERR_WATCH', `${path} cannot be watched: ${why}`, {
    cause,
    details: { path, code },
    hint: 'Raise the limit (Linux: sysctl fs.inotify.max_user_watches), or set CHOKIDAR_USEPOLLING=1 to look for changes instead.',
  });
}
